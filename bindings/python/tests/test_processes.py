"""Signals, fork and the exit of the interpreter during a call, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import json, os, signal, sys, threading, time
from libsendsafely import *
from libsendsafely import _library
ready = json.loads(os.environ["READY"])
def make(**options):
    return Client(ready["url"], ready["api_key"], ready["api_secret"], **options)
def say(*words):
    print(*words, flush=True)
"""


def start(emulator, program):
    environment = {**os.environ, "READY": json.dumps(emulator.ready)}
    return subprocess.Popen([sys.executable, "-X", "dev", "-c", PROGRAM + program], env=environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(emulator, program):
    process = start(emulator, program)
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, output, errors


SLOW = {
    "a short call": ("user_information", "client.get_user()"),
    "creating": ("create_package", "client.create_package()"),
    "opening": ("package_information", "client.open_package('AAAA-BBBB', 'k' * 43)"),
    "a list": ("list_sent_packages", "next(client.list_packages())"),
    "finalizing": ("finalize", "package.finalize(undisclosed_recipients=True)"),
    "uploading": ("part_put", "package.upload_memory(b'x' * 3_000_000, 'b.bin')"),
    "downloading": ("part_get", "package.download_memory(file)"),
    "waiting": ("create_file", "package.upload_memory(b'x', 'b.bin')"),
}


@pytest.mark.parametrize("what", SLOW)
def test_interrupted_by_ctrl_c(faults, what):
    """SIGINT while the service is silent raises KeyboardInterrupt soon, and prints nothing else."""
    endpoint, call = SLOW[what]
    action = {"status": 503} if what == "waiting" else {"hang_ms": 20_000}
    program = f"""
with make() as client, client.create_package() as package:
    file = package.upload_memory(b'x' * 1000, 'a.bin')
    say("ready")
    sys.stdin.readline()
    try:
        say("calling")
        {call}
    except KeyboardInterrupt:
        say("interrupted", time.monotonic())
say(_library.function("sendsafely_live_objects")())
"""
    process = start(faults, program)
    try:
        assert process.stdout.readline() == "ready\n"
        faults.fault(endpoint, action, times=0)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "calling\n"
        time.sleep(0.5)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=15)
    finally:
        process.kill()
    words = output.split()
    assert words[:1] == ["interrupted"] and words[2:] == ["0"], (output, errors)
    # Half a second is promised; the rest allows for a busy machine.
    assert float(words[1]) - sent < 1.5
    assert errors == ""


def test_handlers_of_signals_may_raise_anything(faults):
    faults.fault("user_information", {"hang_ms": 20_000}, times=0)
    status, output, errors = run(faults, """
class Timeout(Exception): pass
def handler(*_): raise Timeout("too long")
signal.signal(signal.SIGALRM, handler)
with make() as client:
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        client.get_user()
    except Timeout as error:
        say("raised", error)
""")
    assert (status, output, errors) == (0, "raised too long\n", "")


def test_a_forked_child(emulator):
    status, output, errors = run(emulator, """
client = make()
package = client.create_package()
rows = client.list_packages()
pid = os.fork()
if pid == 0:
    for call in (client.get_user, package.get_information, lambda: next(rows)):
        try:
            call()
        except Error as error:
            say(error.status.name)
    client.close(); package.close(); rows.close()
    with make() as fresh:
        say(fresh.verify_credentials())
    sys.stdout.flush()
    os._exit(0)
os.waitpid(pid, 0)
say(package.get_information().package_id == package.id)
client.close(); package.close(); rows.close()
""")
    assert output.split() == ["FORKED"] * 3 + ["admin@acme.test", "True"]
    # Since 3.12 Python warns about fork in a program with threads.
    assert status == 0 and not [line for line in errors.splitlines() if "fork()" not in line and "os.fork" not in line]


def test_asyncio_in_a_forked_child(emulator):
    status, output, errors = run(emulator, """
import asyncio
from libsendsafely.aio import AsyncClient
client = AsyncClient(ready["url"], ready["api_key"], ready["api_secret"])
asyncio.run(client.get_user())
pid = os.fork()
if pid == 0:
    try:
        asyncio.run(asyncio.wait_for(client.get_user(), 10))
    except Error as error:
        say(error.status.name)
    os._exit(0)
os.waitpid(pid, 0)
client.close()
""")
    assert (status, output) == (0, "FORKED\n"), errors


def test_multiprocessing(emulator):
    status, output, errors = run(emulator, """
import multiprocessing
def work(number):
    with make() as client:
        return client.verify_credentials()
with make() as client:
    client.verify_credentials()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        say(pool.map(work, range(4)) == ["admin@acme.test"] * 4)
""")
    assert (status, output) == (0, "True\n"), errors


ENDS = {
    "open handles": "client = make(); package = client.create_package(); rows = client.list_packages(); next(rows)",
    "a cycle": "class Node: pass\nnode = Node(); node.self = node; node.client = make(); node.client.create_package()",
    "an exception": "client = make(); package = client.create_package(); sys.excepthook = lambda *_: None; raise ValueError",
    "sys.exit in a callback": "with make() as client, client.create_package() as package: package.upload_memory(b'x', 'a', progress=lambda _: sys.exit(0))",
    "a daemon thread in a call": """
client = make()
package = client.create_package()
def work():
    say("uploading")
    package.upload_memory(bytes(1_500_000_000), "a.bin", progress=lambda _: None)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.7)
""",
    "a daemon thread in short calls": """
client = make()
def work():
    while True:
        client.get_user()
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.5)
""",
    "an asyncio call that nobody awaits": """
import asyncio
from libsendsafely.aio import AsyncClient
urllib = __import__("urllib.request")
body = json.dumps({"endpoint": "user_information", "action": {"hang_ms": 100000}, "times": 1}).encode()
urllib.request.urlopen(urllib.request.Request(ready["admin_url"] + "/faults", body, method="POST")).read()
client = AsyncClient(ready["url"], ready["api_key"], ready["api_secret"])
loop = asyncio.new_event_loop()
task = loop.create_task(client.get_user())
loop.run_until_complete(asyncio.sleep(0.3))
os.close(2)  # asyncio prints a warning about the pending task.
""",
    "handles in module globals of a daemon": "import builtins; builtins.kept = make(); builtins.rows = builtins.kept.list_packages()",
}


@pytest.mark.parametrize("how", ENDS)
def test_the_end_of_the_interpreter_is_quiet(emulator, how):
    status, _, errors = run(emulator, ENDS[how])
    assert status == (1 if how == "an exception" else 0)
    assert errors == ""


def test_the_interpreter_waits_for_a_thread_in_a_call(emulator):
    status, output, errors = run(emulator, """
client = make()
def work():
    time.sleep(0.3)
    say(client.verify_credentials())
threading.Thread(target=work).start()
""")
    assert (status, output, errors) == (0, "admin@acme.test\n", "")


def test_forgotten_objects_are_freed(emulator):
    status, output, errors = run(emulator, """
import gc
for _ in range(200):
    client = make()
    package = client.create_package()
    rows = client.list_packages()
    next(rows)
del client, package, rows
gc.collect()
say(_library.function("sendsafely_live_objects")())
""")
    assert (status, output, errors) == (0, "0\n", "")


def test_a_missing_library():
    process = subprocess.run([sys.executable, "-c", "import libsendsafely"], env={**os.environ, "LIBSENDSAFELY": "/nowhere/libsendsafely.so"},
                             capture_output=True, text=True, check=False)
    assert process.returncode != 0 and "/nowhere/libsendsafely.so" in process.stderr


def test_closed_standard_streams(emulator, tmp_path):
    """What a program prints to them gets into no connection and no file of the library."""
    program = f"""
def noise(progress):
    for number in range(3):
        try:
            os.write(number, b"noise")
        except OSError:
            pass
with make(progress=noise) as client, client.create_package() as package:
    data = os.urandom(3_000_000)
    file = package.upload_memory(data, 'a.bin')
    link = package.finalize(undisclosed_recipients=True).link
    with client.open_link(link) as received:
        received.download_file(file, {str(tmp_path)!r})
    print("said to nobody")
    assert open({str(tmp_path / "a.bin")!r}, "rb").read() == data
os._exit(42)
"""
    for closed in (">&-", "<&- >&- 2>&-"):
        done = subprocess.run(["/bin/sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", PROGRAM + program],
                              env={**os.environ, "READY": json.dumps(emulator.ready)}, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr.replace("noise", "")) == (42, "")
        (tmp_path / "a.bin").unlink()
