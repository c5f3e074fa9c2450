#!/usr/bin/env python3
"""Makes docs/performance.md and its plots from what run.py has measured: report.py RESULTS.json."""

import json
import os
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
from figures import BOTH, GIB, MIB, Goal, Spread, amount, files_a_second, number, of, peak, speed, speeds, spread, table, times_as_fast

DOCUMENT = os.path.join(ROOT, "docs/performance.md")
PLOTS = os.path.join(ROOT, "docs/performance")
NAMES = ("C", "Python", "C#", "Rust core", "official Python", "official Node", "curl")
OFFICIAL = ("official Python", "official Node")


class Results:
    """The cells of a run, by their groups."""

    def __init__(self, run):
        self.run = run

    def group(self, name):
        found = [cell for cell in self.run["cells"].values() if cell["group"] == name]
        return sorted(found, key=lambda cell: (cell["line"] or [], cell["size"], cell["files"]))

    def cell(self, group, **members):
        """The cell of a group with these members; without rounds if it was not measured."""
        return next((cell for cell in self.group(group) if members.items() <= cell.items()), {"rounds": []})

    def kept(self, name):
        """The goals that were measured as no cells."""
        kept = self.run["goals"].get(name, {"goals": ()})["goals"]
        return [Goal(what, Spread(*measured) if isinstance(measured, list) else measured, *rest) for what, measured, *rest in kept]

    def largest(self, group, client, other, way):
        """The cell with the largest size in which two clients can be compared: of a few MB, the start of a process is too much."""
        def both(cell):
            return of(cell, client, way) and of(cell, other, way) and min(of(cell, name, way)[0]["bytes"] for name in (client, other)) > 8e6

        return max(filter(both, self.group(group)), key=lambda cell: cell["size"], default={"rounds": []})


def share(cell, client):
    """What a client moves in a cell, if that is less than others do."""
    moved = of(cell, client, cell["ways"][0])
    size = moved[0]["bytes"] // moved[0]["files"] if moved else cell["size"]
    fewer = moved and moved[0]["files"] < cell["files"]
    return f" [{moved[0]['files']} file{'s' * (moved[0]['files'] > 1)}]" if fewer else f" [{amount(size)}]" if size < cell["size"] else ""


def figure(value, cell, client, form=""):
    if value is None:
        return None
    return (number(value, form) if isinstance(value, float) else format(value, form)) + share(cell, client)


def present(cells):
    return [name for name in NAMES if any(of(cell, name, way) for cell in cells for way in BOTH)]


# --- Sections ------------------------------------------------------------------------------------------------------


def speed_tables(cells):
    """What each client moves in a second, and how many times as fast as others ours is."""
    names, text = present(cells), ""
    for way in BOTH:
        text += f"MB/s {way}:\n\n" + table(["size", *names], [
            [amount(cell["size"]), *(figure(speeds(cell, name, way), cell, name) for name in names)] for cell in cells]) + "\n\n"
    others = [name for name in names if name != "C"]
    rows = [[f"{amount(cell['size'])} {way}", *(figure(times_as_fast(cell, "C", name, way), cell, name) for name in others)]
            for cell in cells for way in BOTH if of(cell, "C", way)]
    return text + "C, times as fast as:\n\n" + table(["", *others], rows)


def files_table(cells):
    names = present(cells)
    rows = [[f"{cell['files']} {way}", *(figure(files_a_second(cell, name, way), cell, name) for name in names),
             f"{requests_a_file(cell, 'C', way):.2f}"] for cell in cells for way in BOTH if of(cell, "C", way)]
    return table(["files of 4 KiB, files a second", *names, "requests a file, C"], rows)


def requests_a_file(cell, client, way):
    return max(one["requests"] / one["files"] for one in of(cell, client, way))


def needed(files, way):
    """Requests for a package of files of one part: up, its creation, a recipient, the public keys and its end, and for each file its
    creation, a URL, the part and its end; down, the package, and for each file a URL and the part."""
    return 4 + 4 * files if way == "up" else 1 + 2 * files


def small_table(cell):
    names = present([cell])
    rows = [["requests up", *(of(cell, name, "up")[0]["requests"] for name in names), needed(1, "up")],
            ["requests down", *(of(cell, name, "down")[0]["requests"] for name in names), needed(1, "down")]]
    rows += [[f"milliseconds {way}", *(spread(one["seconds"] * 1000 for one in of(cell, name, way)) for name in names), None] for way in BOTH]
    return table(["", *names, "the protocol needs"], [[cell if cell is None or isinstance(cell, str) else f"{cell:.0f}" for cell in row] for row in rows])


def lines_table(cells):
    rows = []
    for cell in cells:
        for way in BOTH:
            rows.append([f"{cell['line'][0]} Mbit/s, {cell['line'][1]} ms {way}", amount(cell["size"]), *(
                figure(speeds(cell, name, way), cell, name) for name in ("C", "curl")),
                figure(times_as_fast(cell, "C", "curl", way), cell, "C", ".3f")])
    note = ("The time of C includes the calls of the API that a package needs, each of a round trip; that of curl is of the parts alone. So the "
            "ratio grows with the number of bytes.\n\n")
    return textwrap.fill(note, 118) + "\n\n" + table(["line", "bytes", "C, MB/s", "curl, MB/s", "C of curl"], rows)


def received_table(cell):
    names = present([cell])
    return table([f"{amount(cell['size'])} from {cell['sender']}", *names], [
        ["MB/s", *(figure(speeds(cell, name, "down"), cell, name) for name in names)],
        ["times as fast as its sender", *(figure(times_as_fast(cell, name, cell["sender"], "down"), cell, name, ".2f") for name in names)]])


def processor_table(cells):
    """The processor time of the clients, which other load on the machine changes least."""
    cells = [cell for cell in cells if cell["size"] >= 16 * MIB]  # of less, most is the start of the process
    names = present(cells)
    return table(["processor seconds for 1 GB", *names], [
        [f"{amount(cell['size'])} {way}", *(figure(spread(one["cpu"] * 1e9 / one["bytes"] for one in of(cell, name, way)), cell, name) for name in names)]
        for cell in cells for way in BOTH if of(cell, "C", way)])


def memory_table(cells):
    cells = [cell for cell in cells if cell["size"] >= 16 * MIB]  # a process that is shorter is not measured well
    names = present(cells)
    return table(["peak memory, MiB", *names], [
        [f"{amount(cell['size'])} {way}", *(figure(peak(cell, name, way), cell, name, ".0f") for name in names)]
        for cell in cells for way in BOTH if of(cell, "C", way)])


# --- Goals ---------------------------------------------------------------------------------------------------------


def goals(results):
    """The goals, each with the command that measures it."""
    for group, where in (("size", "plain"), ("tls", "TLS")):
        for way in BOTH:
            for other, least in (("official Python", 60), ("official Node", 6)):
                cell = results.largest(group, "C", other, way)
                yield Goal(f"{way}, {where}, C beside {other}{share(cell, other) if cell['rounds'] else ''}", times_as_fast(cell, "C", other, way),
                           "times", least=least)
    cell = results.largest("received", "C", "official Python", "down")
    yield Goal("down, what the official Python client sent, C beside that client", times_as_fast(cell, "C", "official Python", "down"), "times", least=10)
    for cell in results.group("line"):
        for way in BOTH:
            yield Goal(f"{way} over {cell['line'][0]} Mbit/s and {cell['line'][1]} ms, C beside curl with 16 connections",
                       times_as_fast(cell, "C", "curl", way), "of its speed", least=0.97, form=".3f")
    for cell in results.group("files"):
        if cell["files"] >= 1000:
            for way in BOTH:
                yield Goal(f"{way}, {cell['files']} files of 4 KiB, C", files_a_second(cell, "C", way), "files a second", least=800)
                over = requests_a_file(cell, "C", way) * cell["files"] / needed(cell["files"], way) if of(cell, "C", way) else None
                yield Goal(f"{way}, {cell['files']} files of 4 KiB, requests, of those that the protocol needs", over, "times", most=1.05, form=".3f")
    for way in BOTH:
        requests = [one["requests"] for one in of(results.cell("small"), "C", way)]
        yield Goal(f"{way}, a package of 10 KiB, requests", max(requests, default=None), most=needed(1, way))
        most = [peak(cell, "C", way) for cell in results.group("size") if cell["size"] >= 16 * MIB and of(cell, "C", way)]
        yield Goal(f"{way}, peak memory, C, all sizes from 16 MiB", max(most, default=None), "MiB", most=64)
    kernels = results.kept("kernels")
    for group, where in (("size", "plain"), ("tls", "TLS")) if kernels else ():
        cell = results.largest(group, "C", "curl", "up")
        yield Goal(f"up, {where}, C, beside kernels on all processors and curl one after the other",
                   of_the_ceiling(cell, kernels[0].measured * results.run["processors"]), "of their speed", least=0.85)


def of_the_ceiling(cell, kernels):
    """How fast the C programs are beside 1/(1/kernels + 1/curl), all in MB/s."""
    both = [(speed(one["C"]["up"]), speed(one["curl"]["up"])) for one in cell["rounds"] if "C" in one and "curl" in one]
    return spread(own / (1 / (1 / kernels + 1 / raw)) for own, raw in both)


# Those of other words, where this run has no figure.
ELSEWHERE = {
    "kernels": ("make bench-kernel", [
        Goal("encryption of four parts on a core, beside rPGP", None, "times", least=3), Goal("encryption of one part, beside rPGP", None, "times", least=1.8),
        Goal("verified decryption of two parts on a core, beside rPGP", None, "times", least=1.7)]),
    "large files": ("make bench-large", [
        Goal("upload of 100 GiB, peak memory", None, "MiB", most=64), Goal("download of 4 GiB, peak memory", None, "MiB", most=64)]),
    "another build": ("make bench-against", [
        Goal("up, 1 GiB, processor time beside the build before there were kernels", None, "%", most=50),
        Goal("down, 1 GiB, processor time beside the build before there were kernels", None, "%", most=75)])}


# --- Plots ---------------------------------------------------------------------------------------------------------


COLOURS = dict(zip(NAMES, ("#1f77b4", "#2ca02c", "#9467bd", "#17becf", "#d62728", "#ff7f0e", "#7f7f7f")))


def plot_lines(axes, cells, x, y, way):
    """A line for each client, with bars for the spread."""
    for name in present(cells):
        points = [(x(one), y(one, name, way)) for one in cells if y(one, name, way) and not share(one, name)]
        if points:
            places, middles = [place for place, _ in points], [spread.middle for _, spread in points]
            bars = [[spread.middle - spread.low for _, spread in points], [spread.high - spread.middle for _, spread in points]]
            axes.errorbar(places, middles, bars, label=name, color=COLOURS[name], marker="o", markersize=3, linewidth=1, capsize=2)


def draw(results):
    """Yields the name and the figure of each plot."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "libsendsafely", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False,
                                "axes.spines.right": False, "axes.grid": True, "grid.linewidth": 0.3, "legend.frameon": False})
    from matplotlib import pyplot
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    def panels(cells, x, y, xlabel, ylabel, words):
        picture, both = pyplot.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
        for axes, way in zip(both, BOTH):
            plot_lines(axes, cells, x, y, way)
            axes.set(xscale="log", yscale="log", xlabel=xlabel, title=way)
            axes.xaxis.set_major_locator(FixedLocator([x(cell) for cell in cells]))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words(int(value))))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.tick_params(axis="x", rotation=40)
        both[0].set_ylabel(ylabel)
        both[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
        return picture

    if len(sizes := results.group("size")) > 1:
        yield "speed", panels(sizes, lambda cell: cell["size"], speeds, "size of the file", "MB/s", amount)
    if len(files := results.group("files")) > 1:
        yield "files", panels(files, lambda cell: cell["files"], files_a_second, "files of 4 KiB in a package", "files a second", str)
    if lines := [cell for cell in results.group("line") if all(times_as_fast(cell, "C", "curl", way) for way in BOTH)]:
        picture, axes = pyplot.subplots(figsize=(9, 3), layout="constrained")
        for offset, way in ((-0.2, "up"), (0.2, "down")):
            found = [times_as_fast(cell, "C", "curl", way) for cell in lines]
            bars = [[one.middle - one.low for one in found], [one.high - one.middle for one in found]]
            axes.bar([place + offset for place in range(len(lines))], [one.middle for one in found], 0.38, yerr=bars, capsize=2, label=way,
                     color={"up": COLOURS["C"], "down": COLOURS["official Node"]}[way])
        axes.axhline(0.97, color="black", linewidth=0.7, linestyle="--")
        axes.set_xticks(range(len(lines)), [f"{cell['line'][0]} Mbit/s\n{cell['line'][1]} ms" for cell in lines])
        axes.set_ylabel("C, of the speed of curl")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        yield "lines", picture


def plots(results):
    """Writes the plots. Returns the Markdown that shows each, by its name."""
    os.makedirs(PLOTS, exist_ok=True)
    shown = {}
    for name, picture in draw(results):
        picture.savefig(os.path.join(PLOTS, f"{name}.svg"), metadata={"Date": None, "Creator": None})
        shown[name] = f"\n\n![{name}](performance/{name}.svg)"
    return shown


# --- The document --------------------------------------------------------------------------------------------------


HEAD = """# Performance

Made by `make bench-report` from the figures of {command}, not by hand: {date}, commit {commit}, {processor}, {processors} processors, \
{memory:.0f} GiB of memory, {platform}.

Each client is a process of its own, which is measured from its start to its end, against the emulator on the same machine: client and \
server share the processors. The clients of a cell take turns; each works for at most {seconds} seconds, but at least once. A client that \
is too slow for the size moves less, which stands in brackets; of a few MiB, the start of its \
process takes much of the time. A figure is the median of its rounds, with the least and the greatest in \
parentheses. A ratio compares clients within a round, so other load on the machine disturbs it less than the speeds. `curl` moves the \
same number of bytes in the same parts to and from the storage, without encryption and without a file to write, with 16 connections.
{notes}"""


def origin(cells):
    """Where the figures come from: not all cells need be of one run."""
    def each(member, form="{}"):
        found = sorted({cell[member] for cell in cells})
        return " and ".join(form.format(one) for one in found) if len(found) < 3 else f"{form.format(found[0])} to {form.format(found[-1])}"

    return {"date": each("date"), "seconds": each("seconds", "{:g}"), "commit": " and ".join(dict.fromkeys(cell["commit"] for cell in cells)),
            "command": " and ".join(f"`{command}`" for command in dict.fromkeys(cell["command"] for cell in cells))}


def document(results, shown):
    run = results.run
    loads = [cell["load"] for cell in run["cells"].values()]
    notes = ""
    if quick := [cell["name"] for cell in run["cells"].values() if "quick" in cell["command"]]:
        which = "all cells" if len(quick) == len(run["cells"]) else "; ".join(quick)
        notes += f"\nOf the quick form, with short rounds: {which}.\n"
    if loads and max(loads) > 2 * run["processors"]:
        notes += (f"\n**Something else loaded the machine**: the load was {min(loads):.1f} to {max(loads):.1f} when the cells began. So the "
                  "speeds are too low and the spreads wide.\n")
    text = HEAD.format(**{**run, **origin(run["cells"].values()), "memory": run["memory"] / GIB}, notes=notes)
    text = "\n".join(textwrap.fill(line, 118) for line in text.split("\n"))
    all_goals = [(goal, "make bench") for goal in goals(results)]
    all_goals += [(goal, kept["command"]) for name, kept in run["goals"].items() for goal in results.kept(name)]
    all_goals += [(goal, command) for name, (command, missing) in ELSEWHERE.items() if name not in run["goals"] for goal in missing]
    rows = [[goal.what, goal.wanted, goal.figure, goal.verdict, f"`{command}`"] for goal, command in all_goals]
    text += "\n## To reach\n\n" + table(["", "goal", "measured", "", "command"], rows)
    for title, group, section, plot in (
            ("Sizes", "size", speed_tables, "speed"), ("In TLS", "tls", speed_tables, None), ("Many small files", "files", files_table, "files"),
            ("A small package", "small", lambda cells: small_table(cells[0]), None), ("Slow lines", "line", lines_table, "lines"),
            ("What others have sent", "received", lambda cells: received_table(cells[0]), None), ("Processor time", "size", processor_table, None),
            ("Memory", "size", memory_table, None)):
        if cells := results.group(group):
            text += f"\n\n## {title}\n\n" + section(cells) + shown.get(plot, "")
    return text + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        results = Results(json.load(file))
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(document(results, plots(results)))


def in_its_environment():
    """Starts this program again where matplotlib is."""
    place = os.path.join(ROOT, "target/bench/plots")
    python, wanted = os.path.join(place, "bin/python"), os.path.join(ROOT, "benches/requirements.txt")
    if os.path.realpath(sys.prefix) != os.path.realpath(place):
        if not os.path.exists(python):
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted], check=True)
        os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    in_its_environment()
    main()
