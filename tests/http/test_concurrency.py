# SPDX-License-Identifier: Apache-2.0
"""Fifty clients at once: ids and versions stay unique and gapless, answers true, state restorable."""
import json
import random
import socket
import struct
import threading
import time

import pytest
import requests

from wire import Client

from scute import V1, envelope, fails, record

THREADS = 50


def together(work, count=THREADS):
    """work(number, session) in count threads that begin at once; their results in order."""
    gate = threading.Barrier(count)
    results, errors = [None] * count, []

    def run(number):
        try:
            with requests.Session() as session:
                gate.wait(30)
                results[number] = work(number, session)
        except BaseException as error:  # told below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


class Caller:
    def __init__(self, daemon, session):
        self.url, self.session = daemon.url, session

    def __call__(self, method, path, body=None):
        reply = self.session.request(method, self.url + path, json=body, timeout=60,
                                     headers={"Content-Type": V1} if body is not None else {})
        return reply.status_code, reply.json()

    def register(self, subject, schema):
        return self("POST", f"/subjects/{subject}/versions", envelope(schema))


def state(daemon):
    """Everything that can be read, as bytes."""
    paths = ["/subjects", "/subjects?deleted=true", "/schemas", "/schemas?deleted=true", "/config"]
    answers = [daemon.raw("GET", path).content for path in paths]
    for subject in daemon.get("/subjects?deleted=true")[1]:
        for path in (f"/subjects/{subject}/versions", f"/subjects/{subject}/versions?deleted=true",
                     f"/config/{subject}"):
            answers.append(daemon.raw("GET", path).content)
    for item in daemon.get("/schemas?deleted=true")[1]:
        answers.append(daemon.raw("GET", f"/schemas/ids/{item['id']}/versions?deleted=true").content)
    return answers


def is_sound(daemon):
    """Ids stand for one content each, versions are unique; nothing was answered with 5xx."""
    listed = daemon.get("/schemas?deleted=true")[1]
    contents = {}
    for item in listed:
        content = item["schema"], str(item.get("references"))
        assert contents.setdefault(item["id"], content) == content
    assert len(set(contents.values())) == len(contents)
    pairs = [(item["subject"], item["version"]) for item in listed]
    assert len(set(pairs)) == len(pairs)
    assert "scute_http_server_errors_total 0\n" in daemon.raw("GET", "/metrics").text
    return True


def test_same_schema_same_subject(daemon):
    answers = together(lambda n, session: Caller(daemon, session).register("s", record("R", "a:int")))
    assert answers == [(200, {"id": 1})] * THREADS
    assert daemon.get("/subjects/s/versions") == (200, [1])
    assert daemon.get("/_health")[1]["status"]["schema_registry_reader_current_offset"] == 0


def test_same_schema_many_subjects(daemon):
    answers = together(lambda n, session: Caller(daemon, session).register(f"s{n}", record("R", "a:int")))
    assert answers == [(200, {"id": 1})] * THREADS
    assert sorted(daemon.get("/subjects")[1]) == sorted(f"s{n}" for n in range(THREADS))
    assert len(daemon.get("/schemas/ids/1/versions")[1]) == THREADS
    assert daemon.register("other", '"int"') == 2


def test_different_schemas_same_subject(daemon):
    daemon.put("/config", {"compatibility": "NONE"})
    answers = together(lambda n, session: Caller(daemon, session).register("s", record("R", f"f{n}:int")))
    assert sorted(body["id"] for status, body in answers) == list(range(1, THREADS + 1))
    assert daemon.get("/subjects/s/versions") == (200, list(range(1, THREADS + 1)))
    for number, (_, body) in enumerate(answers):
        found = daemon.post("/subjects/s", envelope(record("R", f"f{number}:int")))[1]
        assert found["id"] == body["id"] == found["version"]


def test_different_schemas_different_subjects(daemon):
    def work(number, session):
        call = Caller(daemon, session)
        return [call.register(f"s{number}", record("R", *[(f"f{k}", "int", number) for k in range(v + 1)]))
                for v in range(6)]

    answers = together(work)
    ids = [body["id"] for part in answers for status, body in part]
    assert sorted(ids) == list(range(1, 6 * THREADS + 1))
    for number, part in enumerate(answers):
        assert daemon.get(f"/subjects/s{number}/versions") == (200, list(range(1, 7)))
        for version, (_, body) in enumerate(part, 1):
            assert daemon.get(f"/subjects/s{number}/versions/{version}")[1]["id"] == body["id"]
    before = state(daemon)
    daemon.restart()
    assert state(daemon) == before


def test_incompatible_ones_race(daemon):
    """Each fits the empty subject, no two fit one another: exactly one wins."""
    def work(number, session):
        return Caller(daemon, session).register("s", record(f"R{number}", "a:int"))

    answers = together(work)
    assert sorted(status for status, _ in answers) == [200] + [409] * (THREADS - 1)
    assert daemon.get("/subjects/s/versions") == (200, [1])
    assert next(body for status, body in answers if status == 200) == {"id": 1}


def test_own_writes_are_read(daemon):
    """An answered write is seen by whoever asks next, on any connection."""
    def work(number, session):
        call = Caller(daemon, session)
        for round_ in range(5):
            subject = f"s{number}-{round_}"
            status, body = call.register(subject, record("R", f"f{number}_{round_}:int"))
            assert status == 200
            with requests.Session() as other:
                other = Caller(daemon, other)
                assert other("GET", f"/subjects/{subject}/versions/latest")[1]["id"] == body["id"]
            assert call("PUT", f"/config/{subject}", {"compatibility": "FULL"})[0] == 200
            assert call("GET", f"/config/{subject}")[1] == {"compatibilityLevel": "FULL"}
            assert call("DELETE", f"/subjects/{subject}") == (200, [1])
            assert call("GET", f"/subjects/{subject}/versions")[0] == 404
        return True

    assert all(together(work, 20))
    assert is_sound(daemon)


def test_deletes_race(daemon):
    """Of fifty deletes of one thing exactly one is told that it did it."""
    daemon.register("s", record("R", "a:int"))
    answers = together(lambda n, session: Caller(daemon, session)("DELETE", "/subjects/s"))
    assert sorted(status for status, _ in answers) == [200] + [404] * (THREADS - 1)
    assert {body["error_code"] for status, body in answers if status == 404} == {40404}
    answers = together(lambda n, session: Caller(daemon, session)(
        "DELETE", "/subjects/s/versions/1?permanent=true"))
    assert sorted(status for status, _ in answers) == [200] + [404] * (THREADS - 1)
    assert daemon.get("/subjects?deleted=true") == (200, [])


def test_reference_and_delete_race(daemon):
    """A reference holds its target or comes too late: never a version that refers to nothing."""
    target = record("T", "a:int")
    for round_ in range(15):
        subject = f"target{round_}"
        daemon.register(subject, target)

        def work(number, session, subject=subject, round_=round_):
            call = Caller(daemon, session)
            if number == 0:
                return call("DELETE", f"/subjects/{subject}")
            body = envelope(record("U", ("t", "T")),
                            references=[{"name": "T", "subject": subject, "version": 1}])
            return call("POST", f"/subjects/user{round_}-{number}/versions", body)

        (deleted, *_), *users = together(work, 6)
        registered = [status for status, _ in users]
        if deleted == 200:
            assert set(registered) <= {200, 422} and 200 not in registered, registered
        else:
            assert deleted == 422 and 200 in registered
            assert daemon.get(f"/subjects/{subject}/versions") == (200, [1])
    assert is_sound(daemon)


def test_level_and_register_race(daemon):
    """What is registered fits the level that was in force: NONE lets all in, then BACKWARD none."""
    def work(number, session):
        call = Caller(daemon, session)
        if number % 10 == 0:
            return call("PUT", "/config", {"compatibility": ["NONE", "BACKWARD"][number // 10 % 2]})
        return call.register("s", record(f"R{number}", "a:int"))

    for status, _ in together(work):
        assert status in (200, 409)
    status, versions = daemon.get("/subjects/s/versions")
    assert status == 200 and versions == list(range(1, len(versions) + 1))
    daemon.put("/config", {"compatibility": "BACKWARD"})
    answers = together(lambda n, session: Caller(daemon, session).register("s", record(f"Q{n}", "a:int")))
    assert {status for status, _ in answers} == {409}


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_at_once(make_daemon, seed):
    """A model-free storm: the answers must be legal, the state sound, and a restart give it again."""
    daemon = make_daemon(compatibility="NONE", response_profile=["karapace", "confluent"][seed % 2])
    seen = {}
    lock = threading.Lock()

    def note(subject, shape, body):
        """An id that was given for a text stands for that text for ever."""
        with lock:
            assert seen.setdefault(body["id"], shape) == shape

    def work(number, session):
        call, dice = Caller(daemon, session), random.Random(seed * 1000 + number)
        for _ in range(30):
            subject, shape = f"s{dice.randrange(8)}", dice.randrange(12)
            schema = record("R", *[(f"f{k}", "int", 0) for k in range(shape)])
            act = dice.random()
            if act < 0.55:
                status, body = call.register(subject, schema)
                assert status in (200, 409)
                if status == 200:
                    note(subject, shape, body)
            elif act < 0.65:
                assert call("DELETE", f"/subjects/{subject}/versions/latest")[0] in (200, 404)
            elif act < 0.72:
                assert call("DELETE", f"/subjects/{subject}")[0] in (200, 404)
            elif act < 0.80:
                assert call("DELETE", f"/subjects/{subject}?permanent=true")[0] in (200, 404)
            elif act < 0.86:
                version = dice.randrange(1, 20)
                path = f"/subjects/{subject}/versions/{version}?permanent=true"
                assert call("DELETE", path)[0] in (200, 404)
            elif act < 0.92:
                path = dice.choice(["/config", f"/config/{subject}"])
                level = dice.choice(["NONE", "BACKWARD", "FULL_TRANSITIVE"])
                assert call("PUT", path, {"compatibility": level})[0] == 200
            else:
                status, body = call("GET", f"/subjects/{subject}/versions?deleted=true")
                assert status == 404 or body == sorted(set(body))

    together(work)
    assert is_sound(daemon)
    before = state(daemon)
    daemon.restart()
    assert state(daemon) == before
    last = max(seen)
    assert daemon.register("new", record("New", "x:int")) == last + 1


def test_kill_in_the_middle(daemon):
    """kill -9 while fifty write: what was acknowledged is there, under the same id, and sound."""
    daemon.put("/config", {"compatibility": "NONE"})
    acknowledged, lock = {}, threading.Lock()

    def work(number, session):
        call = Caller(daemon, session)
        try:
            for k in range(10_000):
                status, body = call.register(f"s{number}", record("R", f"f{number}_{k}:int"))
                assert status == 200
                with lock:
                    acknowledged[number, k] = body["id"]
        except requests.RequestException:
            return

    storm = threading.Thread(target=together, args=(work, 20))
    storm.start()
    deadline = time.monotonic() + 20
    while len(acknowledged) < 200 and time.monotonic() < deadline:
        time.sleep(0.002)
    daemon.kill()
    storm.join()
    assert len(acknowledged) >= 200
    assert len(set(acknowledged.values())) == len(acknowledged)
    daemon.start()
    held = {(item["subject"], item["schema"]): item["id"] for item in daemon.get("/schemas")[1]}
    for (number, k), schema_id in acknowledged.items():
        text = f'{{"fields":[{{"name":"f{number}_{k}","type":"int"}}],"name":"R","type":"record"}}'
        assert held[f"s{number}", text] == schema_id
    for number in range(20):
        status, versions = daemon.get(f"/subjects/s{number}/versions")
        assert status == 404 or versions == list(range(1, len(versions) + 1))
    ids = {item["id"] for item in daemon.get("/schemas")[1]}
    assert daemon.register("new", '"int"') == max(ids) + 1
    assert fails(daemon.get("/subjects/nope/versions"), 404, 40401)


def test_pipelined_write_and_read(daemon):
    """A read that a client sends behind its own write, without waiting, sees that write."""
    def request(method, path, body=""):
        return (f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {V1}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}")

    body = json.dumps(envelope(record("R", "a:int")))
    for number in range(20):
        subject = f"/subjects/s{number}"
        with Client(("127.0.0.1", daemon.port)) as client:
            client.send(request("POST", subject + "/versions", body) + request("GET", subject + "/versions") +
                        request("DELETE", subject) + request("GET", subject + "/versions"))
            replies = [client.reply() for _ in range(4)]
            assert [reply.status for reply in replies] == [200, 200, 200, 404], number
            assert [reply.json() for reply in replies[:3]] == [{"id": 1}, [1], [1]]


def test_clients_that_leave(daemon):
    """Who hangs up before the answer harms nobody; the write happened whole or not at all."""
    for number in range(100):
        body = json.dumps(envelope(record("R", f"f{number}:int")))
        with Client(("127.0.0.1", daemon.port)) as client:
            client.send(f"POST /subjects/s{number}/versions HTTP/1.1\r\nHost: x\r\nContent-Type: {V1}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n{body}")
            if number % 2:  # with a reset instead of a FIN
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    requests.get(daemon.url + "/subjects", timeout=60)  # accepted after all of them
    deadline = time.monotonic() + 10
    while "scute_http_connections 1\n" not in daemon.raw("GET", "/metrics").text:
        assert time.monotonic() < deadline
    assert is_sound(daemon)
    last = daemon.register("last", '"int"')  # behind whatever was still on its way
    ids = {item["id"] for item in daemon.get("/schemas")[1]}
    assert ids <= set(range(1, last + 1)) and last in ids
    before = state(daemon)
    daemon.restart()
    assert state(daemon) == before
