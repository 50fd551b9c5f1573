# SPDX-License-Identifier: Apache-2.0
"""GET /schemas, longer than one piece: whole, in order, while what it lists comes and goes."""
import json
import time

import pytest

import wire
from scute import envelope

DOC = "d" * 3000


def text(name):
    return json.dumps({"type": "record", "name": name, "fields": [], "doc": DOC})


@pytest.fixture(scope="module")
def filled(make_shared):
    """Some 1.6 MB: many pieces."""
    daemon = make_shared()
    daemon.put("/config", {"compatibility": "NONE"})
    for number in range(300):
        daemon.register(f"s{number}", text(f"A{number}"))
    for number in range(200):
        daemon.register("many", text(f"B{number}"))
    return daemon


WHOLE = [(f"s{number}", 1) for number in range(300)] + [("many", n) for n in range(1, 201)]


def listed(entries):
    return [(entry["subject"], entry["version"]) for entry in entries]


def begin(daemon, path="/schemas", version="1.1"):
    client = wire.Client(("127.0.0.1", daemon.port))
    client.send(f"GET {path} HTTP/{version}\r\nHost: x\r\n\r\n")
    return client


def test_whole(filled):
    reply = filled.raw("GET", "/schemas")
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert listed(reply.json()) == WHOLE
    assert reply.json()[0] == {"subject": "s0", "schema": reply.json()[0]["schema"], "version": 1, "id": 1,
                               "schemaType": "AVRO", "references": None}
    assert "Content-Length" in filled.raw("GET", "/schemas?limit=3").headers


def test_pages(filled):
    for offset, limit in ((0, 100), (250, 100), (290, 500), (5, 0)):
        page = filled.get(f"/schemas?offset={offset}&limit={limit}")[1]
        assert listed(page) == WHOLE[offset:offset + limit if limit else None]
    assert listed(filled.get("/schemas?latestOnly=true")[1]) == WHOLE[:300] + [("many", 200)]
    assert listed(filled.get("/schemas?subjectPrefix=many&offset=20")[1]) == WHOLE[320:]
    assert filled.get("/schemas?deletedOnly=true") == (200, [])


def test_head_and_http10(filled):
    reply = filled.raw("HEAD", "/schemas")
    assert reply.status_code == 200 and reply.content == b""
    with begin(filled, version="1.0") as client:
        assert client.reply().headers["connection"] == "close"
        assert listed(json.loads(client.rest())) == WHOLE


def test_confluent_lists_by_name(make_daemon):
    daemon = make_daemon(response_profile="confluent")
    for number in range(60):
        daemon.register(f"s{number}", text(f"A{number}"))
    reply = daemon.raw("GET", "/schemas")
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert listed(reply.json()) == sorted(WHOLE[:60])


@pytest.mark.parametrize("profile", ["karapace", "confluent"])
def test_while_it_changes(make_daemon, profile):
    """What is there all the time is listed once; what goes or comes at most once."""
    daemon = make_daemon(response_profile=profile, http_write_timeout_ms=60000)
    daemon.put("/config", {"compatibility": "NONE"})
    global DOC
    doc, DOC = DOC, "d" * 30000
    for number in range(500):
        daemon.register(f"s{number:03}", text(f"A{number}"))
    DOC = doc
    with begin(daemon) as client:
        client.fill()
        time.sleep(0.3)  # the rest waits for us
        for number in range(200, 500, 2):
            for query in ("", "?permanent=true"):
                assert daemon.delete(f"/subjects/s{number:03}{query}")[0] == 200
        daemon.register("t", text("T"))
        daemon.register("s498", text("again"))
        entries = listed(client.reply().json())
    names = [name for name, _ in entries]
    assert len(set(entries)) == len(entries)
    assert set(names) >= {f"s{number:03}" for number in range(500) if number < 200 or number % 2}
    assert "t" not in names and "s450" not in names and "s498" not in names


def test_client_leaves(filled):
    for _ in range(20):
        begin(filled).sock.close()
    assert listed(filled.get("/schemas")[1]) == WHOLE


def test_others_are_served_meanwhile(filled):
    with begin(filled):
        began = time.monotonic()
        for _ in range(50):
            assert filled.get("/schemas/ids/1")[0] == 200
        assert filled.post("/subjects/s0/versions", envelope(text("A0"))) == (200, {"id": 1})
        assert time.monotonic() - began < 5


def test_stop_meanwhile(make_daemon):
    daemon = make_daemon(shutdown_drain_ms=300)
    for number in range(500):
        daemon.register(f"s{number}", text(f"A{number}"))
    with begin(daemon) as client:
        client.fill()
        daemon.stop()
