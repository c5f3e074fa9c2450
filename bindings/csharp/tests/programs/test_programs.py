"""The C# examples as a user runs them, and a program that ends with open handles, on each runtime."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from local import RECEIVE, ROOT, write_random_file

LINK = re.compile(r"http://127\.0\.0\.1:\d+/receive/\?thread=\S+&packageCode=\S+#keyCode=\S+\n")


def refused(run, *words, status=1):
    """It failed with one line that has these words, and printed nothing."""
    assert run.returncode == status and run.stdout == "" and run.stderr.count("\n") == 1, run
    assert all(word in run.stderr for word in words), run


def packages_of(server):
    return [server.admin("GET", f"/packages/{package_id}") for package_id in server.admin("GET", "/packages")]


def test_what_recipients_may_have_is_not_deleted(run, path, server):
    lost = {"endpoint": "finalize", "when": "after", "action": {"status": 503}}
    server.admin("POST", "/faults", lost)
    sent = run("Send", "--to", "ann@example.com", path("report.bin"))
    assert sent.returncode == 0 and LINK.fullmatch(sent.stdout), sent
    server.admin("POST", "/faults", lost)
    server.admin("POST", "/faults", {"endpoint": "package_information", "times": 0, "action": {"status": 503}})
    sent = run("Send", "--to", "ann@example.com", "--retry-window", "0", path("report.bin"))
    assert sent.returncode == 1 and sent.stdout == "" and "is left on the service" in sent.stderr, sent
    packages = packages_of(server)
    assert [package["finalized"] and "DELETED" not in package["state"] for package in packages] == [True, True]


def test_everything_arrives(run, path, server):
    sent = run("Send", "--to", "ann@example.com", "--to", "bob@example.com,+14155550100", "--message", "Grüße, 你好", "--life", "9",
               "--retry-window", "5", path("report.bin"), __file__)
    assert sent.returncode == 0 and sent.stderr == "" and LINK.fullmatch(sent.stdout), sent
    (package,) = packages_of(server)
    phones = {r["email"]: (r["phone"] or {}).get("number") for r in package["recipients"]}
    assert phones == {"ann@example.com": None, "bob@example.com": "4155550100"}, phones
    assert package["life"] == 9 and package["finalized"] and not package["undisclosed"]
    received = run("Receive", sent.stdout.strip(), path("in"))
    assert received.returncode == 0 and received.stderr == "" and received.stdout == "Grüße, 你好\n", received
    for name, source in (("report.bin", path("report.bin")), (os.path.basename(__file__), __file__)):
        with open(source, "rb") as before, open(path("in/" + name), "rb") as after:
            assert before.read() == after.read()
    again = run("Receive", sent.stdout.strip(), path("in"))
    assert again.returncode == 1 and "report.bin" in again.stderr and "choose another directory" in again.stderr, again


def test_messages_of_others_do_not_control_the_terminal(run, path):
    link = run("Send", "--message", "Grüße,\n\t\x1b[2J\r\u202e\u009b你好\U000e0041", path("report.bin")).stdout.strip()
    received = run("Receive", link, path("in"))
    assert received.returncode == 0 and received.stdout == "Grüße,\n\t?[2J???你好?\n", ascii(received)


def test_c_reads_what_csharp_sends(run, path, server):
    sent = run("Send", "--", path("report.bin"))
    assert sent.stderr == "Send: there is no --to: everybody who has the link can open the package\n", sent
    link = sent.stdout.strip()
    assert subprocess.run([RECEIVE, link, path("in")], env=server.environment(), timeout=60).returncode == 0
    assert os.path.getsize(path("in/report.bin")) == 3_000_000


def test_errors_name_cause_and_remedy(run, command, path, server):
    refused(run("Send"), "usage: ", status=2)
    refused(run("Send", "--life", "soon", "x"), "usage: ", status=2)
    refused(run("Receive", "link"), "usage: ", status=2)
    to = ["--to", "ann@example.com"]
    refused(run("Send", *to, path("missing.bin")), "Send: ", "missing.bin", status=2)
    for arguments in (["--life", "366"], ["--to", "ann@"], ["--to", "ann@example.com,123"], ["--to", "ann@example.com,call"]):
        refused(run("Send", *to, *arguments, path("report.bin")), " ".join(arguments), status=2)
    refused(run("Receive", "link", path("missing")), "create the directory first", status=2)
    refused(run("Send", *to, path("report.bin"), SENDSAFELY_API_SECRET="wrong"), "check the API key")
    assert packages_of(server) == []
    refused(run("Send", "--to", "ann@example..com", path("report.bin")), "ann@example..com")
    assert all("DELETED" in package["state"] for package in packages_of(server))
    for program in ("Send", "Receive"):
        helped = run(program, "--help")
        assert helped.returncode == 0 and helped.stdout.startswith("usage: ") and helped.stderr == "", helped
    bare = {key: value for key, value in os.environ.items() if not key.startswith("SENDSAFELY_")}
    refused(subprocess.run(command("Send", path("report.bin")), env=bare, capture_output=True, text=True), "SENDSAFELY_HOST", status=2)


def test_standard_output_that_cannot_be_written(run, command, path, server):
    def closed(descriptors, program, *arguments):
        closing = " ".join(f"{descriptor}>&-" for descriptor in descriptors)
        return subprocess.run(["/bin/sh", "-c", f'exec "$@" {closing}', "sh", *command(program, *arguments)], env=server.environment(),
                              capture_output=True, text=True, timeout=60)

    # The link would go into the connection that gets the number, or nowhere.
    refused(closed([1], "Send", path("report.bin")), "standard output is closed")
    refused(closed([0, 1], "Send", path("report.bin")), "standard output is closed")
    assert closed([0, 1, 2], "Send", path("report.bin")).returncode != 0
    assert server.admin("GET", "/packages") == []
    for name in ("/dev/full", "a pipe that nobody reads"):
        if name == "/dev/full":
            output = os.open(name, os.O_WRONLY)
        else:
            reader, output = os.pipe()
            os.close(reader)
        sent = subprocess.run(command("Send", "--to", "ann@example.com", path("report.bin")), env=server.environment(), stdout=output, stderr=subprocess.PIPE,
                              text=True, timeout=60)
        os.close(output)
        assert sent.returncode == 1 and "cannot be printed" in sent.stderr and sent.stderr.count("\n") == 1, (name, sent)
    packages = packages_of(server)
    assert len(packages) == 2 and all(package["finalized"] and "DELETED" not in package["state"] for package in packages), packages
    with open("/dev/full", "w") as full:  # A remark that cannot be written does no harm.
        sent = subprocess.run(command("Send", "--to", "ann@approval.test", path("report.bin")), env=server.environment(),
                              stdout=subprocess.PIPE, stderr=full, text=True, timeout=60)
    assert sent.returncode == 0 and LINK.fullmatch(sent.stdout), sent
    sent = run("Send", "--message", "Hello", path("report.bin"))
    with open("/dev/full", "w") as full:
        received = subprocess.run(command("Receive", sent.stdout.strip(), path("in")), env=server.environment(), stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60)
    assert received.returncode == 1 and "cannot be printed" in received.stderr and os.listdir(path("in")) == ["report.bin"], received


def test_interrupted_send_deletes_the_package(command, path, server, runtime):
    if runtime == "mono":
        pytest.skip("Ctrl-C in the C# example on mono, which gets it only where all streams are a terminal")
    write_random_file(path("report.bin"), 30_000_000)
    server.admin("POST", "/faults", {"endpoint": "upload_urls", "times": 0, "action": {"hang_ms": 60_000}})
    process = subprocess.Popen(command("Send", "--to", "ann@example.com", path("report.bin")), env=server.environment(), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 20
        while "upload_urls" not in str(server.admin("GET", "/requests")):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    refused(subprocess.CompletedProcess([], process.returncode, out, err), "stopped", status=130)
    (package,) = packages_of(server)
    assert "DELETED" in package["state"]


def test_a_process_ends_with_open_handles(run, server):
    server.admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"bytes_per_second": 1000}})
    for _ in range(3):
        left = run("LeaveOpen")
        assert left.returncode == 0 and left.stderr == "" and left.stdout.strip() in server.admin("GET", "/packages"), left


def test_a_thread_that_cannot_be_started_is_a_failure_of_the_task(run):
    done = run("NoThreads")
    assert done.returncode == 0 and done.stderr == "", done
    _, failure, objects = done.stdout.splitlines()
    assert failure.startswith("SystemLimit: ") and "raise its limits" in failure and objects == "0", done


@pytest.mark.parametrize("readme", ["README.md", "bindings/csharp/README.md"])
def test_the_lines_of_the_readmes_compile(readme, compiler, tmp_path):
    with open(os.path.join(ROOT, readme), encoding="utf-8") as file:
        lines = re.search(r"```csharp\n(.*?)```", file.read(), re.DOTALL)[1].replace("using LibSendSafely;", "")
    source = tmp_path / "Lines.cs"
    source.write_text("using System; using System.Threading; using System.Threading.Tasks; using LibSendSafely; internal static class Lines {"
                      "internal static async Task Go(string apiKey, string apiSecret, IProgress<TransferProgress> progress,"
                      "CancellationToken token) {" + lines + "} }", encoding="utf-8")
    subprocess.run([*compiler, "-langversion:7.2", "-warnaserror", "-target:library", f"-out:{tmp_path}/Lines.dll", source], check=True)


def test_a_missing_library_is_reported_with_the_searched_places(runtime, compiler, path, server):
    with open(path("Link.cs"), "w", encoding="utf-8") as file:
        file.write('internal static class Link { private static void Main() { LibSendSafely.SecureLink.Find("x"); } }')
    subprocess.run([*compiler, path("Link.cs")], check=True)
    for name in ("Send.exe", "LibSendSafely.dll"):
        shutil.copy(os.path.join(ROOT, "target/csharp", name), path(name))
    for program in ("Send", "Link"):
        shutil.copy(os.path.join(ROOT, "target/csharp/Send.runtimeconfig.json"), path(program + ".runtimeconfig.json"))
        left = subprocess.run([os.path.join(ROOT, "tools/csharp"), runtime, path(program + ".exe"), path("report.bin")], env=server.environment(),
                              capture_output=True, text=True, timeout=60)
        assert left.returncode != 0 and "neither beside the assembly" in left.stderr and os.path.dirname(path("x")) in left.stderr, left


def test_the_tests_find_the_emulator_or_say_what_to_build(runtime, command, path):
    environment = {key: value for key, value in os.environ.items() if key != "SENDSAFELY_EMULATOR"}
    test = "FailureTests.ARefusalIsNotRetryable"
    found = subprocess.run(command("LibSendSafely.Tests", test), env=environment, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found
    os.makedirs(path("tests/abi"))  # What the root of a repository has.
    for name in ("LibSendSafely.Tests.exe", "LibSendSafely.Tests.runtimeconfig.json", "LibSendSafely.dll", "libsendsafely.so"):
        shutil.copy(os.path.join(ROOT, "target/csharp", name), path(name))
    missing = subprocess.run([os.path.join(ROOT, "tools/csharp"), runtime, path("LibSendSafely.Tests.exe"), test], env=environment,
                             capture_output=True, text=True, timeout=60)
    assert missing.returncode == 1 and f"{path('target/release/sendsafely-emulator')} does not exist: run `make build`" in missing.stdout, missing
