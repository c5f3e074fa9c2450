"""The wheel in a bundle of PyInstaller, and under gevent: what docs/surroundings.md says."""

import re
import subprocess
import textwrap

import pytest
from conftest import PACKAGE, PIP, install, run

PAGE = (PACKAGE / "docs/surroundings.md").read_text()
HOST = "https://acme.sendsafely.com"


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    python = install(tmp_path_factory.mktemp("surroundings"), wheel)
    subprocess.run([*PIP, "--python", python, "install", "--requirement", PACKAGE / "checks/requirements.txt"], check=True)
    return python


def credentials(emulator):
    return f"api_key, api_secret = {emulator.ready['api_key']!r}, {emulator.ready['api_secret']!r}\n"


def test_a_bundle_of_pyinstaller(python, emulator, tmp_path):
    (tmp_path / "program.py").write_text(credentials(emulator) + textwrap.dedent(f"""
        import sys
        import libsendsafely
        from libsendsafely import Client, File, parse_link

        assert sys.frozen
        # What is imported when it is first used.
        assert all((libsendsafely.aio, libsendsafely.crypto, libsendsafely.progress, libsendsafely.generate_key_pair))
        with Client({emulator.ready["url"]!r}, api_key, api_secret) as client, client.create_package() as package:
            assert isinstance(package.upload_memory(b"bundled", "a.txt"), File)
            package.finalize(undisclosed_recipients=True)
            assert parse_link(package.link).package_code == package.code
            print(package.code)
    """))
    run(python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--onedir", "program.py", cwd=tmp_path)
    code = run(tmp_path / "dist/program/program", env={}).strip()
    [package_id] = [name for name in emulator.admin("GET", "/packages") if emulator.admin("GET", f"/packages/{name}")["code"] == code]
    assert emulator.admin("GET", f"/packages/{package_id}")["finalized"]


def test_the_lines_for_gevent(python, emulator, tmp_path):
    [lines] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert lines.count(HOST) == 1
    for name in ("one.bin", "two.bin"):
        (tmp_path / name).write_bytes(b"x" * 1000)
    # A greenlet that counts while the others send, each in a pause of the service.
    emulator.admin("POST", "/faults", {"endpoint": "create_file", "action": {"hang_ms": 700}, "times": 2})
    count = "\ndef count():\n    while True:\n        ticks.append(1)\n        gevent.sleep(0.01)\n\nticks = []\ngevent.spawn(count)\n\n"
    lines = lines.replace("\nlinks = ", count + "links = ")
    printed = run(python, "-c", credentials(emulator) + lines.replace(HOST, emulator.ready["url"]) + "print(len(ticks), *links)", cwd=tmp_path)
    ticks, *links = printed.split()
    assert int(ticks) > 20 and len(set(links)) == 2 and all(link.startswith(emulator.ready["url"]) for link in links)
