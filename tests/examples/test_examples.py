"""The C examples as a user runs them: their output and files, their failures, and Ctrl-C."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import time

import pytest
from local import RECEIVE, SEND, Emulator, write_random_file

LINK = re.compile(r"http://127\.0\.0\.1:\d+/receive/\?thread=\S+&packageCode=\S+#keyCode=\S+\n")


TO_NOBODY = "send: there is no --to: everybody who has the link can open the package\n"


class Case:
    """One server and one directory with a file to send."""

    def __init__(self, place, server):
        self.place, self.server = place, server
        self.file = self.path("report.bin")
        write_random_file(self.file, 3_000_000)
        os.mkdir(self.path("in"))

    def path(self, name):
        return str(self.place / name)

    def run(self, *command, **environment):
        return subprocess.run(command, env=self.server.environment() | environment, capture_output=True, text=True,
                              timeout=60)

    def send(self, *arguments):
        sent = self.run(SEND, *arguments)
        assert sent.returncode == 0, sent.stderr
        assert sent.stderr == ("" if "--to" in arguments else TO_NOBODY), sent.stderr
        return sent.stdout.strip()

    def packages(self):
        return [self.server.admin("GET", "/packages/" + id) for id in self.server.admin("GET", "/packages")]


@pytest.fixture
def options():
    """The options of the server."""
    return ()


@pytest.fixture
def case(tmp_path, options):
    with Emulator(*options) as server:
        yield Case(tmp_path, server)


def refused(run, *words, status=1):
    """Checks that a program has failed with one line that has these words, and has printed nothing."""
    assert run.returncode == status, run
    assert run.stdout == "", run.stdout
    assert run.stderr.count("\n") == 1, run.stderr
    for word in words:
        assert word in run.stderr, (word, run.stderr)


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def alive(case):
    """The packages that were not deleted."""
    return [package for package in case.packages() if "DELETED" not in package["state"]]


def test_send_prints_only_the_link(case):
    sent = case.run(SEND, "--to", "ann@example.com", case.file)
    assert sent.returncode == 0 and sent.stderr == ""
    assert LINK.fullmatch(sent.stdout), sent.stdout


def test_everything_arrives(case):
    link = case.send("--to", "ann@example.com", "--to", "bob@example.com,+14155550100", "--message", "Grüße, 你好",
                     "--life", "9", "--retry-window", "5", case.file, __file__)
    (package,) = case.packages()
    phones = {r["email"]: (r["phone"] or {}).get("number") for r in package["recipients"]}
    assert phones == {"ann@example.com": None, "bob@example.com": "4155550100"}, phones
    assert package["life"] == 9 and package["finalized"] and not package["undisclosed"]
    received = case.run(RECEIVE, link, case.path("in"))
    assert received.returncode == 0 and received.stderr == "", received
    assert received.stdout == "Grüße, 你好\n"
    assert contents(case.path("in/report.bin")) == contents(case.file)
    assert contents(case.path("in/test_examples.py")) == contents(__file__)
    assert sorted(os.listdir(case.path("in"))) == ["report.bin", "test_examples.py"]


def test_a_wrongly_declared_size_is_reported(case):
    link = case.send(case.file)
    for offset in (-1, 1):
        case.server.admin("POST", "/settings", {"declared_size_offset": offset})
        received = case.run(RECEIVE, link, case.path("in"))
        assert received.returncode == 0, received
        assert received.stderr == f"receive: report.bin: 3000000 bytes were received, {3_000_000 + offset} were declared\n", received
        assert contents(case.path("in/report.bin")) == contents(case.file)
        os.remove(case.path("in/report.bin"))


def test_nothing_that_others_wrote_steers_the_terminal(case):
    evil = "\x1b]0;title\x07\x1b[2J\r\u202e\u200b\x7f\u009b31m"
    link = case.send("--message", f"Grüße,\n\t{evil}你好", case.file)
    received = case.run(RECEIVE, link, case.path("in"))
    assert received.returncode == 0, received
    assert received.stdout == "Grüße,\n\t?]0;title??[2J?????31m你好\n", ascii(received.stdout)
    refusal = {"response": "DENIED", "message": f"no\n{evil}"}
    case.server.admin("POST", "/faults", {"endpoint": "create_package", "action": {"envelope": refusal}})
    run = case.run(SEND, "--to", "ann@example.com", case.file)
    refused(run, "the service refused: no ")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", run.stderr), ascii(run.stderr)


def test_without_recipients_the_link_is_enough(case):
    link = case.send("--", case.file)
    assert case.packages()[0]["undisclosed"] is True
    assert case.run(RECEIVE, link, case.path("in")).returncode == 0


def test_password(case):
    link = case.send(case.file)
    case.server.admin("POST", "/packages/" + case.packages()[0]["id"], {"password": "open sesame"})
    refused(case.run(RECEIVE, link, case.path("in")), "password")
    refused(case.run(RECEIVE, "--password", "wrong", link, case.path("in")), "password")
    assert os.listdir(case.path("in")) == []
    assert case.run(RECEIVE, "--password", "open sesame", link, case.path("in")).returncode == 0


@pytest.mark.parametrize("options", [("--tls",)])
def test_tls_with_a_private_authority(case):
    link = case.send("--to", "ann@example.com", case.file)
    assert link.startswith("https://")
    assert case.run(RECEIVE, link, case.path("in")).returncode == 0
    refused(case.run(SEND, "--to", "ann@example.com", case.file, SENDSAFELY_CA_BUNDLE=case.path("none.pem")))


def test_bad_usage(case):
    for program, arguments in [(SEND, []), (SEND, ["--to"]), (SEND, ["--to", "a@b.cc"]), (SEND, ["--what", "x", "y"]),
                               (RECEIVE, []), (RECEIVE, ["link"]), (RECEIVE, ["--what", "x", "link", "directory"])]:
        refused(case.run(program, *arguments), "usage: ", status=2)
    refused(case.run(SEND, "--life", "soon", case.file), "--life soon", status=2)
    refused(case.run(SEND, "--retry-window", "-1", case.file), "--retry-window -1", status=2)
    refused(case.run(RECEIVE, "--retry-window", "9999999999999", "l", "d"), "--retry-window", status=2)
    for program in (SEND, RECEIVE):
        for arguments in (["--help"], ["-h"], ["--retry-window", "1", "--help"], ["x", "-h"]):
            helped = case.run(program, *arguments)
            assert helped.returncode == 0 and helped.stdout.startswith("usage: ") and helped.stderr == "", helped
    refused(case.run(SEND, "--message", "--help", "--", "--help"), "--help: ", status=2)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SENDSAFELY_")}
    for command in ([SEND, case.file], [RECEIVE, "x", case.path("in")]):
        refused(subprocess.run(command, env=environment, capture_output=True, text=True), "SENDSAFELY_HOST", status=2)


def test_two_files_with_one_name(case):
    for directory in ("one", "two"):
        os.mkdir(case.path(directory))
        write_random_file(case.path(f"{directory}/r.txt"), 10)
    run = case.run(SEND, "--to", "ann@example.com", case.path("one/r.txt"), case.path("two/r.txt"))
    refused(run, "one/r.txt and ", "two/r.txt have the same name", status=2)
    assert case.packages() == []


def test_errors_say_what_and_what_to_do(case):
    to = ["--to", "ann@example.com"]
    refused(case.run(SEND, *to, case.path("missing.bin")), "send: ", "missing.bin", status=2)
    refused(case.run(SEND, *to, str(case.place)), str(case.place), status=2)
    refused(case.run(SEND, *to, "--life", "366", case.file), "365", status=2)
    for recipient in ("ann", "@example.com", "ann@", "ann@,4155550100", "ann@example.com,12ab", "ann@example.com,", "ann@example.com,123",
                      "ann@example..com", "ann@.example.com", "ann@example.com.", "ann@b@example.com", "a b@example.com", "ann@example.com,+1+23456",
                      "ann@example.com,415+5550100"):
        refused(case.run(SEND, *to, "--to", recipient, case.file), recipient, status=2)
    os.mkfifo(case.path("pipe"))
    refused(case.run(SEND, *to, case.path("pipe")), "pipe: not a regular file", status=2)
    assert case.packages() == [], "arguments are judged first"
    refused(case.run(SEND, *to, case.file, SENDSAFELY_API_SECRET="wrong"), "check the API key")
    refused(case.run(SEND, *to, case.file, SENDSAFELY_HOST="nonsense"), "nonsense")
    assert alive(case) == [], "every unfinished package is deleted"
    link = case.send(*to, case.file)
    refused(case.run(RECEIVE, link, case.path("nowhere")), "nowhere", "create the directory first", status=2)
    refused(case.run(RECEIVE, "http://nothing", case.path("in")), "link")
    wrong = link.split("#")[0] + "#keyCode=" + "k" * 43
    refused(case.run(RECEIVE, link[:-1], case.path("in")), "keycode has 42 characters")
    refused(case.run(RECEIVE, wrong, case.path("in")), "report.bin", "refused")
    assert os.listdir(case.path("in")) == []
    assert case.run(RECEIVE, link, case.path("in")).returncode == 0
    refused(case.run(RECEIVE, link, case.path("in")), "report.bin", "choose another directory")


def test_no_server(case):
    closed_port = "http://127.0.0.1:1"
    started = time.monotonic()
    refused(case.run(SEND, "--to", "ann@example.com", case.file, SENDSAFELY_HOST=closed_port), "127.0.0.1:1")
    assert time.monotonic() - started < 20


def test_link_that_cannot_be_printed(case):
    with open("/dev/full", "w") as full:
        sent = subprocess.run([SEND, case.file], env=case.server.environment(), stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60)
    assert sent.returncode == 1 and "cannot be printed" in sent.stderr, sent


def closed(case, descriptors, *command):
    """Runs the program with closed descriptors, as a shell does for >&-."""
    closing = " ".join(f"{descriptor}>&-" for descriptor in descriptors)
    return case.run("/bin/sh", "-c", f'exec "$@" {closing}', "sh", *command)


def test_standard_output_that_is_closed(case):
    refused(closed(case, [1], SEND, case.file), "send: ", "standard output")
    refused(closed(case, [0, 1], SEND, case.file), "send: ", "standard output")
    assert closed(case, [0, 1, 2], SEND, case.file).returncode == 1
    with open(os.devnull) as unwritable:
        sent = subprocess.run([SEND, case.file], env=case.server.environment(), stdout=unwritable, stderr=subprocess.PIPE)
    assert sent.returncode == 1 and b"standard output" in sent.stderr, sent
    assert case.server.admin("GET", "/requests") in ([], {"requests": []}), "nothing is sent"


def test_the_link_and_the_message_go_into_no_connection(case):
    # Otherwise the first connection gets the free descriptor.
    sent = closed(case, [0, 2], SEND, "--message", "Hello", case.file)
    assert sent.returncode == 0 and LINK.fullmatch(sent.stdout) and sent.stderr == "", sent
    received = closed(case, [1], RECEIVE, sent.stdout.strip(), case.path("in"))
    assert received.returncode == 1 and "message cannot be printed" in received.stderr, received
    assert contents(case.path("in/report.bin")) == contents(case.file), "the files are there all the same"


def test_link_that_nobody_reads(case):
    reader, writer = os.pipe()
    os.close(reader)
    for restore in (True, False):  # ended by SIGPIPE, or an error EPIPE
        sent = subprocess.run([SEND, case.file], env=case.server.environment(), stdout=writer, stderr=subprocess.PIPE,
                              restore_signals=restore, timeout=60)
        assert sent.returncode == (-signal.SIGPIPE if restore else 1), sent
    os.close(writer)


@contextlib.contextmanager
def interrupted(case, endpoint, *command, by=signal.SIGINT):
    """Runs the program, and stops it by Ctrl-C while transfers are slow."""
    case.server.admin("POST", "/faults", {"endpoint": endpoint, "times": 0, "action": {"bytes_per_second": 20_000}})
    case.server.admin("DELETE", "/requests")
    process = subprocess.Popen(command, env=case.server.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    try:
        deadline = time.monotonic() + 20
        while True:
            requests = case.server.admin("GET", "/requests")
            requests = requests["requests"] if isinstance(requests, dict) else requests
            if any(request["endpoint"] == endpoint for request in requests):
                break
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(by)
        started = time.monotonic()
        out, err = process.communicate(timeout=20)
        assert time.monotonic() - started < 3
        refused(subprocess.CompletedProcess(command, process.returncode, out, err), "stopped", status=128 + by)
        yield
    finally:
        process.kill()
        process.wait()


def test_interrupted_send_deletes_the_package(case):
    write_random_file(case.file, 30_000_000)
    for by in (signal.SIGINT, signal.SIGHUP):
        with interrupted(case, "part_put", SEND, "--to", "ann@example.com", case.file, by=by):
            assert case.packages() and alive(case) == []


@pytest.mark.parametrize("action", [{"status": 503}, {"status": 429}, {"close": True}], ids=str)
def test_a_gateway_that_fails_after_finalize(case, action):
    case.server.admin("POST", "/faults", {"endpoint": "finalize", "when": "after", "action": action})
    link = case.send("--to", "ann@example.com", case.file)
    assert [package["finalized"] for package in alive(case)] == [True]
    assert case.run(RECEIVE, link, case.path("in")).returncode == 0


def test_what_recipients_may_have_is_not_deleted(case):
    case.server.admin("POST", "/faults", {"endpoint": "finalize", "when": "after", "action": {"status": 503}})
    # The look at its outcome fails, too.
    case.server.admin("POST", "/faults", {"endpoint": "package_information", "times": 0, "action": {"status": 503}})
    sent = case.run(SEND, "--to", "ann@example.com", "--retry-window", "0", case.file)
    (package,) = alive(case)
    assert package["finalized"] and sent.returncode == 1 and sent.stdout == "", sent
    assert f"package {package['id']} is left on the service" in sent.stderr, sent.stderr


def test_interrupted_receive_leaves_no_file(case):
    link = case.send("--to", "ann@example.com", case.file)
    with interrupted(case, "part_get", RECEIVE, link, case.path("in")):
        assert os.listdir(case.path("in")) == []
    case.server.admin("DELETE", "/faults")
    assert case.run(RECEIVE, link, case.path("in")).returncode == 0


def test_progress_bar_on_a_terminal(case):
    case.server.admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"bytes_per_second": 3_000_000}})
    ours, theirs = pty.openpty()
    process = subprocess.Popen([SEND, case.file], env=case.server.environment(), stdout=subprocess.PIPE, stderr=theirs,
                               text=True)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal is an error on Linux
        while block := os.read(ours, 4096):
            shown += block
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and LINK.fullmatch(out), out
    text = shown.decode()
    percent = [int(number) for number in re.findall(r"(\d+) %", text)]
    assert percent == sorted(percent) and percent[0] == 0 and percent[-1] == 100, text
    assert " MB/s" in text and "report.bin" in text, text
    assert re.search(r"\d+:\d\d left", text), text
