"""What costs little, and has to stay so: a client, a call without network, an import, the time until a stop takes effect. And the
kernels, which most of a transfer's processor time goes to."""

import os
import random
import re
import subprocess

from clients import RECIPIENT, c_program, must
from figures import Goal, spread
from local import ROOT, SEND, Emulator, Run, write_random_file

BARE, OURS = "pass", "import libsendsafely"


def importing(python):
    """Milliseconds above those of a bare interpreter, the best of many runs in turns."""
    best = {BARE: 1e9, OURS: 1e9}
    for _ in range(20):
        for program in best:
            best[program] = min(best[program], must(Run([python, "-c", program]), program).seconds * 1000)
    return best[OURS] - best[BARE]


def stops(server, way, what):
    """Milliseconds from the request to stop to the return of the call, at 20 moments of a transfer."""
    program, moments = c_program("stop"), random.Random(1)
    return spread(float(must(Run([program, way, what, str(moments.randrange(50, 400))], server.environment()), "stop").output) for _ in range(20))


def measure(place, python):
    """The figures, as fields of goals."""
    interpreter, script = python.send_command[:2]
    file = os.path.join(place, "1GiB.bin")
    write_random_file(file, 1 << 30)
    with Emulator() as server:
        of_client, of_call = must(Run([c_program("calls")], server.environment()), "calls").output.split()
        in_python = must(Run([interpreter, script, "calls"], server.environment()), "calls").output
        link = must(Run([SEND, "--to", RECIPIENT, file], server.environment()), "send").output.strip()
        goals = [
            Goal("a client after the first of a program, C", int(of_client) / 1000, "µs"),
            Goal("a call without network, C", int(of_call), "ns", most=100),
            Goal("a call without network, Python", int(in_python), "ns", most=3000),
            Goal("import of libsendsafely, above a bare interpreter", importing(interpreter), "ms", most=40),
            Goal("stop of an upload, 20 times", stops(server, "send", file), "ms", most=300),
            Goal("stop of a download, 20 times", stops(server, "receive", link), "ms", most=300)]
    os.remove(file)
    return goals


def kernels(text):
    """The figures of what `make bench-kernel` prints: {(heading, name): (MB/s, times rPGP)}."""
    found, heading = {}, None
    for line in text.splitlines():
        if match := re.fullmatch(r"  (\S.*?) +(\d+) +([\d.]+) +[\d.]+", line):
            found[heading, match[1]] = int(match[2]), float(match[3])
        elif match := re.fullmatch(r"(\S.*?) +MB/s .*", line):
            heading = match[1]
    return found


def measure_kernels():
    """The kernels beside rPGP; fields of goals, whose first is the speed that encryption has on one core."""
    found = kernels(subprocess.run(["make", "-s", "bench-kernel"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    four, one, two = found["encryption", "four parts"], found["encryption", "one part"], found["decryption with verification", "two parts side by side"]
    return [
        Goal("encryption of four parts on a core", four[0], "MB/s"), Goal("encryption of four parts on a core, beside rPGP", four[1], "times", least=3),
        Goal("encryption of one part, beside rPGP", one[1], "times", least=1.8),
        Goal("verified decryption of two parts on a core, beside rPGP", two[1], "times", least=1.7)]
