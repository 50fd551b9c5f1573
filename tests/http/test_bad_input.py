# SPDX-License-Identifier: Apache-2.0
"""Hostile and broken requests at the registry's level: a clear 4xx each, and nobody else notices."""
import json
import threading

import pytest
import requests
from wire import Client

from scute import V1, envelope, fails, record

INT = record("R", "a:int")
POSTS = ["/subjects/s/versions", "/subjects/s", "/compatibility/subjects/s/versions/latest",
         "/compatibility/subjects/s/versions"]
DEPTH = 100_000


@pytest.fixture(scope="module")
def shared(make_shared):
    """A daemon that holds s version 1, asserted to be as it was after every test."""
    daemon = make_shared(http_request_max_size=1 << 20)
    daemon.register("s", INT)
    return daemon


@pytest.fixture(autouse=True)
def unharmed(shared):
    before = shared.get("/schemas?deleted=true")
    yield
    assert shared.get("/schemas?deleted=true") == before
    assert shared.get("/subjects/s/versions") == (200, [1])
    assert shared.process.poll() is None


def refused(answer):
    """Any 4xx in the registry's shape."""
    assert 400 <= answer[0] < 500, answer
    return fails(answer, answer[0], answer[1]["error_code"])


def wire(daemon, method, path, body=b"", headers=""):
    """The path goes out as it stands, byte by byte."""
    path = path if isinstance(path, bytes) else path.encode("latin-1")
    kind = f"Content-Type: {V1}\r\nContent-Length: {len(body)}\r\n" if body else ""
    with Client(("127.0.0.1", daemon.port)) as client:
        client.send(method.encode() + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" +
                    (kind + headers).encode("latin-1") + b"\r\n" + body)
        reply = client.reply()
        return reply.status, reply.json()


# --- nesting ---

NESTS = {
    "arrays": "[" * DEPTH + "]" * DEPTH,
    "open arrays": "[" * DEPTH,
    "objects": '{"a":' * DEPTH + "1" + "}" * DEPTH,
    "open objects": '{"a":' * DEPTH,
    "mixed": '[{"a":' * (DEPTH // 2) + "1" + "}]" * (DEPTH // 2),
}


@pytest.mark.parametrize("name", NESTS)
@pytest.mark.parametrize("path", POSTS)
def test_deep_body(shared, path, name):
    assert fails(shared.post(path, NESTS[name]), 422, 422)
    assert fails(shared.post(path, '{"schema":"\\"int\\"","x":' + NESTS[name] + "}"), 422, 422)


@pytest.mark.parametrize("path", ["/config", "/config/s"])
def test_deep_config(shared, path):
    for text in NESTS.values():
        assert fails(shared.put(path, text), 422, 422)


@pytest.mark.parametrize("name", NESTS)
@pytest.mark.parametrize("path", POSTS)
def test_deep_schema(shared, path, name):
    assert fails(shared.post(path, envelope(NESTS[name])), 422, 42201)


DEEP_AVRO = {
    "array": '{"type":"array","items":' * (DEPTH // 4) + '"int"' + "}" * (DEPTH // 4),
    "map": '{"type":"map","values":' * (DEPTH // 4) + '"int"' + "}" * (DEPTH // 4),
    "type": '{"type":' * (DEPTH // 2) + '"int"' + "}" * (DEPTH // 2),
    "union": "[" * DEPTH + '"int"' + "]" * DEPTH,
    "record": "".join(f'{{"type":"record","name":"R{n}","fields":[{{"name":"f","type":'
                      for n in range(10_000)) + '"int"' + "}]}" * 10_000,
}


@pytest.mark.parametrize("name", DEEP_AVRO)
def test_deep_avro(shared, name):
    for path in POSTS:
        assert fails(shared.post(path, envelope(DEEP_AVRO[name])), 422, 42201)


# --- what is no text ---

BROKEN_UTF8 = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80",
               b"\xf8\x88\x80\x80\x80"]


@pytest.mark.parametrize("data", BROKEN_UTF8)
def test_broken_utf8_in_a_body(shared, data):
    text = b'"\\"in' + data + b't\\""'
    for path in POSTS:
        assert fails(shared.post(path, b'{"schema":' + text + b"}"), 422, 422)
        assert fails(shared.post(path, b'{"schema":"\\"int\\"","schemaType":' + text + b"}"), 422, 422)
        assert fails(shared.post(path, b'{"schema":"\\"int\\"",' + text + b":1}"), 422, 422)


@pytest.mark.parametrize("data", BROKEN_UTF8)
@pytest.mark.parametrize("raw", [True, False])
def test_broken_utf8_in_a_path(shared, data, raw):
    name = data if raw else "".join(f"%{byte:02x}" for byte in data).encode()
    body = json.dumps(envelope(INT)).encode()
    assert refused(wire(shared, "GET", b"/subjects/" + name + b"/versions"))
    assert refused(wire(shared, "POST", b"/subjects/" + name + b"/versions", body))
    assert refused(wire(shared, "PUT", b"/config/" + name, b'{"compatibility":"NONE"}'))
    assert refused(wire(shared, "DELETE", b"/subjects/" + name))
    assert refused(wire(shared, "GET", b"/schemas/ids/" + name))
    assert refused(wire(shared, "GET", b"/subjects/s/versions/" + name))


@pytest.mark.parametrize("text", ["\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "\\ud83d\\u0041"])
def test_half_surrogates(shared, text):
    """They stand for no character: neither in the body nor in the schema's own JSON."""
    for path in POSTS:
        body = '{"schema":"{\\"type\\":\\"int\\",\\"doc\\":\\"' + text + '\\"}"}'
        assert refused(shared.post(path, body))
        body = envelope('{"type":"int","doc":"' + text + '"}')
        assert fails(shared.post(path, body), 422, 42201)


@pytest.mark.parametrize("name", ["%00", "a%00b", "%01", "a%0Ab", "a%0D%0Ab", "%7F", "%C2%80", "%C2%9F",
                                  "a%1Fb"])
def test_control_characters_in_a_subject(shared, name):
    body = json.dumps(envelope(INT)).encode()
    for method, path, data in (("GET", f"/subjects/{name}/versions", b""),
                               ("POST", f"/subjects/{name}/versions", body),
                               ("POST", f"/subjects/{name}", body),
                               ("GET", f"/subjects/{name}/versions/1", b""),
                               ("DELETE", f"/subjects/{name}", b""),
                               ("DELETE", f"/subjects/{name}/versions/1", b""),
                               ("GET", f"/config/{name}", b""), ("DELETE", f"/config/{name}", b""),
                               ("PUT", f"/config/{name}", b'{"compatibility":"NONE"}'),
                               ("POST", f"/compatibility/subjects/{name}/versions/latest", body),
                               ("POST", f"/compatibility/subjects/{name}/versions", body)):
        answer = wire(shared, method, path, data)
        assert refused(answer)
        if name not in ("%00", "a%00b"):
            assert fails(answer, 422, 42208)


@pytest.mark.parametrize("path", ["/subjects/%/versions", "/subjects/%4/versions", "/subjects/%zz",
                                  "/schemas/ids/%", "/subjects/s/versions/%g1", "/subjects/%u0041/x"])
def test_malformed_percent_codes(shared, path):
    assert refused(wire(shared, "GET", path))


@pytest.mark.parametrize("schema", [
    '{"type":"record","name":"a\\u0000b","fields":[]}',
    '{"type":"record","name":"R","fields":[{"name":"a\\u0000","type":"int"}]}',
    '{"type":"enum","name":"E","symbols":["A\\u0000"]}',
    '{"type":"record","name":"R","namespace":"a\\u0000.b","fields":[]}',
    '{"type":"in\\u0000t"}', '"int\\u0000"', '"in\x00t"', '{"type":"int","doc":"\x01"}', '\x00"int"',
    '"int"\x00', "\ufeff\"int\"x", '{"type":"int"}{', '{"type":"int",}', "{'type':'int'}",
    '{"type":NaN}', '{"type":"int","x":Infinity}', '{"type":"int","x":01}', '{"type":"int","x":.5}',
])
def test_bad_characters_in_a_schema(shared, schema):
    for path in POSTS:
        assert fails(shared.post(path, envelope(schema)), 422, 42201)


# --- numbers in paths ---

@pytest.mark.parametrize("version", ["0", "-2", "-2147483648", "2147483648", "4294967297", "1e0", "1.0",
                                     "0x1", "one", "latest1", "last", "--1", "1-", "%20", "%2F", "NaN",
                                     "9223372036854775808", "-9223372036854775809", "9" * 5000,
                                     "%D9%A1", "1%002", "null", "{version}"])
def test_bad_versions(shared, version):
    body = json.dumps(envelope(INT)).encode()
    for method, path, data in (("GET", f"/subjects/s/versions/{version}", b""),
                               ("GET", f"/subjects/s/versions/{version}/schema", b""),
                               ("GET", f"/subjects/s/versions/{version}/referencedby", b""),
                               ("DELETE", f"/subjects/s/versions/{version}", b""),
                               ("DELETE", f"/subjects/s/versions/{version}?permanent=true", b""),
                               ("POST", f"/compatibility/subjects/s/versions/{version}", body)):
        answer = wire(shared, method, path, data)
        assert refused(answer)
        if version != "1%002":
            assert fails(answer, 422, 42202, "is not a valid version id. Allowed values are between "
                         '[1, 2^31-1] and the string "latest"')


@pytest.mark.parametrize("number", ["-1", "0", "2", "2147483648", "9" * 5000, "x", "1.0", "%00", "1%00",
                                    "%2F", "-", "+", "%2B1x"])
def test_bad_ids(shared, number):
    for tail in ("", "/schema"):
        answer = wire(shared, "GET", f"/schemas/ids/{number}{tail}")
        assert answer[0] in (400, 404) and refused(answer)
    for tail in ("/versions", "/subjects"):
        answer = wire(shared, "GET", f"/schemas/ids/{number}{tail}")
        assert answer == (200, []) or refused(answer)


# --- members of the wrong type ---

WRONG = [None, True, False, 0, -1, 1.5, 10 ** 400, "x", [], ["x"], {}, {"a": 1}]


@pytest.mark.parametrize("member", ["schema", "schemaType", "references"])
@pytest.mark.parametrize("value", WRONG, ids=lambda value: str(value)[:12])
def test_members_of_the_wrong_type(shared, member, value):
    fine = (member, value) in (("schemaType", None), ("references", None), ("references", []))
    for path in POSTS:
        answer = shared.post(path, {**envelope(INT), member: value})
        assert answer[0] == 200 if fine else refused(answer)


@pytest.mark.parametrize("value", WRONG, ids=lambda value: str(value)[:12])
def test_references_with_members_of_the_wrong_type(shared, value):
    for member in ("name", "subject", "version"):
        if (member, value) in (("name", "x"), ("version", -1)):
            continue  # nothing is wrong with these
        reference = {"name": "R", "subject": "s", "version": 1, member: value}
        body = envelope(record("U", ("r", "R")), references=[reference])
        assert refused(shared.post("/compatibility/subjects/s/versions/latest", body))


@pytest.mark.parametrize("body", ['{"schema":"\\"int\\"","schema":1}', '{"schema":1,"schema":"{"}',
                                  '{"compatibility":"NONE","compatibility":1}',
                                  '{"compatibility":1,"compatibility":"NOPE"}'])
def test_members_given_twice(shared, body):
    """The last one counts, or the body is refused: never a mix."""
    for path in POSTS:
        assert refused(shared.post(path, body))
    assert refused(shared.put("/config", body))


@pytest.mark.parametrize("body", ["", " ", "\n", "{", "}", "[", "nul", "tru", "{]", '{"a"}', '{"a":}',
                                  '{"a":1,}', "{a:1}", '"', "'", "//", "/**/{}", "{}{}", "{} x", "\ufeff",
                                  "-", "1e", "[1,]", '{"schema":"\\x"}', '{"schema":"\n"}', "\x00", "{}\x00"])
def test_bodies_that_are_no_json(shared, body):
    for path in POSTS:
        assert fails(shared.post(path, body.encode()), 422, 422)
    for path in ("/config", "/config/s"):
        assert fails(shared.put(path, body.encode()), 422, 422)


def test_unknown_members_and_parameters(shared):
    names = {f"x{n}": [n, None, {"y": "z"}] for n in range(2000)}
    query = "?" + "&".join(f"p{n}=%00%ff{n}" for n in range(100)) + "&&=&=x&deleted&%zz"
    for path in POSTS:
        assert shared.post(path + query, {**names, **envelope(INT)})[0] == 200
    assert wire(shared, "GET", "/subjects/s/versions/1" + query)[0] == 200


@pytest.mark.parametrize("value", ["banana", "", "2", "%00", "%ff", "true%00", "a" * 3000])
def test_odd_flags(shared, value):
    """Whatever the flag says, nothing is deleted that was not deleted softly before."""
    assert 200 <= wire(shared, "GET", f"/subjects?deleted={value}")[0] < 500
    answer = wire(shared, "DELETE", f"/subjects/nope?permanent={value}")
    assert refused(answer)


# --- too much ---

def test_oversized_bodies(shared):
    for path in POSTS + ["/subjects/a%20b/versions"]:
        body = json.dumps(envelope(" " * (1 << 20)))
        assert fails(shared.post(path, body), 413, 413)
    answer = wire(shared, "POST", "/subjects/s/versions", b"", "Content-Length: 99999999999\r\n")
    assert fails(answer, 413, 413)


def test_body_of_just_the_limit(shared):
    body = json.dumps(envelope(INT)).encode()
    body += b" " * ((1 << 20) - len(body))
    assert shared.post("/subjects/s", body)[0] == 200
    assert fails(shared.post("/subjects/s", body + b" "), 413, 413)


def test_wide_schemas(shared):
    """Wide, not deep: these may be accepted, but in good time; the check writes nothing."""
    wide = record("W", *[f"f{n}:int" for n in range(20_000)])
    symbols = {"type": "enum", "name": "E", "symbols": [f"S{n}" for n in range(50_000)]}
    union = [{"type": "fixed", "name": f"F{n}", "size": n} for n in range(10_000)]
    for schema in (wide, symbols, union):
        answer = shared.post("/compatibility/subjects/s/versions/latest", envelope(schema))
        assert answer[0] == 200 and answer[1]["is_compatible"] is False
    answer = shared.post("/subjects/s/versions", envelope("[" + '"int",' * 100_000 + '"int"]'))
    assert fails(answer, 422, 42201, "duplicate")


@pytest.mark.parametrize("count", [100_000, 300_000, 500_000])
def test_more_values_than_memory_for_them(shared, count):
    """The least text for the most values: beyond a request's share of memory it is too large."""
    numbers = "[" + "1," * count + "1]"
    for path in POSTS:
        for text in ('{"type":"nope","x":' + numbers + "}", numbers):
            answer = shared.post(path, envelope(text))
            assert fails(answer, 422, 42201) if count == 100_000 else refused(answer)
        assert refused(shared.post(path, '{"schema":"","x":' + numbers + "}"))


def test_long_names(shared):
    name = "n" * 500_000
    answer = shared.post("/compatibility/subjects/s/versions/latest", envelope(f'"{name}"'))
    assert fails(answer, 422, 42201) and len(answer[1]["message"]) < 2000
    answer = shared.post("/subjects/s/versions", envelope(INT, schemaType=name))
    assert fails(answer, 422, 422)
    answer = shared.put("/config", {"compatibility": name})
    assert fails(answer, 422, 42203)
    answer = wire(shared, "GET", "/subjects/" + "n" * 30_000)
    assert fails(answer, 414, 414)


# --- methods, types, paths ---

@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded",
                                  "multipart/form-data; boundary=x", "application/jsonx", "json", "/",
                                  ";", "application/vnd.schemaregistry.v2+json",
                                  "application/vnd.kafka.avro.v2+json", "x" * 5000])
def test_unknown_content_types(shared, kind):
    body = json.dumps(envelope(INT))
    for path in POSTS:
        assert fails(shared.post(path, body, headers={"Content-Type": kind}), 415, 415)
    assert fails(shared.put("/config", '{"compatibility":"NONE"}', headers={"Content-Type": kind}), 415, 415)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_methods_that_do_not_exist(shared, method):
    body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
    for path in ("/schemas", "/schemas/types", "/schemas/ids/1", "/subjects/s/versions/1/schema"):
        assert fails(wire(shared, method, path, body), 405, 405)


@pytest.mark.parametrize("path", ["/subjects//versions", "///", "//subjects", "/subjects/s//versions",
                                  "/subjects/../config", "/subjects/s/versions/1/..", "/./subjects",
                                  "/subjects/s/versions/1/schema/x", "/schemas/ids", "/schemas/ids/1/x",
                                  "/" + "a/" * 100, "/SUBJECTS", "/subjects;x=1", "/compatibility",
                                  "/subjects/%2e%2e/versions", "/%2E%2E/%2E%2E/etc/passwd"])
def test_odd_paths(shared, path):
    answer = wire(shared, "GET", path)
    assert 400 <= answer[0] < 500 and refused(answer)


def test_empty_subject(shared):
    body = json.dumps(envelope(INT)).encode()
    assert refused(wire(shared, "POST", "/subjects//versions", body))
    assert refused(wire(shared, "DELETE", "/subjects//versions/1"))


# --- others are served meanwhile ---

def test_others_are_served_meanwhile(shared):
    """Four clients send the worst of the above, and none of a fifth one's reads takes long."""
    worst = [json.dumps(envelope(text)).encode() for text in (*NESTS.values(), *DEEP_AVRO.values())]
    done = threading.Event()
    wrong = []

    def attack():
        with requests.Session() as session:
            while not done.is_set():
                for body in worst:
                    reply = session.post(shared.url + POSTS[0], data=body, headers={"Content-Type": V1},
                                         timeout=60)
                    if reply.status_code != 422:
                        wrong.append(reply.text)

    threads = [threading.Thread(target=attack) for _ in range(4)]
    for thread in threads:
        thread.start()
    slowest = 0
    for _ in range(50):
        reply = shared.raw("GET", "/schemas/ids/1")
        assert reply.status_code == 200
        slowest = max(slowest, reply.elapsed.total_seconds())
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]
    assert slowest < 2, slowest


def test_memory_is_given_back(shared):
    """A thousand bad requests leave the process no larger than ten did, but for a little slack."""
    def rss():
        with open(f"/proc/{shared.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096

    bodies = [json.dumps(envelope(text)) for text in NESTS.values()]
    for body in bodies * 2:
        shared.post(POSTS[0], body)
    before = rss()
    for body in bodies * 40:
        shared.post(POSTS[0], body)
    assert rss() < before + (64 << 20)
