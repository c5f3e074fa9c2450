"""tools/words.py finds what it is to find, and nothing else."""

import subprocess

import pytest
import words


@pytest.mark.parametrize("text", ["what is told", "Told", "TELLS", "is_told", "told_twice", "isTold", "WhatAnswersThis", "the service answers 404", "answers2"])
def test_a_word_is_found(text):
    assert [line for line, _ in words.words(f"first\n{text}\n")] == [2]


@pytest.mark.parametrize("text", ["untold", "the answer", "BAD_ANSWER", "answered", "toldo", "stells", "intellsense"])
def test_other_words_are_not(text):
    assert not list(words.words(text))


@pytest.mark.parametrize(("text", "found"), [
    ("word " * 30, True), ("* " + "word " * 30, True),
    ("word " * 20, False), ("| word " * 30 + "|", False), ("```\n" + "word " * 30 + "\n```", False), ("* `" + "x" * 200 + "`", False), ("x" * 200, False)])
def test_long_lines(text, found):
    assert bool(list(words.long_lines(text))) == found


def test_a_fault_names_file_and_line():
    assert list(words.faults("docs/tells.md", "one\ntold\n" + "word " * 30)) == [
        'docs/tells.md:2: "told": say what returns, reports or sends it', 'docs/tells.md: "tells" in its name', "docs/tells.md:3: 150 columns instead of 120"]


def test_nothing_to_read_is_a_fault(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    monkeypatch.setattr(words, "ROOT", tmp_path)
    assert words.main() == 1
    (tmp_path / "some.md").write_text("text")
    assert words.main() == 0
