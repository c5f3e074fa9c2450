"""Progress callbacks, and how they stop a call."""

import io
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.response import addinfourl

import pytest
from libsendsafely import Error, Phase, Status, Stopped
from libsendsafely import progress as adapters
from libsendsafely._calls import LOCAL, call
from libsendsafely._frames import Callbacks


class Mine(Exception):
    pass


def raising(_):
    raise Mine("from the callback")


def test_it_reports_the_state_of_a_call(package):
    reports = []
    package.upload_memory(b"x" * 6_000_000, "a.bin", progress=reports.append)
    assert {report.phase for report in reports} >= {Phase.TRANSFERRING, Phase.COMPLETING}
    done = [report.bytes_done for report in reports]
    assert done == sorted(done) and done[-1] == reports[-1].bytes_total == 6_000_000
    assert reports[-1].parts_done == reports[-1].parts_total == 3
    # The total of a stream that cannot seek is unknown until its end.
    pipe = io.BufferedReader(Endless(1_000_000))
    seen = []
    package.upload_file(pipe, file_name="b.bin", progress=seen.append)
    assert seen[0].bytes_total is None and seen[-1].bytes_total == 1_000_000


class Endless(io.RawIOBase):
    def __init__(self, rest):
        self.rest = rest

    def readable(self):
        return True

    def readinto(self, view):
        count = min(len(view), self.rest)
        view[:count] = bytes(count)
        self.rest -= count
        return count


@pytest.mark.parametrize("start", [
    lambda package, file, place, progress: package.upload_memory(b"x" * 1_000_000, "b.bin", progress=progress),
    lambda package, file, place, progress: package.upload_file(io.BytesIO(b"x" * 1_000_000), file_name="b.bin", progress=progress),
    lambda package, file, place, progress: package.download_file(file, place / "b.bin", progress=progress),
    lambda package, file, place, progress: package.download_file(file, io.BytesIO(), progress=progress),
    lambda package, file, place, progress: package.download_memory(file, progress=progress),
    lambda package, file, place, progress: package.download_all(place, progress=progress),
    lambda package, file, place, progress: package.finalize(progress=progress),
], ids=["upload_memory", "upload_file", "download_file", "download_file_object", "download_memory", "download_all", "finalize"])
def test_exceptions_of_the_callback_are_raised_unchanged(package, tmp_path, start):
    file = package.upload_memory(b"x" * 1_000_000, "a.bin")
    with pytest.raises(Mine, match="from the callback"):
        start(package, file, tmp_path, raising)
    with pytest.raises(Stopped) as stopped:
        start(package, file, tmp_path, lambda _: False)
    assert stopped.value.status is Status.STOPPED
    assert list(tmp_path.iterdir()) == []
    assert [entry.file_name for entry in package.get_information().files] == ["a.bin"]
    assert package.finalize().link


class Trickle(io.RawIOBase):
    """1,000 bytes every tenth of a second."""

    def readable(self):
        return True

    def readinto(self, view):
        time.sleep(0.1)
        view[:1000] = bytes(1000)
        return 1000


    def writable(self):
        return True


@contextmanager
def slow_response():
    """The response of a server that sends 1,000 bytes every tenth of a second."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            with suppress(OSError):
                while not ended.wait(0.1):
                    self.wfile.write(bytes(1000))

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        connection = HTTPConnection("127.0.0.1", server.server_port)
        try:
            connection.request("GET", "/")
            with connection.getresponse() as response:
                yield response
        finally:
            ended.set()
            connection.close()
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("make", [
    lambda: io.BufferedReader(Trickle()),
    lambda: io.BufferedRWPair(Trickle(), Trickle()),
    lambda: addinfourl(io.BufferedReader(Trickle()), {}, "ftp://a.test/"),
    slow_response,
], ids=["pipe", "pair", "addinfourl", "HTTPResponse"])
def test_a_slow_stream_can_be_stopped(package, make):
    begun, reports = time.monotonic(), []

    def progress(report):
        reports.append(report)
        return time.monotonic() < begun + 0.5

    with make() as stream:
        with pytest.raises(Stopped):
            package.upload_file(stream, file_name="a.bin", progress=progress)
        assert time.monotonic() < begun + 2
    assert len(reports) > 3


def test_a_stream_with_a_read_of_its_own(package):
    class Upper(io.BufferedReader):
        def read(self, size=-1):
            return super().read(size).upper()

    class Around:
        def __init__(self):
            self.inner = io.BytesIO(b"abc")

        def __getattr__(self, name):
            return getattr(self.inner, name)

        def read(self, size):
            return self.inner.read(size).upper()

    class Patched(io.BytesIO):
        pass

    patched = Patched(b"abc")
    patched.read = lambda size, read=patched.read: read(size).upper()
    for stream in (Upper(io.BytesIO(b"abc")), Around(), patched):
        assert package.download_memory(package.upload_file(stream, file_name=f"{type(stream).__name__}.txt")) == b"ABC"


def test_the_client_has_one_for_every_call(emulator):
    reports, going = [], True
    with emulator.client(progress=lambda report: (reports.append(report), going)[1]) as client:
        client.verify_credentials()
        assert reports and reports[0].phase is Phase.CONNECTING
        with client.create_package() as package:
            mine = []
            package.upload_memory(b"x", "a.bin", progress=mine.append)
            assert mine
            going = False
            for call in (client.get_user, package.get_information, lambda: next(client.list_packages())):
                with pytest.raises(Stopped):
                    call()


def test_calls_without_network_run_no_callback_and_cost_little(package):
    ran = []
    package._callbacks = Callbacks(ran.append, ran.append)
    for name in sorted(LOCAL - {"sendsafely_package_link"}):  # The link needs finalize.
        call(name, package)
    assert not ran
    steps = []
    sys.setprofile(lambda frame, event, _: steps.append(frame.f_code.co_name) if "call" in event else None)
    try:
        assert package.running_uploads == 0
    finally:
        sys.setprofile(None)
    # Each function that Python runs takes 50 to 100 ns. Calls that may run callbacks take more than 30.
    assert len(steps) <= 20, steps


def test_a_package_is_busy_inside_its_own_callback(package):
    seen = []

    def curious(_):
        try:
            package.get_information()
        except Error as error:
            seen.append(error.status)

    package.upload_memory(b"x", "a.bin", progress=curious)
    assert set(seen) == {Status.BUSY}


def test_other_packages_may_be_used_inside(client, package):
    with client.create_package() as other:
        labels = []

        def nested(_):
            if not labels:
                other.set_label("from inside")
                labels.append(other.get_information().label)

        package.upload_memory(b"x", "a.bin", progress=nested)
    assert labels == ["from inside"]


def test_an_exception_of_another_thread_stays_there(emulator):
    """Callbacks of calls that run at the same time are not mixed up."""
    failures = []
    with emulator.client() as client:
        def work(number):
            mine = Mine(str(number))

            def raise_mine(_):
                raise mine

            with client.create_package() as package:
                for _ in range(10):
                    try:
                        package.upload_memory(b"x" * 1000, "a.bin", progress=raise_mine)
                        failures.append("not raised")
                    except Mine as error:
                        if error is not mine:
                            failures.append("another one's")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failures == []


def test_many_threads_share_a_client(emulator):
    contents = {}
    with emulator.client() as client, client.create_package() as package:
        package.add_recipient("second@acme.test")

        def work(number):
            data = bytes([number]) * 300_000
            contents[number] = package.download_memory(package.upload_memory(data, f"{number}.bin")) == data

        threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert contents == dict.fromkeys(range(12), True)
        assert len(package.get_information().files) == 12


def test_other_threads_run_during_a_call(faults, client):
    """A call that waits does not hold the interpreter's lock."""
    faults.fault("user_information", {"hang_ms": 700}, times=1)
    thread = threading.Thread(target=client.get_user)
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
        time.sleep(0.001)
    thread.join()
    assert turns > 50


def test_closing_does_not_disturb_a_call(faults):
    client = faults.client()
    faults.fault("user_information", {"hang_ms": 300}, times=1)
    users = []
    thread = threading.Thread(target=lambda: users.append(client.get_user()))
    thread.start()
    time.sleep(0.1)
    client.close()
    thread.join(30)
    assert [user.email for user in users] == ["admin@acme.test"]


def test_stop_iteration_of_a_callback_does_not_end_a_list(emulator):
    with emulator.client() as plain, plain.create_package():
        spinner = iter("-")
        with emulator.client(progress=lambda _: next(spinner)) as client, pytest.raises(RuntimeError, match="StopIteration"):
            list(client.list_packages(page_size=1))


def test_an_exception_raised_too_late_leaves_nothing_behind(emulator):
    """The callback raises at the last report, when the call has already succeeded."""
    for when in range(1, 8):
        calls = []

        def raising(_):
            calls.append(None)
            if len(calls) == when:
                raise Mine

        with emulator.client(progress=raising) as client:
            with suppress(Mine):
                client.create_package().close()
    # nothing_left in conftest.py counts the objects.


class Bar:
    """The part of a tqdm bar that the callback uses."""

    def __init__(self):
        self.n, self.total = 0, None

    def update(self, count):
        self.n += count

    def set_postfix_str(self, text, refresh):
        self.postfix = text

    def refresh(self):
        pass


class Display:
    """The part of a rich display that the callback uses."""

    def __init__(self):
        self.seen = []

    def add_task(self, description, total):
        self.description = description
        return 7

    def update(self, task, total, completed):
        assert task == 7
        self.seen.append((completed, total))


def test_adapters(package):
    bar, display = Bar(), Display()
    package.upload_memory(b"x" * 1000, "a.bin", progress=adapters.tqdm(bar))
    assert (bar.n, bar.total) == (1000, 1000)
    package.upload_memory(b"x" * 1000, "b.bin", progress=adapters.rich(display, "b.bin"))
    assert display.description == "b.bin" and display.seen[-1] == (1000, 1000)


def test_adapters_drive_the_real_ones(package):
    import rich.progress
    import tqdm

    output = io.StringIO()
    with tqdm.tqdm(file=output, unit="B") as bar:
        package.upload_memory(b"x" * 1000, "a.bin", progress=adapters.tqdm(bar))
        assert (bar.n, bar.total) == (1000, 1000)
    package.upload_memory(b"x" * 1000, "b.bin", progress=adapters.tqdm(desc="b.bin", file=output))
    assert "b.bin: 100%" in output.getvalue()
    with rich.progress.Progress() as display:
        package.upload_memory(b"x" * 1000, "c.bin", progress=adapters.rich(display, "c.bin"))
        assert display.finished
