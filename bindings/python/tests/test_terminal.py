"""The command line on a terminal, which is one of tmux: its screen shows what people would see."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from libsendsafely.cli import terminal
from shell import package_ids, raw, send

# Slow: each command starts Python.
pytestmark = pytest.mark.slow

BAR = r" +\d+% \[#*\.*\]  [\d.]+ [kM]B of [\d.]+ MB  [\d.]+ [kM]B/s  \d+:\d\d left"
WIDE = "日本語の報告書" * 6 + "👩‍👩‍👧👍🏽é" + "e\u0301" * 10 + "\u200b\u202e\x07.pdf"


class Terminal:
    """A terminal with a command in it."""

    def __init__(self, shell, command, *, columns=100, rows=12):
        if shutil.which("tmux") is None:
            pytest.fail("tmux is missing; run: make deps", pytrace=False)
        # Each has a server of its own, since the one before it may be about to end.
        own = f"{shell.home}/tmux{time.monotonic_ns()}"
        self.server, self.status = ["tmux", "-u", "-S", own, "-f", f"{shell.home}/tmux.conf"], Path(f"{own}.status")
        (shell.home / "tmux.conf").write_text("set -g remain-on-exit on\nset -g remain-on-exit-format ''\nset -g status off\n")
        environment = {**shell.environment, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        environment.pop("TMUX", None)
        # A signal that has a trap keeps its default in the command.
        command = f"trap : INT; {command}\necho $? > {self.status}"
        self.run("new-session", "-d", "-x", columns, "-y", rows, command, env=environment, cwd=shell.home)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.server, "kill-server"], stderr=subprocess.DEVNULL, check=False)

    def run(self, *arguments, **given):
        return subprocess.run([*self.server, *map(str, arguments)], check=True, capture_output=True, text=True, timeout=30, **given).stdout

    def screen(self):
        """All lines, with those that have left the screen."""
        return self.run("capture-pane", "-p", "-S", "-").rstrip().splitlines()

    def ask(self, what):
        return self.run("display-message", "-p", f"#{{{what}}}").strip()

    def resize(self, columns):
        self.run("resize-window", "-x", columns, "-y", 12)

    def wait_for(self, pattern):
        """Waits until a line matches. Returns the screen."""
        deadline = time.monotonic() + 30
        while not any(re.search(pattern, line) for line in self.screen()):
            assert time.monotonic() < deadline and self.ask("pane_dead") == "0", self.screen()
            time.sleep(0.05)
        return self.screen()

    def end(self, code=0):
        """Waits for the end of the command. Returns the screen."""
        deadline = time.monotonic() + 30
        while self.ask("pane_dead") == "0":
            assert time.monotonic() < deadline, self.screen()
            time.sleep(0.05)
        assert self.status.read_text() == f"{code}\n", self.screen()
        return self.screen()


def command(*words, redirections=""):
    return f"{shlex.join([sys.executable, '-m', 'libsendsafely', *map(str, words)])} {redirections}"


def slow(shell, endpoint, bytes_per_second=1_500_000):
    shell.emulator.admin("POST", "/faults", {"endpoint": endpoint, "times": 0, "action": {"bytes_per_second": bytes_per_second}})


def made(directory, name, size=6_000_000):
    (directory / name).write_bytes(os.urandom(size))
    return directory / name


def test_a_bar_is_drawn_and_goes(shell, tmp_path):
    slow(shell, "part_put")
    with Terminal(shell, command("send", "--undisclosed", made(tmp_path, "big.bin"), redirections="> link")) as screen:
        assert len(screen.wait_for(rf"^big\.bin {BAR}$")) == 1
        lines = screen.end()
        assert len(lines) == 1, lines
        [line] = lines
    assert re.fullmatch(r"libsendsafely: big\.bin: 6\.0 MB in 0:\d\d", line)
    assert (tmp_path / "link").read_text().startswith("http")


def test_nothing_is_drawn_if_it_is_not_wanted(shell, tmp_path):
    made(tmp_path, "a.bin", 10)
    for quiet in (command("send", "--undisclosed", "--quiet", "a.bin"), f"TERM=dumb {command('send', '--undisclosed', 'a.bin')}"):
        with Terminal(shell, quiet) as screen:
            assert re.fullmatch(r"http\S+", "".join(screen.end()))


def test_paths_stand_in_lines_of_their_own(shell, tmp_path):
    """Paths and bar go to the same terminal, by different streams."""
    files = [made(tmp_path, name, 1_500_000) for name in ("first.bin", "second.bin")]
    (tmp_path / "link").write_text(send(shell, *files)[0])
    slow(shell, "part_get")
    with Terminal(shell, command("receive", "@link", "--to", "got")) as screen:
        screen.wait_for(r"\d+%")
        lines = screen.end()
    assert lines[:2] == ["got/first.bin", "got/second.bin"] and len(lines) == 3 and ": 3.0 MB in 0:" in lines[2]


def test_waiting_for_the_network_is_shown(shell, tmp_path):
    made(tmp_path, "a.bin", 10)
    shell.emulator.admin("POST", "/faults", {"endpoint": "upload_urls", "times": 3, "action": {"close": True}})
    with Terminal(shell, command("send", "--undisclosed", "a.bin", redirections="> link")) as screen:
        screen.wait_for(r"^a\.bin .*  waiting for the network$")
        assert len(screen.end()) == 1


@pytest.mark.parametrize("columns", [120, 60, 30])
def test_names_that_are_wide_or_long_leave_room(shell, tmp_path, columns):
    slow(shell, "part_put")
    piped = command("send", "--undisclosed", "-", "--name", WIDE.replace("\x07", ""), redirections="< data > link")
    made(tmp_path, "data")
    for words in (command("send", "--undisclosed", made(tmp_path, "n" * 200 + ".pdf"), redirections="> link"), piped):
        with Terminal(shell, words, columns=columns) as screen:
            screen.wait_for(r"\.pdf +[\d.]+(%| bytes)")
            for _ in range(5):
                assert len(screen.screen()) <= 1, screen.screen()
                time.sleep(0.1)
            lines = screen.end()
            assert lines[0].startswith("libsendsafely: ")


def test_a_file_with_a_wide_name_is_named_as_it_is(shell, tmp_path):
    name = WIDE[:20] + ".pdf"
    (tmp_path / "link").write_text(send(shell, made(tmp_path, name, 10))[0])
    slow(shell, "part_get")
    with Terminal(shell, command("receive", "@link", "--to", "got"), columns=120) as screen:
        assert screen.end()[0] == f"got/{name}"


def test_the_bar_follows_the_width_of_the_terminal(shell, tmp_path):
    slow(shell, "part_put", 400_000)
    words = command("send", "--undisclosed", made(tmp_path, "a-long-name-of-a-file.bin", 8_000_000), redirections="> link")
    with Terminal(shell, f"yes before | head -20; {words}") as screen:
        screen.wait_for(BAR)
        for columns in (40, 25, 70, 50, 100):
            screen.resize(columns)
            time.sleep(0.5)  # tmux waits for the end of a change before it reports one.
            *before, line = screen.screen()
            assert before == 20 * ["before"] and re.search(r" \d+%", line) and len(line) < columns, line
        assert re.search(BAR, line)
        *before, line = screen.end()
        assert before == 20 * ["before"] and line.startswith("libsendsafely: a-long-name-of-a-file.bin: 8.0 MB in ")


def test_ctrl_c(shell, tmp_path):
    slow(shell, "part_put", 500_000)
    with Terminal(shell, command("send", "--undisclosed", made(tmp_path, "big.bin"))) as screen:
        screen.wait_for(r"\d+%")
        screen.run("send-keys", "C-c")
        assert [line for line in screen.end(130) if line] == ["libsendsafely: interrupted; nothing was sent"]
    assert all(raw(shell, one)["state"].startswith("PACKAGE_STATE_DELETED") for one in package_ids(shell))


@pytest.mark.parametrize("by_a_shell", [False, True])
def test_a_terminal_that_is_closed_leaves_nothing(shell, tmp_path, by_a_shell):
    """The kernel sends SIGHUP, and so does a shell in between."""
    big = made(tmp_path, "big.bin")
    (tmp_path / "link").write_text(send(shell, big)[0])
    [received] = package_ids(shell)
    slow(shell, "part_put", 500_000)
    slow(shell, "part_get", 500_000)
    # A service that is not on this machine takes its time.
    shell.emulator.admin("POST", "/faults", {"endpoint": "delete_temp", "times": 0, "action": {"hang_ms": 400}})
    for words in (command("send", "--undisclosed", big), command("receive", "@link", "--to", "got")):
        with Terminal(shell, "bash --norc -i" if by_a_shell else words) as screen:
            if by_a_shell:
                screen.run("send-keys", words, "Enter")
            screen.wait_for(r"\d%")
            time.sleep(1)
    deadline = time.monotonic() + 10
    [sent] = [one for one in package_ids(shell) if one != received]
    while (tmp_path / "got").exists() or not raw(shell, sent)["state"].startswith("PACKAGE_STATE_DELETED"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_streams_that_are_closed_on_a_terminal(shell, tmp_path):
    made(tmp_path, "a.bin", 10)
    for redirections, code, expected in (("<&-", 0, r"http\S+"), ("2>&-", 0, r"http\S+"), ("<&- 2>&-", 0, r"http\S+"),
                                         (">&-", 6, "libsendsafely: standard output is closed .*"), (">&- 2>&-", 6, ""),
                                         (">/dev/full", 6, r"(?s)http\S+\nlibsendsafely: standard output: No space left on device; .*")):
        with Terminal(shell, command("send", "--undisclosed", "--quiet", "a.bin", redirections=redirections), columns=400) as screen:
            assert re.fullmatch(expected, "\n".join(screen.end(code))), redirections


# --- Without a terminal


def test_texts_are_measured_and_shortened():
    for text, columns in (("abc", 3), ("日本", 4), ("e\u0301", 1), ("👍", 2), ("ＡＢ", 4), ("ｱ", 1), ("", 0), ("한", 2), ("a\u200db", 2)):
        assert terminal.width(text) == columns
    for text in ("x" * 300, WIDE, "日" * 50, "e\u0301" * 50, "a" + "\u0301" * 100):
        for columns in range(101):
            short = terminal.shortened(text, columns)
            assert terminal.width(short) <= columns and (short == text or columns < 12 or "..." in short)
            assert not any(unicodedata.combining(part[0]) for part in short.split("...") if part)
    assert terminal.shortened("a-report-of-many-words.pdf", 15) == "a-repo...ds.pdf"
