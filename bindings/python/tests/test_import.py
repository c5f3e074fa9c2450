"""What it costs to import the package."""

import os
import subprocess
import sys


def processor_seconds(program, environment):
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def test_importing_takes_at_most_40_ms(tmp_path):
    # Both find their compiled modules, as after an installation.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path)
    processor_seconds("import libsendsafely", environment)
    best = {"pass": 9.0, "import libsendsafely": 9.0}
    # Processor time, and the best of many in turns: other load on the machine only ever slows down.
    for _ in range(15):
        for program in best:
            best[program] = min(best[program], processor_seconds(program, environment))
    bare, ours = best.values()
    print(f"{(ours - bare) * 1000:.1f} ms over {bare * 1000:.1f} ms")
    assert ours - bare <= 0.040
