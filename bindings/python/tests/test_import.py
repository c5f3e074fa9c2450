"""What it costs to import the package."""

import subprocess
import sys
import time


def test_importing_takes_at_most_40_ms():
    # The best of many, in turns: other load on the machine only ever slows down. Both find their compiled modules.
    subprocess.run([sys.executable, "-c", "import libsendsafely"], check=True)
    best = {"pass": 9.0, "import libsendsafely": 9.0}
    for _ in range(15):
        for program in best:
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            best[program] = min(best[program], time.perf_counter() - started)
    bare, ours = best.values()
    print(f"{(ours - bare) * 1000:.1f} ms over {bare * 1000:.1f} ms")
    assert ours - bare <= 0.040
