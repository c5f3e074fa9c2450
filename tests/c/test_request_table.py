"""Tests of tools/request_table.py."""

import copy
import re

import capabilities
import request_table

ROWS = [("65", "add a recipient", [], ["add"], []), ("70", "country codes", [], ["codes"], []), ("95", "upload", [], ["send"], [])]
HEADERS = {"accept": "application/json", "content-length": "25", "content-type": "application/json", "host": "127.0.0.1:4711", "ss-api-key": "test-api-key",
           "ss-request-signature": "0123456789abcdef" * 4, "ss-request-timestamp": "2024-01-02T03:04:05+0000", "ss-sdk-version": "libsendsafely/0.1.0",
           "user-agent": "libsendsafely/0.1.0"}
ADD = {"listener": "api", "endpoint": "add_recipient", "method": "PUT", "path": "/api/v2.0/package/GVG2-MNZT/recipient/", "query": "",
       "headers": HEADERS, "body": '{"email":"a@x.test","more":[{"to":1}]}', "body_size": 25, "status": 200}
GET = {**ADD, "endpoint": "package_information", "method": "GET", "path": "/api/v2.0/package/GVG2-MNZT/", "body": None, "body_size": 0,
       "headers": {name: value for name, value in HEADERS.items() if name != "content-length"}}
PUT = {"listener": "storage", "endpoint": "part_put", "method": "PUT", "path": "/bucket/F-1", "query": "Expires=1&Signature=a%2Bb",
       "body": None, "body_size": 25, "status": 200, "headers": {name: HEADERS[name] for name in ("content-length", "host", "user-agent")}}


def table(add=(ADD, GET), send=(PUT,)):
    return request_table.render({"add": (True, list(add)), "codes": (True, []), "send": (True, list(send))}, ROWS)


def changed(request, **members):
    request = copy.deepcopy(request)
    request["headers"].update(members.pop("headers", {}))
    request["headers"] = {name: value for name, value in request["headers"].items() if value is not None}
    return {**request, **members}


def lines_that_differ(other):
    return [line for line in request_table.difference(other, table()).splitlines() if re.match(r"[+-](?![+-])", line)]


def test_each_row_has_its_requests():
    assert """
## 65 add a recipient
  PUT /api/v2.0/package/{package}/recipient/ {"email": text, "more": [{"to": number}]}
  GET /api/v2.0/package/{package}/

## 70 country codes
  nothing

## 95 upload
  PUT <url> {bytes}
""" in table()
    assert "# storage with a body\n  content-length: {length}\n  host: {host}\n  user-agent: libsendsafely/{version}\n" in table()


def test_what_differs_from_run_to_run_is_left_out():
    again = changed(ADD, path="/api/v2.0/package/AAAA-BBBB/recipient/", body='{"more":[{"to":2},{"to":3}],"email":"b"}', t_ms=7,
                    body_size=999,
                    headers={"host": "127.0.0.1:1", "content-length": "999", "ss-request-signature": "f" * 64, "ss-sdk-version": "libsendsafely/1.20.3"})
    assert not lines_that_differ(table([again, GET, ADD, GET]))
    assert not lines_that_differ(table(send=[changed(PUT, path="/other", query=""), PUT]))
    cut_off = changed(ADD, body=None, body_size=7, status=None)
    assert not lines_that_differ(table([ADD, GET, cut_off]))
    by_the_test = changed(GET, path="/api/v2.0/user/", endpoint="user_information", headers={"user-agent": "test"})
    assert not lines_that_differ(table([ADD, GET, by_the_test]))


def test_the_least_change_is_seen():
    for other, lines in [
        (changed(GET, path="/api/v2.0/package/GVG2-MNZT"), 2),
        (changed(GET, path="/api/v2.0/package/GVG2%2DMNZT/"), 2),
        (changed(GET, path="/api/v2.0/package/M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw/"), 2),
        (changed(GET, query="rowIndex=0"), 2),
        (changed(GET, method="POST"), 2),
        (changed(GET, headers={"content-type": None}), 1),
        (changed(GET, headers={"accept": "*/*"}), 2),
        (changed(GET, headers={"accept": "application/json, application/json"}), 2),
        (changed(GET, headers={"ss-request-timestamp": "2024-01-02T03:04:05Z"}), 2),
        (changed(GET, headers={"x-more": "1"}), 1),
    ]:
        assert len(lines_that_differ(table([ADD, other]))) == lines, lines_that_differ(table([ADD, other]))
    for body in ['{"email":"a@x.test"}', '{"email":"a@x.test","more":[{"to":"1"}]}', '{"email":null,"more":[{"to":1}]}', '{"email":"a@x.test","more":{"to":1}}',
                 '{"email":"a@x.test","more":[{"to":1}],"most":false}']:
        assert len(lines_that_differ(table([changed(ADD, body=body), GET]))) == 2, body
    assert len(lines_that_differ(table([ADD]))) >= 1
    assert lines_that_differ(table([ADD, GET, changed(ADD, body="{}", body_size=2)])), "shorter than its Content-Length, but accepted"
    again = [changed(ADD, body=body, headers={"accept": accept}) for body, accept in (("{}", "application/json"), ("[]", "*/*"))]
    assert [line[-14:].strip() for line in lines_that_differ(table([ADD, GET, *again]))] == ["/recipient/ {}", "[accept: */*]"]
    assert lines_that_differ(table(send=[changed(PUT, headers={"content-type": "a/b"})])) == ["+  content-type: a/b"]


def test_true_and_false_differ():
    body = '{"complete":true}'
    assert len(lines_that_differ(table([ADD, GET, changed(ADD, body=body)]))) == 1
    assert table([changed(ADD, body=body)]) != table([changed(ADD, body=body.replace("true", "false"))])


def test_texts_of_the_library_are_given_by_value():
    sent = table([changed(ADD, body='{"uploadType":"JS_API","email":"JS_API"}')])
    assert '{"email": text, "uploadType": "JS_API"}' in sent
    assert sent != table([changed(ADD, body='{"uploadType":"NODE_API","email":"JS_API"}')])


PROTOCOL = """
`GET /package/{P or C}/` and (`PATCH /package/P/file/F` `{"fileName":"new.txt"}`), **`PUT <url>`**.
| history | `GET /recipient/history/{email}/` | `POST HOST/auth/json/` |
| get | `GET /package/P/directory/D?directoryIndex=0` | `PUT /drop-zone/v2.0/package/` |
GET /user/ is no code.
## 4.2 Create file id
`PUT /package/P/file/`: `filename` and `"parts"`
## 6.13 Dropzone
`POST /package/{code}/finalize/`
## 6.14 Others
`POST /feedback/`
"""


def undocumented(*calls):
    return request_table.undocumented("".join(f"  {call}\n" for call in calls), PROTOCOL)


def test_what_the_protocol_has_is_found_there():
    assert not undocumented('GET /api/v2.0/package/{package}/', "GET /api/v2.0/package/{code}/",
                            'PATCH /api/v2.0/package/{package}/file/{file}/ {"fileName": text}',
                            "PUT <url> {bytes}", "GET /api/v2.0/recipient/history/a@x.test/", "POST /auth/json/ form {}", "PUT /drop-zone/v2.0/package/",
                            'PUT /drop-zone/v2.0/package/{code}/file/ {"filename": text, "parts": number}', "PUT /api/v2.0/package/{package}/file/",
                            "POST /drop-zone/v2.0/package/{code}/finalize/", "GET /api/v2.0/package/{package}/directory/{directory}",
                            "GET /api/v2.0/package/{package}/directory/{directory}/?directoryIndex={number}")


def test_a_call_that_the_protocol_does_not_have_is_named():
    for call in ["GET /api/v2.0/user/", "POST /api/v2.0/package/{package}/", "GET /api/v2.0/package/recieved/", "GET /api/v2.0/package/{package}/file/",
                 "PATCH /api/v2.0/package/{package}/files/{file}/", "PATCH /api/v2.0/package/{package}/{file}/file/", "GET <url>", "POST /auth-api/json/",
                 # A character that is escaped, or of an id that is none; a variable by its name alone; without the slash; of the other door.
                 "GET /api/v2.0/package/rec%65ived/", "GET /api/v2.0/package/a.b/", "GET /api/v2.0/package/P/", "GET /api/v2.0/package/{package}",
                 "GET /drop-zone/v2.0/package/{code}/", "POST /drop-zone/v2.0/feedback/", "PUT /api/v2.0/package/", "GET /package/{package}/",
                 "POST /api/v2.0/auth/json/"]:
        assert undocumented("GET /api/v2.0/package/{package}/", call) == [call.split(" {")[0]], call


def test_a_name_that_the_protocol_does_not_have_is_named():
    call = "GET /api/v2.0/package/{package}/directory/{directory}/?directoryIndex={number}&fileindex={number}"
    assert undocumented(call) == [f"fileindex in {call}"]
    call = "PUT /api/v2.0/package/{package}/file/"
    assert undocumented(call + ' {"fileName": text, "more": [{"filenames": text}]}') == [f"{name} in {call}" for name in ("more", "filenames")]


def test_the_committed_table_has_each_row_once():
    committed = request_table.read(request_table.TABLE)
    rows = capabilities.rows(request_table.read("docs/capabilities.md"))
    assert re.findall(r"^## (.*)$", committed, re.MULTILINE) == [f"{number} {title}" for number, title, *_ in rows]
    assert len(rows) == len(capabilities.CAPABILITIES + capabilities.BEYOND)


def test_the_protocol_has_each_call_of_the_committed_table():
    committed = request_table.read(request_table.TABLE)
    protocol = request_table.read("docs/protocol.md")
    assert request_table.undocumented(committed, protocol) == []
    planted = committed.replace("/upload-urls/", "/upload-url/")
    assert request_table.undocumented(planted, protocol) == [f"POST /{door}/v2.0/package/{{{name}}}/file/{{file}}/upload-url/" for door, name in
                                                             (("drop-zone", "code"), ("api", "package"))]
    assert request_table.undocumented(committed, protocol.replace("/notify/`", "/notice/`")) == ["POST /api/v2.0/package/{package}/notify/"]
