"""The C programs beside those of another build, by turns in one run."""

import os
import statistics
import sys

from clients import RECIPIENT, Client
from figures import MIB, Goal
from local import ROOT, Emulator, write_random_file


def build_in(directory):
    """The C programs of a checkout, or those in the directory itself."""
    for place in (os.path.join(directory, "target/examples/c"), directory):
        programs = [os.path.join(place, name) for name in ("send", "receive")]
        if all(os.access(program, os.X_OK) and not os.path.isdir(program) for program in programs):
            send, receive = programs
            return Client(directory, [send, "--to", RECIPIENT], [receive])
    sys.exit(f"bench: no send and receive in {directory}; run `make examples` there")


def change(what, unit, rounds):
    """How much more the second program of each round takes than the first: the median of the rounds."""
    before, now = (statistics.median(values) for values in zip(*rounds))
    more = statistics.median(own / other for other, own in rounds) - 1
    return Goal(f"{what}: {before:.2f}, now {now:.2f} {unit}", more * 100, "%", most=5, form="+.1f")


def measure(place, directory, size, rounds, line):
    file, target = os.path.join(place, "file.bin"), os.path.join(place, "in")
    write_random_file(file, size)
    other, own = build_in(os.path.abspath(directory)), build_in(ROOT)
    pairs = []
    with Emulator() as server:
        over = f" over {line[0]:g} Mbit/s and {line[1]:g} ms" if line else ""
        print(f"== {size // MIB} MiB each way{over}, {rounds} rounds, taking turns with {other.name}", flush=True)

        def exchange(client, line=None):
            server.admin("POST", "/reset")
            if line:
                server.admin("POST", "/proxy", {"line": {"mbit_per_s": line[0], "round_trip_ms": int(line[1])}})
            return client.exchange(server, file, target)

        for client in (other, own):
            exchange(client)  # warms caches, and the memory of the server
        for number in range(rounds):
            runs = {client: exchange(client, line) for client in ((other, own) if number % 2 == 0 else (own, other))}
            pairs.append((runs[other], runs[own]))
    return [change(f"{name}load, {what}", unit, [[run[name][key] / of for run in pair] for pair in pairs])
            for name in ("up", "down") for what, unit, key, of in (
                ("time", "s", "seconds", 1), ("processor time", "s", "cpu", 1), ("peak memory", "MiB", "peak", MIB))]
