"""The cells of `make bench`: what is moved, over what, by whom. Each client of a cell has the same time; all take turns, so that
they are compared within rounds. A slow client moves less in a cell: what it does in that time.
"""

import dataclasses
import os
import shutil
import time

from clients import Failed
from figures import BOTH, GIB, KIB, MIB, amount
from local import Emulator, write_random_file

EVERYONE = ("C", "Python", "C#", "official Python", "official Node")
SIZES = (KIB, 64 * KIB, MIB, 16 * MIB, 50 * MIB, 200 * MIB, GIB, 4 * GIB, 16 * GIB)
SHARES = (*SIZES, 4 * MIB, 8 * MIB, 100 * MIB)  # of slow clients
COUNTS = (1, 10, 100, 1000, 10_000)
LINES = [(mbit_per_s, round_trip_ms) for mbit_per_s in (10, 100, 1000) for round_trip_ms in (1, 20, 100)]


@dataclasses.dataclass(frozen=True)
class Cell:
    group: str
    clients: tuple
    size: int  # of each file
    files: int = 1
    tls: bool = False
    line: tuple = None  # Mbit/s, milliseconds of a round trip
    sender: str = None  # who has made the package that all receive; else each receives its own
    ways: tuple = BOTH

    @property
    def name(self):
        if self.line:
            return f"{self.line[0]} Mbit/s, {self.line[1]} ms"
        what = amount(self.size) if self.group != "files" else f"{self.files} files of {amount(self.size)}"
        return what + ", TLS" * self.tls + (f" from {self.sender}" if self.sender else "")


def cells(seconds, quick):
    """The cells, of which each client works so many seconds in each; a few of them for the quick form."""
    for size in (MIB, 200 * MIB) if quick else SIZES[:-2]:
        yield Cell("size", (*EVERYONE, *["Rust core"] * (size == GIB), "curl"), size)
    if not quick:
        yield Cell("size", ("C",), 4 * GIB)
        yield Cell("size", ("C",), 16 * GIB, ways=("up",))
    for size in (200 * MIB,) if quick else (MIB, 200 * MIB, GIB):
        yield Cell("tls", (*EVERYONE, "curl"), size, tls=True)
    for count in (100, 1000) if quick else COUNTS:
        yield Cell("files", ("C", "Python", "official Python", "official Node"), 4 * KIB, count)
    yield Cell("small", ("C", "Python", "official Python", "official Node"), 10 * KIB)
    yield Cell("received", EVERYONE, (16 if quick else 50) * MIB, sender="official Python", ways=("down",))
    for line in ((100, 20),) if quick else LINES:
        # What the line moves up and down, twice, with some time to spare.
        yield Cell("line", ("C", "curl"), min(GIB, int(line[0] * 1e6 / 8 * seconds / 5)), line=line)


def share(cell, client, seconds):
    """The size and number of files that a client moves in a cell: all, or what it can twice each way."""
    moved, files = client.bytes_a_second * seconds / 4, client.files_a_second * seconds / 4
    size = cell.size
    if moved < size:
        size = max((one for one in SHARES if one <= moved), default=min(SHARES))
    return size, max(one for one in COUNTS if one <= max(1, min(cell.files, files)))


def make(place, size, files):
    """A file, or a directory of so many. What lies in a very large one makes no difference to clients that encrypt."""
    path = os.path.join(place, f"{size}-{files}")
    if os.path.exists(path):
        return path
    if files > 1:
        os.mkdir(path)
    for number in range(files):
        name = path if files == 1 else os.path.join(path, f"{number}.bin")
        if size > GIB:
            with open(name, "wb") as file:
                file.truncate(size)
        else:
            write_random_file(name, size)
    return path


def has_room(cell):
    """Whether the memory of this machine holds what a cell keeps there: the file at the server, and what was received of it."""
    with open("/proc/meminfo", encoding="utf-8") as info:
        available = next(int(line.split()[1]) * KIB for line in info if line.startswith("MemAvailable:"))
    return "down" not in cell.ways or available > 3 * cell.size * cell.files


def measure(cell, clients, seconds, rounds, place):
    """Measures a cell. Returns what is kept of it."""
    paths = {name: make(place, *share(cell, clients[cell.sender or name], seconds)) for name in cell.clients if name in clients}
    taken, done, failed = {name: [] for name in paths}, [], {}
    target, tiny = os.path.join(place, "in"), make(place, 1000, 1)
    with Emulator(*["--tls"] * cell.tls) as server:

        def empty(line=None):
            """Forgets all packages, and with them settings and line."""
            server.admin("POST", "/reset")
            # The Node client sends one part too many of a file that fills its parts (protocol 4.3).
            server.admin("POST", "/settings", {"discard_parts": "down" not in cell.ways, "surplus_parts": True})
            if line:
                server.admin("POST", "/proxy", {"line": {"mbit_per_s": line[0], "round_trip_ms": line[1]}})

        def exchange(name, path, line=None, link=None):
            try:
                if link:
                    return {"down": clients[name].receive(server, link, path, target)}
                empty(line)
                return clients[name].exchange(server, path, target, cell.ways)
            except Failed as error:
                failed[name] = str(error)
                return {}

        for name in paths:  # what compiles or caches at the first use
            exchange(name, tiny)
        empty()
        link = None
        if cell.sender:
            link = clients[cell.sender].send(server, next(iter(paths.values())))[0]
        for number in range(rounds):
            one = {}
            for name in list(paths) if number % 2 == 0 else reversed(paths):
                if name in failed or sum(taken[name]) + max(taken[name], default=0) > seconds:
                    continue
                started = time.monotonic()
                one[name] = exchange(name, paths[name], cell.line, link)
                taken[name].append(time.monotonic() - started)
            if not one:
                break
            done.append(one)
    for path in {*paths.values(), tiny}:
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    return dataclasses.asdict(cell) | {"name": cell.name, "rounds": done, "failed": failed}
