"""What the wrappers make of a number or a pointer follows from the header's types alone, whatever its comments say."""

import re

import csharp_table
import header
import python_table


def changed(tmp_path, pattern, replacement):
    """The header, read with this changed in it."""
    with open(header.HEADER, encoding="utf-8") as file:
        text, count = re.subn(pattern, replacement, file.read(), flags=re.DOTALL)
    assert count
    path = tmp_path / "sendsafely.h"
    path.write_text(text, encoding="utf-8")
    return header.read(path)


def generated(api, monkeypatch):
    """What the generators write from it, without comments."""
    monkeypatch.setattr(csharp_table, "api", api)
    words = python_table.Words(api)
    lines = [*python_table.native(api), *python_table.records(api, words), *python_table.enums(api, words)]
    lines += [*csharp_table.native(), *csharp_table.enums(), *csharp_table.records(), *csharp_table.options()]
    code = re.sub(r'""".*?"""|///[^\n]*', "", "\n".join(lines), flags=re.DOTALL)
    return "\n".join(line for line in code.splitlines() if line.strip())


def test_comments_decide_nothing(tmp_path, monkeypatch):
    reworded = changed(tmp_path, r"/\*\*.*?\*/", "/** Other words: 1 if so, -1 or NULL if unknown, a sendsafely_phase. */")
    assert generated(reworded, monkeypatch) == generated(header.read(), monkeypatch)


def test_types_decide(tmp_path, monkeypatch):
    now = generated(header.read(), monkeypatch)
    assert "Skipped = native.skipped != 0;" in now and '"full_name": "text?"' in now and "    full_name: Optional[str]" in now
    for pattern, replacement, line in (
            ("sendsafely_bool skipped;", "int32_t skipped;", "Skipped = native.skipped;"),
            ("SENDSAFELY_NULLABLE full_name;", "full_name;", "    full_name: str"),
            ("sendsafely_time uploaded;", "int64_t uploaded;", '"uploaded": "int",'),
            ("sendsafely_package_state state;", "sendsafely_phase state;", "State = (Phase)native.state;")):
        assert line not in now and line in generated(changed(tmp_path, pattern, replacement), monkeypatch)
