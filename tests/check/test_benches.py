"""What the benchmarks make of measurements: benches/figures.py, and the document of benches/report.py."""

import clients
import costs
import figures
import matrix
import pytest
import report
from figures import GIB, KIB, MIB, Goal, Spread


def measurement(seconds, size=2_000_000, files=1, requests=8):
    return {"bytes": size, "files": files, "seconds": seconds, "cpu": 0.1, "peak": 30 * MIB, "requests": requests}


def cell(*rounds, **members):
    """Rounds of seconds by client; each way takes as long."""
    rounds = [{name: {"up": measurement(seconds), "down": measurement(seconds)} for name, seconds in one.items()} for one in rounds]
    return {"group": "size", "name": "a", "size": 2_000_000, "files": 1, "line": None, "tls": False, "sender": None, "ways": ["up", "down"],
            "load": 0.1, "date": "2026-01-02 03:04 UTC", "commit": "abc", "command": "make bench", "seconds": 60, "rounds": rounds, "failed": {}, **members}


def test_spread():
    assert figures.spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert figures.spread([]) is None
    assert (f"{Spread(2.0, 1.25, 300.4)}", f"{Spread(2.0, 2.0, 2.0)}", f"{Spread(2.0, 1.0, 3.0):.2f}") == ("2 (1.25–300)", "2", "2.00 (1.00–3.00)")


def test_a_ratio_compares_within_rounds():
    # The machine was ten times as slow in the second round, and the other client had no time for a third.
    measured = cell({"C": 1.0, "curl": 0.5}, {"C": 10.0, "curl": 2.0}, {"C": 7.0})
    assert figures.times_as_fast(measured, "C", "curl", "up") == Spread(0.35, 0.2, 0.5)
    assert figures.speeds(measured, "C", "up") == pytest.approx((2 / 7, 0.2, 2.0))
    assert figures.times_as_fast(measured, "C", "Python", "up") is None
    assert figures.speeds(measured, "Python", "up") is None


def test_a_client_that_moves_less():
    measured = cell({"C": 1.0, "curl": 1.0})
    measured["rounds"][0]["curl"]["up"]["bytes"] = 1_000_000
    assert figures.times_as_fast(measured, "C", "curl", "up").middle == 2
    assert (report.share(measured, "C"), report.share(measured, "curl")) == ("", " [1 MB]")
    assert report.figure(figures.speeds(measured, "curl", "up"), measured, "curl") == "1 [1 MB]"


@pytest.mark.parametrize(("size", "text"), [(0, "0 bytes"), (1000, "1 kB"), (KIB, "1 KiB"), (200 * MIB, "200 MiB"), (3 * GIB // 2, "1.5 GiB"),
                                            (18_750_000, "18.8 MB"), (16 * GIB, "16 GiB"), (2_684_354_560, "2.5 GiB")])
def test_amount(size, text):
    assert figures.amount(size) == text


def test_tables():
    assert figures.table(["a", "b"], [["x", None], ["y", 0]]) == "| a | b |\n| --- | --- |\n| x | – |\n| y | 0 |"
    assert figures.columns([("", "figure"), ("long", "1")]) == "      figure\nlong  1"


@pytest.mark.parametrize(("goal", "line"), [
    (Goal("a", 64, "MiB", most=64), ["64 MiB", "at most 64 MiB", "reached"]),
    (Goal("a", 64.1, "MiB", most=64), ["64.1 MiB", "at most 64 MiB", "**missed**"]),
    (Goal("a", Spread(0.96, 0.9, 0.99), least=0.97), ["0.96 (0.9–0.99)", "at least 0.97", "**missed**"]),
    (Goal("a", 0.97, least=0.97), ["0.97", "at least 0.97", "reached"]),
    (Goal("a", None, "ms", most=3), [None, "at most 3 ms", ""]),
    (Goal("a", 1234.5, "ms"), ["1234 ms", "", ""])])
def test_goal(goal, line):
    assert [goal.figure, goal.wanted, goal.verdict] == line


# --- Cells ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quick", [True, False])
def test_cells(quick):
    cells = list(matrix.cells(60, quick))
    assert len({cell.name for cell in cells}) == len(cells)
    assert {cell.group for cell in cells} == {"size", "tls", "files", "small", "received", "line"}
    # 100 Mbit/s for 12 seconds.
    assert quick or {cell.line: cell.size for cell in cells if cell.line}[100, 20] == 150_000_000
    assert quick or len([cell for cell in cells if cell.line]) == 9


class Slow:
    bytes_a_second, files_a_second = 15e6, 10


@pytest.mark.parametrize(("cell", "seconds", "expected"), [
    (matrix.Cell("size", (), GIB), 60, (200 * MIB, 1)), (matrix.Cell("size", (), GIB), 10, (16 * MIB, 1)),
    (matrix.Cell("size", (), GIB), 3, (8 * MIB, 1)), (matrix.Cell("size", (), KIB), 60, (KIB, 1)),
    (matrix.Cell("files", (), 4 * KIB, 10_000), 60, (4 * KIB, 100))])
def test_a_slow_client_moves_less(cell, seconds, expected):
    assert matrix.share(cell, Slow, seconds) == expected
    assert matrix.share(cell, clients.Curl(), seconds) == (cell.size, cell.files)


# --- The document --------------------------------------------------------------------------------------------------


RUN = {"processor": "P", "processors": 2, "platform": "L", "memory": 8 * GIB,
       "goals": {"small costs": {"command": "make bench", "goals": [["a call", 2, "ns", None, 3], ["a stop", [2, 1, 3], "ms"]]}}}


def document(*cells):
    return report.document(report.Results({**RUN, "cells": {str(number): one for number, one in enumerate(cells)}}), {})


def test_the_document():
    large = cell({"C": 1.0, "curl": 2.0, "official Python": 30.0}, size=50 * MIB)
    for one in large["rounds"][0].values():
        one["up"]["bytes"] = 50 * MIB
    text = document(large, cell({"C": 1.0, "official Python": 99.0}, size=100 * MIB), cell({"C": 1.0, "curl": 1.0}, group="line", line=[100, 20]))
    assert "## Slow lines" in text and "## In TLS" not in text
    lines = text.splitlines()
    assert "| up, plain, C beside official Python | at least 60 times | 30 times | **missed** | `make bench` |" in lines
    assert ("| up over 100 Mbit/s and 20 ms, C beside curl with 16 connections | at least 0.97 of its speed | 1.000 of its speed | reached "
            "| `make bench` |") in lines
    assert "| a call | at most 3 ns | 2 ns | reached | `make bench` |" in lines
    assert "| a stop |  | 2 (1–3) ms |  | `make bench` |" in lines
    assert all(len(line) <= 120 or line.startswith("|") for line in lines)


@pytest.mark.parametrize(("members", "said"), [
    ({}, ()), ({"command": "make bench-quick"}, ("Of the quick form, with short rounds: b.",)), ({"load": 9.0}, ("Something else", "0.1 to 9.0"))])
def test_the_document_says_what_disturbed_it(members, said):
    text = document(cell({"C": 1.0}, name="b", **members), cell({"C": 1.0}))
    assert tuple(words for words in ("Of the quick form, with short rounds: b.", "Something else", "0.1 to 9.0") if words in text) == said


KERNELS = """encryption                           MB/s   x rPGP   x portable
  rPGP                                500     1.00         0.55
  four parts                         1500     3.00         1.65
decryption with verification         MB/s   x rPGP   x portable
  two parts side by side             1700     2.10         1.65
"""


def test_kernels():
    assert costs.kernels(KERNELS) == {
        ("encryption", "rPGP"): (500, 1), ("encryption", "four parts"): (1500, 3), ("decryption with verification", "two parts side by side"): (1700, 2.1)}


def test_the_ceiling_of_kernels_and_network():
    # 4 MB/s by the kernels and 4 MB/s by curl: 2 MB/s one after the other.
    assert report.of_the_ceiling(cell({"C": 1.25, "curl": 0.5}), 4) == pytest.approx((0.8, 0.8, 0.8))


def test_cells_of_several_runs():
    text = document(cell({"C": 1.0}), cell({"C": 1.0}, date="2026-01-03 03:04 UTC", commit="def", command="make bench SECONDS=15", seconds=15.0))
    text = " ".join(text.split())
    assert "of `make bench` and `make bench SECONDS=15`, not by hand: 2026-01-02 03:04 UTC and 2026-01-03 03:04 UTC, commit abc and def," in text
    assert "at most 15 and 60 seconds" in text


def test_requests_that_the_protocol_needs():
    # What tests/requests.rs and tests/trees.rs have for one file, and for each of many.
    assert [report.needed(1, "up"), report.needed(1, "down")] == [8, 3]
    assert [report.needed(1000, way) - report.needed(0, way) for way in ("up", "down")] == [4000, 2000]
