"""What is made of measurements: speeds, ratios with their spread, tables. No clock, no file, no network.

A measured cell has rounds; in each, every client that took part has a measurement each way: {"bytes", "files", "seconds", "cpu",
"peak", "requests"}. Only clients of the same round are compared, since a machine is not always as fast.
"""

import statistics
from typing import NamedTuple

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
BOTH = ("up", "down")


def number(value, form=""):
    """A number as people write it: three digits, unless it has more before its point."""
    return format(value, form or (".0f" if abs(value) >= 100 or value == int(value) else ".3g"))


class Spread(NamedTuple):
    """The median of several figures, the least and the greatest of them."""

    middle: float
    low: float
    high: float

    def __format__(self, form):
        middle, low, high = (number(figure, form) for figure in self)
        return middle if low == high else f"{middle} ({low}–{high})"


def spread(figures):
    """The spread of some figures; None if there are none."""
    figures = list(figures)
    return Spread(statistics.median(figures), min(figures), max(figures)) if figures else None


def of(cell, client, way):
    """The measurements of a client in the rounds that it took part in."""
    return [one[client][way] for one in cell["rounds"] if way in one.get(client, {})]


def speed(measurement):
    """In MB/s."""
    return measurement["bytes"] / measurement["seconds"] / 1e6


def speeds(cell, client, way):
    return spread(map(speed, of(cell, client, way)))


def files_a_second(cell, client, way):
    return spread(one["files"] / one["seconds"] for one in of(cell, client, way))


def times_as_fast(cell, client, other, way, rate=speed):
    """How many times as fast as another client one is, in the rounds that both took part in."""
    both = [one for one in cell["rounds"] if way in one.get(client, {}) and way in one.get(other, {})]
    return spread(rate(one[client][way]) / rate(one[other][way]) for one in both)


def peak(cell, client, way):
    """The most memory of all rounds, in MiB."""
    return max((one["peak"] / MIB for one in of(cell, client, way)), default=None)


def amount(size):
    """A number of bytes in words, as people write it: 10 KiB, 1.5 GiB, 12.5 MB."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit and size * 2 % unit == 0:
            return f"{size / unit:g} {name}"
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def table(head, rows):
    """A table of Markdown. What is missing is a dash."""
    lines = [head, ["---"] * len(head), *([("–" if cell is None else str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def columns(rows):
    """The same for a terminal."""
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


class Goal(NamedTuple):
    """A figure, and what it is to be: at least, or at most, so much. `measured` is None where there is no figure."""

    what: str
    measured: object  # a number, a Spread, or None
    unit: str = ""
    least: float = None
    most: float = None
    form: str = ""

    @property
    def figure(self):
        if self.measured is None:
            return None
        shown = format(self.measured, self.form) if isinstance(self.measured, Spread) else number(self.measured, self.form)
        return f"{shown} {self.unit}".rstrip()

    @property
    def wanted(self):
        bounds = (("at least", self.least), ("at most", self.most))
        return ", ".join(f"{word} {bound:g} {self.unit}".rstrip() for word, bound in bounds if bound is not None)

    @property
    def reached(self):
        """None where there is no figure, or no bound."""
        if self.measured is None or (self.least is None and self.most is None):
            return None
        figure = self.measured.middle if isinstance(self.measured, Spread) else self.measured
        return (self.least is None or figure >= self.least) and (self.most is None or figure <= self.most)

    @property
    def verdict(self):
        return {True: "reached", False: "**missed**", None: ""}[self.reached]


def listed(goals):
    """The goals as a table for a terminal."""
    return columns([("", "figure", "goal", ""), *((goal.what, goal.figure, goal.wanted, goal.verdict.strip("*")) for goal in goals)])
