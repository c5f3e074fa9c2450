"""Runs every example of the tutorial in order, in one namespace. The text block after an example is its output."""

import contextlib
import doctest
import gzip
import io
import re
from pathlib import Path

TUTORIAL = Path(__file__).parents[1] / "docs/tutorial.md"
HOST = "https://acme.sendsafely.com"


def examples():
    """Yields line number, code, and expected output or None."""
    text = TUTORIAL.read_text(encoding="utf-8")
    for block in re.finditer(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", text, re.DOTALL | re.MULTILINE):
        yield text.count("\n", 0, block.start(1)), block[1], block[2]


def run(line, code, expected, namespace):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        # A traceback then has the line of the tutorial.
        exec(compile("\n" * line + code, TUTORIAL, "exec"), namespace)
    if expected is not None:
        checker, printed = doctest.OutputChecker(), printed.getvalue()
        difference = checker.output_difference(doctest.Example(code, expected), printed, doctest.ELLIPSIS)
        assert checker.check_output(expected, printed, doctest.ELLIPSIS), f"{TUTORIAL.name}:{line}\n{difference}"


class Unknown(io.BytesIO):
    """A stream that cannot seek, so that its size is unknown at first."""

    def tell(self):
        raise OSError


def shows_any_size(client, show):
    seen = set()

    def progress(record):
        seen.add(record.bytes_total)
        show(record)

    with client.create_package() as package, contextlib.redirect_stdout(io.StringIO()) as printed:
        for name, stream in {"empty": io.BytesIO(), "some": Unknown(b"1234"), "none": Unknown()}.items():
            package.upload_file(stream, file_name=name, progress=progress)
        package.delete()
    assert {None, 0, 4} <= seen and "100%" in printed.getvalue()


def test_the_examples_of_the_tutorial(emulator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("report.pdf").write_bytes(b"figures")
    Path("numbers.txt.gz").write_bytes(gzip.compress(b"1234\n" * 10_000))
    namespace = {"api_key": emulator["api_key"], "api_secret": emulator["api_secret"], "__name__": "tutorial"}
    try:
        for line, code, expected in examples():
            run(line, code.replace(HOST, emulator["url"]), expected, namespace)
            if "def show(progress)" in code:
                shows_any_size(namespace["client"], namespace["show"])
    finally:
        if "client" in namespace:
            namespace["client"].close()
