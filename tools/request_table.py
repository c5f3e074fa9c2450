"""Writes the requests that the library sends for each capability as a table, and compares it with docs/protocol.md."""

import difflib
import json
import os
import re
from collections import Counter
from urllib.parse import parse_qsl

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = "tests/c/requests.txt"
PREAMBLE = """\
What the library sends for each capability of docs/capabilities.md, as the emulator saw it: each request once, in the order
of the first. Made by tools/request_table.py from the tests of the capability (CONTRIBUTING.md). A name in braces stands for a
value that changes, <url> for one that the service gave; numbers and texts of a body are given by their type, but those that
the library itself chooses. The headers of each kind of request stand here; a request that has others says in which.
"""
# Headers whose value changes, and what stands for it.
VALUES = [
    ("content-length", r"[1-9]\d*", "{length}"),
    ("content-type", r"multipart/form-data; boundary=-*libsendsafely[0-9a-f]{32}", "multipart/form-data; boundary={boundary}"),
    ("host", r"(127\.0\.0\.1|localhost):\d+", "{host}"),
    ("range", r"bytes=\d+-", "bytes={number}-"),
    ("ss-api-key", r"[\w-]+", "{key}"),
    ("ss-request-signature", r"[0-9a-f]{64}", "{signature}"),
    ("ss-request-timestamp", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", "{timestamp}"),
    ("ss-sdk-version", r"libsendsafely/\d+\.\d+\.\d+", "libsendsafely/{version}"),
    ("user-agent", r"libsendsafely/\d+\.\d+\.\d+", "libsendsafely/{version}"),
]
# Endpoints that have no path of the API: the service gives the whole URL.
GIVEN = {"part_put", "part_get", "dropzone_connector"}
PREFIXES = ("/api/v2.0/", "/drop-zone/v2.0/", "/auth-api/", "/auth/")
# Rows whose files are transferred at the same time: their requests stand in alphabetical order.
UNORDERED = {"B5"}
# Members of a body whose text the library chooses: the table has their value.
CONSTANTS = {"action", "api", "uploadType"}
# A raw request of a test; the service has no such path.
UNKNOWN = {"GET /api/v2.0/no/such/path/"}
# Sections of the protocol whose calls a Dropzone has as well (6.13).
OF_DROPZONES = ("4.2", "4.3", "4.4", "6.13")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def routes():
    """The paths of each endpoint, from the table of emulator/README.md, which names their variables; a row without a label goes on."""
    found, label = {}, None
    for first, cell in re.findall(r"^\| (?:`(\w+)` )?\| (`[A-Z]+ /.*) \|$", read("emulator/README.md"), re.MULTILINE):
        label = first or label
        found.setdefault(label, []).extend(re.findall(r"`[A-Z]+ (/[^`]*)`", cell))
    return found


def named(segment, name):
    """The placeholder of a variable of a path. A text with characters that ids and versions do not have stays as it was sent."""
    if name == "{package}" and re.fullmatch(r"[\w-]{43}", segment):
        return "{code}"
    return name if re.fullmatch(r"[\w.-]+", segment) else segment


def path_of(request, patterns):
    prefix = next((prefix for prefix in PREFIXES[:2] if request["path"].startswith(prefix)), "/")[:-1]
    given = request["path"][len(prefix):].split("/")
    for pattern in patterns.get(request["endpoint"], []):
        wanted = pattern.split("/")[:len(given)]
        if len(wanted) == len(given) and all(w.startswith("{") or w == g for w, g in zip(wanted, given)):
            given = [named(g, w) if w.startswith("{") else g for w, g in zip(wanted, given)]
            break
    query = re.sub(r"=\d+(?=&|$)", "={number}", request["query"])
    return prefix + "/".join(given) + (f"?{query}" if query else "")


def shape(value):
    """A JSON value with a type in place of each text and number; true and false stay."""
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return "text"
        case dict():
            return "{" + ", ".join(f'"{name}": {member(name, value[name])}' for name in sorted(value)) + "}"
        case list():
            return "[" + ", ".join(sorted({shape(item) for item in value})) + "]"
    return "number"


def member(name, value):
    return f'"{value}"' if name in CONSTANTS and isinstance(value, str) else shape(value)


def body_of(request):
    text, headers = request["body"], request["headers"]
    kind = headers.get("content-type", "")
    if text is None:
        return "{bytes}" if headers.get("content-length", "0") != "0" else ""
    if kind.startswith("multipart/form-data"):
        return "requestData " + shape(json.loads(text)) + " textFile {bytes}"
    if kind == "application/x-www-form-urlencoded":
        return "form " + shape(dict(parse_qsl(text, keep_blank_values=True)))
    return shape(json.loads(text))


def headers_of(request):
    headers = dict(request["headers"])
    for name, form, placeholder in VALUES:
        if re.fullmatch(form, headers.get(name, "")):
            headers[name] = placeholder
    return headers


def normal(request, patterns):
    """Kind, line and headers of a request."""
    body = body_of(request)
    if request["endpoint"] in GIVEN:
        path, prefix = "<url>", "storage" if request["listener"] == "storage" else "connector"
    else:
        path = path_of(request, patterns)
        prefix = next((prefix for prefix in PREFIXES if path.startswith(prefix)), path)
    kind = f"{prefix} {'with' if body else 'without'} a body"
    headers = tuple(sorted(headers_of(request).items()))
    return kind, f"{request['method']} {path} {body}".rstrip(), headers


def counts(request):
    """Whether a request is one of the library that was sent whole, so not one of the test, nor one cut off at the end of a call."""
    headers = request["headers"]
    is_whole = request["status"] is not None or request["body_size"] >= int(headers.get("content-length", 0))
    return headers.get("user-agent") != "test" and is_whole


def render(ran, rows):
    """The table of what was recorded: by test, for the rows of docs/capabilities.md."""
    patterns = routes()
    found = {test: [normal(request, patterns) for request in filter(counts, requests)] for test, (_, requests) in ran.items()}
    usual = {}
    for kind, _, headers in sorted({request for requests in found.values() for request in requests}):
        usual.setdefault(kind, Counter())[headers] += 1
    # Of two equally common sets, the one with fewer headers.
    usual = {kind: dict(max(counts, key=lambda headers: (counts[headers], -len(headers)))) for kind, counts in usual.items()}

    lines = PREAMBLE.splitlines()
    for kind, headers in sorted(usual.items()):
        lines += ["", f"# {kind}"] + [f"  {name}: {value}" for name, value in headers.items()]
    for number, title, _, tests, _ in rows:
        lines += ["", f"## {number} {title}"]
        sent = dict.fromkeys(request for test in tests for request in found.get(test, []))
        for kind, line, headers in sorted(sent) if number in UNORDERED else sent:
            headers = dict(headers)
            others = [f"{name}: {value}" for name, value in headers.items() if usual[kind].get(name) != value]
            others += [f"no {name}" for name in usual[kind] if name not in headers]
            lines.append("  " + line + (f"  [{', '.join(others)}]" if others else ""))
        if not sent:
            lines.append("  nothing")
    return "\n".join(lines) + "\n"


def difference(table, committed):
    return "".join(difflib.unified_diff(committed.splitlines(True), table.splitlines(True), TABLE, "what was sent"))


def calls(text, prefix="/api/v2.0"):
    """The calls that a text of the protocol names: method and path, with placeholders."""
    for code in re.findall(r"`([^`\n]+)`", text):
        for method, path in re.findall(r"\b(GET|PUT|POST|PATCH|DELETE) ((?:HOST)?/(?:\{[^}]*\}|[^\s{])*|<url>)", code):
            path = path.partition("?")[0]
            if path.startswith("HOST"):
                path = path[len("HOST"):]
            elif path != "<url>" and not path.startswith(PREFIXES):
                path = prefix + path
            yield method, re.sub(r"(?<=/)([A-Z]\d?|\{[^}]*\})(?=/|$)", "{}", path)


def section(protocol, number):
    begin = re.search(rf"^##+ {re.escape(number)}[ .]", protocol, re.MULTILINE)
    return re.split(r"\n##? ", protocol[begin.start():])[0] if begin else ""


def undocumented(table, protocol):
    """The calls of the table that the protocol does not have, and the query parameters and body members that it does not name."""
    known = set(calls(protocol))
    for number in OF_DROPZONES:
        known |= set(calls(section(protocol, number), "/drop-zone/v2.0"))
    words = set(re.findall(r"\w+", protocol))
    found = {}
    for line in re.findall(r"^  ([A-Z]+ (?:/|<url>).*)", table, re.MULTILINE):
        call = " ".join(line.split()[:2])
        method, path = call.split()
        path, _, query = path.partition("?")
        path = re.sub(r"(?<=/)(\{\w+\}|[\w.+-]+@[\w.-]+)(?=/|$)", "{}", path)
        # A path without a last slash in the protocol stands for both forms.
        if call not in UNKNOWN and not {(method, path), (method, path.removesuffix("/"))} & known:
            found[call] = None
        for name in re.findall(r"(\w*)=", query) + re.findall(r'"(\w*)": ', line):
            if name not in words:
                found[f"{name} in {call}"] = None
    return list(found)
