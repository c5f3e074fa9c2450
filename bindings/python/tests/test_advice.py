"""Messages of the library as the command line prints them: with its own options, which exist."""

import re
from pathlib import Path

import libsendsafely
import pytest
from libsendsafely import Status, _native
from libsendsafely.cli import EPILOG, advice, completion, parser

ROOT = Path(__file__).parents[3]
OPTIONS = {option for _, command in completion.commands(parser()) for word in completion.options(command) for option in word.option_strings}
# What the library calls an option, a parameter or a function.
NAMES = {name for fields in _native.FIELDS.values() for name in fields if "_" in name} | {
    parameter for _, parameters in _native.FUNCTIONS.values() for parameter, *_ in parameters if "_" in parameter} | set(_native.FUNCTIONS)
# No command of the command line reaches these texts.
UNREACHED = {
    "connect_timeout and stall_timeout have to be longer than zero", "give a file_name in the options", "download it to a file",
    "stopped by the progress callback", "called on a package from inside one of its own callbacks", "call again after the callback has returned",
}


def literals(source):
    """The texts of a source file in Rust, without comments and tests. Their parts after a backslash are joined."""
    source = re.sub(r"^\s*//.*$", "", source.partition("#[cfg(test)]")[0], flags=re.M)
    source = re.sub(r"'(\\?.)'", "' '", source)  # A quotation mark as a character begins no text.
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"', source, re.S):
        yield re.sub(r"\\\n\s*", "", match[1])


@pytest.fixture(scope="module")
def texts():
    """Every text of the core that people may see. src/ffi checks what the wrapper gives it."""
    files = [file for file in (ROOT / "src").rglob("*.rs") if "ffi" not in file.parts and file.name != "tests.rs" and "tests" not in file.parts]
    found = {text for file in files for text in literals(file.read_text()) if " " in text}
    assert len(found) > 200
    return found


def test_what_the_table_translates_is_said_by_the_library(texts):
    for theirs in advice.WORDS:
        assert any(theirs in text for text in texts), theirs
    assert set(advice.NAMES) - {"host", "days", "text", "email"} <= NAMES


def test_no_text_names_what_the_command_line_does_not_have(texts):
    for text in texts - UNREACHED:
        for options in (OPTIONS, ()):
            said = advice.translated(text, options)
            found = {word for word in re.findall(r"(?<![{\w])[a-z]+(?:_[a-z]+)+", said) if word in NAMES}
            assert not found and not re.search(r"\bcallbacks?\b", said), (text, said)


def test_every_option_variable_and_command_that_is_advised_is_real():
    commands = {word for line, _ in completion.commands(parser()) for word in line.split()}
    ours = [words for alternatives in advice.WORDS.values() for words in alternatives] + list(advice.NAMES.values())
    for file in (ROOT / "bindings/python/src/libsendsafely/cli").glob("*.py"):
        ours += re.findall(r'"((?:[^"\\\n]|\\.)*)"', file.read_text())
    for words in ours:
        assert advice.options_in(words) <= OPTIONS | {"--help"}, words
        assert all(name in EPILOG for name in re.findall(r"\bSENDSAFELY_[A-Z_]+[A-Z]\b", words)), words
        assert set(re.findall(r"with (info|list)\b", words)) <= commands


def test_advice_has_only_options_of_the_command():
    error = libsendsafely.Error("a: exists already", status=Status.FILE_EXISTS, remedy="choose another directory, or set existing to overwrite or skip")
    assert advice.in_our_words(error, ["--skip", "--overwrite"]) == ("a: exists already", "use --overwrite or --skip, or another directory")
    assert advice.in_our_words(error, []) == ("a: exists already", "rename or remove the local file")


def test_names_in_messages():
    for message, remedy, expected in (
            ("api_key is not valid UTF-8", None, ("SENDSAFELY_API_KEY is not valid UTF-8", None)),
            ("text is not valid UTF-8", "", ("the message is not valid UTF-8", "")),
            ("ca_bundle.pem: no such file", None, ("ca_bundle.pem: no such file", None))):
        error = libsendsafely.Error(message, status=Status.INVALID_ARGUMENT, remedy=remedy)
        assert advice.in_our_words(error, OPTIONS) == expected
