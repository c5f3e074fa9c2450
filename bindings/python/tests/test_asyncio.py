"""libsendsafely.aio: results, progress, cancellation, and the end of the event loop."""

import ast
import asyncio
import io
import time
from pathlib import Path

import libsendsafely
import pytest
from libsendsafely import Action, Direction, Error, Existing, Package, PackageList, Status, Stopped, Workspace
from libsendsafely._tasks import on_thread
from libsendsafely.aio import AsyncClient, AsyncPackage, AsyncRows, AsyncWorkspace


@pytest.fixture
def run(emulator):
    """Runs a coroutine function with a client, and checks that it leaves no error in the event loop."""

    def run(function, **options):
        async def whole():
            problems = []
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
            async with AsyncClient(emulator["url"], emulator["api_key"], emulator["api_secret"], retry_window_ms=5000, **options) as client:
                result = await function(client)
            assert problems == []
            return result

        return asyncio.run(whole(), debug=True)

    return run


def test_send_and_receive(run, tmp_path):
    async def work(client):
        assert await client.verify_credentials() == "admin@acme.test"
        async with await client.create_package() as package:
            assert type(package) is AsyncPackage
            await package.add_recipient("second@acme.test")
            await asyncio.gather(*(package.upload_memory(bytes([number]) * 100_000, f"{number}.bin") for number in range(8)))
            await package.upload_file(io.BytesIO(b"stream"), file_name="stream.txt")
            link = (await package.finalize()).link
            assert link == package.link
        async with await client.open_link(link) as package:
            report = await package.download_all(tmp_path)
            assert package.id in repr(package)
        assert package.closed
        return report

    assert len(run(work)) == 9
    assert (tmp_path / "7.bin").read_bytes() == b"\7" * 100_000


def test_sizes_that_were_declared_wrongly(run, faults, tmp_path):
    async def work(client):
        async with await client.create_package() as package:
            await package.add_recipient("second@acme.test")
            file = await package.upload_memory(b"some bytes", "a.bin")
            link = (await package.finalize()).link
        faults.admin("POST", "/settings", {"declared_size_offset": 5})
        async with await client.open_link(link) as package:
            [item] = await package.download_all(tmp_path)
            got = await package.download_file(file, tmp_path / "b.bin")
            assert (item.size, item.declared_size) == (got.size, got.declared_size) == (10, 15)
            assert await package.download_memory(file) == b"some bytes"
            for refused in (
                package.download_file(file, tmp_path / "c.bin", strict_size=True),
                package.download_memory(file, strict_size=True),
                package.download_all(tmp_path, existing=Existing.OVERWRITE, strict_size=True),
            ):
                with pytest.raises(Error) as mismatch:
                    await refused
                assert mismatch.value.status is Status.SIZE_MISMATCH

    run(work)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "b.bin"]


def test_workspaces_and_lists(run):
    async def work(client):
        async with await client.create_workspace("Team") as workspace:
            assert type(workspace) is AsyncWorkspace
            directory = await workspace.create_directory("Docs")
            file = await workspace.upload_memory(b"x", "a.txt", directory=directory)
            copied = await workspace.copy_file(file, workspace)
            assert await workspace.download_memory(copied) == b"x"
            assert [entry.user_email async for entry in workspace.list_activity()]
            opened = await client.open_package(workspace.id, workspace.keycode)
            assert type(opened) is AsyncWorkspace
            opened.close()
            assert [entry.event_id async for entry in client.list_audit_log(page_size=2)]
            rows = client.list_packages(PackageList.WORKSPACES)
            assert type(rows) is AsyncRows
            async with rows:
                assert workspace.id in [row.package_id async for row in rows]
            [headers] = [client.sign("/user/")]
            assert headers.signature

    run(work)


def test_two_directories_are_kept_equal(run, tmp_path):
    async def work(client):
        async with await client.create_workspace("Team") as workspace:
            given = {"state_directory": tmp_path / "state"}
            for name in "ab":
                (tmp_path / name).mkdir()
            (tmp_path / "a/one.txt").write_text("one")
            [item] = await workspace.sync(tmp_path / "a", dry_run=True, **given)
            assert item.action is Action.UPLOADED and (await workspace.get_directory()).files == ()
            await workspace.sync(tmp_path / "a", **given)
            [item] = await workspace.sync(tmp_path / "b", direction=Direction.DOWN, **given)
            assert item.action is Action.DOWNLOADED and (tmp_path / "b/one.txt").read_text() == "one"
            for name in "ab":
                (tmp_path / name / "one.txt").write_text(f"changed on {name}")
                report = await workspace.sync(tmp_path / name, **given)
            assert Action.KEPT_BOTH in {item.action for item in report}

    run(work)


def test_failures_are_those_of_the_library(run):
    async def work(client):
        async with await client.create_package() as package:
            with pytest.raises(Error) as failed:
                await package.finalize()
            return failed.value.status

    assert run(work) is Status.NO_RECIPIENT


def test_progress_runs_in_the_loop(run):
    class Mine(Exception):
        pass

    async def work(client):
        loop, seen = asyncio.get_running_loop(), []

        def plain(progress):
            assert asyncio.get_running_loop() is loop
            seen.append(progress.bytes_done)

        async def coroutine(progress):
            await asyncio.sleep(0)
            seen.append(progress.bytes_done)

        def raising(progress):
            raise Mine

        async def raising_later(progress):
            await asyncio.sleep(0)
            raise Mine

        async with await client.create_package() as package:
            for callback in plain, coroutine:
                await package.upload_memory(b"x" * 1000, f"{len(seen)}.bin", progress=callback)
                assert seen[-1] == 1000
            for callback in raising, raising_later:
                with pytest.raises(Mine):
                    await package.upload_memory(b"x", "b.bin", progress=callback)
            with pytest.raises(Stopped):
                await package.upload_memory(b"x", "b.bin", progress=lambda _: False)

    run(work)


def test_the_progress_of_the_client(run):
    seen = []

    async def work(client):
        async with await client.create_package() as package:
            await package.upload_memory(b"x" * 1000, "a.bin")
        assert [one async for one in client.list_packages()]

    run(work, progress=lambda progress: seen.append(asyncio.get_running_loop()))
    assert len(seen) > 3


@pytest.mark.parametrize("endpoint, start", [
    ("part_put", lambda package, file: package.upload_memory(b"x" * 3_000_000, "b.bin")),
    ("create_file", lambda package, file: package.upload_memory(b"x", "b.bin")),
    ("part_get", lambda package, file: package.download_memory(file)),
    ("package_information", lambda package, file: package.get_information()),
    ("finalize", lambda package, file: package.finalize(undisclosed_recipients=True)),
], ids=["uploading", "announcing", "downloading", "asking", "finalizing"])
def test_cancelling_stops_the_transfer_first(run, faults, endpoint, start):
    async def work(client):
        async with await client.create_package() as package:
            file = await package.upload_memory(b"x" * 1000, "a.bin")
            faults.fault(endpoint, {"hang_ms": 20_000}, times=0)
            task = asyncio.ensure_future(start(package, file))
            await asyncio.sleep(0.4)
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, 15)
            # The call itself has ended too.
            assert package._sync.running_uploads == 0
            faults.admin("DELETE", "/faults")
            assert [entry.file_name for entry in (await package.get_information()).files] == ["a.bin"]

    run(work)


def test_an_exception_or_a_cancellation_deletes_an_unfinished_package(run, emulator):
    async def fail(client, error):
        with pytest.raises(error) as raised:
            async with await client.create_package() as package:
                await package.upload_memory(b"x", "a.bin")
                raise error
        assert raised.value.__notes__ == [f"the unfinished package {package.id} was deleted"] and package.closed
        with pytest.raises(Error) as gone:
            await client.get_package_information(package.id)
        assert gone.value.status is Status.UNKNOWN_PACKAGE

    async def work(client):
        await fail(client, ZeroDivisionError)
        await fail(client, asyncio.CancelledError)

    run(work)


def test_a_time_out_deletes_an_unfinished_package_of_a_distant_service(run, faults):
    packages = []

    async def send(client):
        async with await client.create_package() as package:
            packages.append(package)
            faults.fault("*", {"hang_ms": 350}, times=0)
            await asyncio.sleep(20)

    async def work(client):
        with pytest.raises(asyncio.TimeoutError) as raised:
            await asyncio.wait_for(send(client), 0.5)
        faults.admin("DELETE", "/faults")
        [package] = packages
        notes, error = [], raised.value
        while error is not None:  # asyncio's exception is another one than that which left the block.
            notes += getattr(error, "__notes__", [])
            error = error.__cause__ or error.__context__
        assert notes == [f"the unfinished package {package.id} was deleted"]
        with pytest.raises(Error) as gone:
            await client.get_package_information(package.id)
        assert gone.value.status is Status.UNKNOWN_PACKAGE

    run(work)


def test_a_second_cancellation_does_not_wait_for_the_deletion(run, faults):
    async def send(client):
        async with await client.create_package():
            faults.fault("*", {"hang_ms": 20_000}, times=0)
            await asyncio.sleep(20)

    async def work(client):
        task = asyncio.ensure_future(send(client))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.sleep(0.3)
        assert not task.done()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 2

    run(work)


def test_a_package_whose_creation_was_cancelled_too_late_is_deleted(run):
    async def work(client):
        def create():
            package = client._sync.create_package()
            time.sleep(0.5)
            return package

        count = len([row async for row in client.list_packages()])
        task = asyncio.ensure_future(on_thread(create))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len([row async for row in client.list_packages()]) == count

    run(work)


def test_time_outs_and_impatience(run, faults):
    async def work(client):
        faults.fault("user_information", {"hang_ms": 20_000}, times=0)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.get_user(), 0.3)
        task = asyncio.ensure_future(client.get_user())
        await asyncio.sleep(0.2)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task

    run(work)


def test_a_call_that_waits_for_a_thread_can_be_cancelled(run, faults):
    async def work(client):
        faults.fault("user_information", {"hang_ms": 20_000}, times=0)
        tasks = [asyncio.ensure_future(client.get_user()) for _ in range(70)]
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {asyncio.CancelledError}

    run(work)


def test_exceptions_of_streams_are_raised_unchanged(run):
    class Stream:
        name = "a.bin"

        def __init__(self, error):
            self.error = error

        def read(self, size):
            raise self.error

    async def work(client):
        async with await client.create_package() as package:
            for error in StopIteration(), asyncio.CancelledError():
                with pytest.raises(RuntimeError, match=type(error).__name__):
                    await asyncio.wait_for(package.upload_file(Stream(error)), 20)

    run(work)


def test_calls_from_the_progress_of_many_calls(run):
    async def work(client):
        async def ask(_):
            await client.get_user()

        async with await client.create_package() as package:
            await asyncio.gather(*(package.upload_memory(b"x", f"{number}.bin", progress=ask) for number in range(80)))

    run(work)


def test_a_loop_that_pauses(emulator):
    loop = asyncio.new_event_loop()
    client = AsyncClient(emulator["url"], emulator["api_key"], emulator["api_secret"])
    try:
        package = loop.run_until_complete(client.create_package())
        task = loop.create_task(package.upload_memory(b"x" * 1000, "a.bin", progress=lambda _: None))
        loop.run_until_complete(asyncio.sleep(0.01))
        time.sleep(0.6)
        assert loop.run_until_complete(task).size == 1000
        package.close()
    finally:
        client.close()
        loop.close()


def test_a_loop_that_ends_under_a_call(emulator, faults):
    faults.fault("user_information", {"hang_ms": 20_000}, times=0)

    async def main():
        client = AsyncClient(emulator["url"], emulator["api_key"], emulator["api_secret"], progress=lambda _: None)
        task = asyncio.ensure_future(client.get_user())
        await asyncio.sleep(0.3)
        assert not task.done()

    asyncio.run(main())


def test_every_method_has_its_counterpart():
    """aio.py is generated; names and parameters must be those of the classes."""
    place = Path(libsendsafely.__file__).parent
    tree = {node.name: node for node in ast.parse((place / "aio.py").read_text()).body if isinstance(node, ast.ClassDef)}
    for sync in libsendsafely.Client, Package, Workspace:
        made = {node.name: node for node in tree[f"Async{sync.__name__}"].body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
        public = {name for name, value in vars(sync).items() if not name.startswith("_") and (callable(value) or isinstance(value, (property, classmethod)))}
        assert public and public == {name for name in made if not name.startswith("_")}
        for name in public:
            assert ast.get_docstring(made[name])
