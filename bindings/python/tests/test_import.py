"""What it costs to import the package."""

import resource
import subprocess
import sys

LIMIT = 0.040


def seconds(program):
    """Processor time of a fresh interpreter: nothing waits in it, and what else runs on the machine does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_importing_takes_at_most_40_ms():
    subprocess.run([sys.executable, "-c", "import libsendsafely"], check=True)
    best = {"pass": 9.0, "import libsendsafely": 9.0}
    # The best of both, in turns, six times or as often as it takes: load only ever slows down.
    for turn in range(60):
        best = {program: min(before, seconds(program)) for program, before in best.items()}
        bare, ours = best.values()
        if turn >= 5 and ours - bare <= LIMIT:
            break
    print(f"{(ours - bare) * 1000:.1f} ms over {bare * 1000:.1f} ms")
    assert ours - bare <= LIMIT
