# SPDX-License-Identifier: Apache-2.0
"""Schemas so large that a worker parses and compares them: the same answers, and nobody waits."""
import json
import socket
import threading
import time

from scute import V1, envelope, record

LARGE = 2000  # fields: about 100 kB of text


def large(name, count=LARGE, **types):
    return record(name, *[f"field_{i}:{types.get(f'field_{i}', 'string')}" for i in range(count)])


def test_register_lookup_check(daemon):
    first = large("Big")
    assert daemon.register("big", first) == 1
    assert daemon.register("big", first) == 1
    assert daemon.get("/subjects/big/versions") == (200, [1])
    status, body = daemon.post("/subjects/big", envelope(first))
    assert (status, body["id"], body["version"]) == (200, 1, 1)
    assert json.loads(body["schema"]) == first
    check = "/compatibility/subjects/big/versions/latest"
    assert daemon.post(check, envelope(first)) == (200, {"is_compatible": True})
    status, body = daemon.post(check, envelope(large("Big", field_7="int")))
    assert status == 200 and body["is_compatible"] is False
    assert "TYPE_MISMATCH" in body["messages"][0] and "/fields/7/type" in body["messages"][0]


def test_incompatible_and_invalid(daemon):
    daemon.register("big", large("Big"))
    status, body = daemon.post("/subjects/big/versions", envelope(large("Big", field_7="int")))
    assert (status, body["error_code"]) == (409, 409)
    status, body = daemon.post("/subjects/big/versions", envelope(large("Big", field_9="nosuch")))
    assert (status, body["error_code"]) == (422, 42201) and "nosuch" in body["message"]
    status, body = daemon.post("/subjects/big", envelope(large("Big", field_9="nosuch")))
    assert (status, body["error_code"]) == (422, 42201)
    status, body = daemon.post("/subjects/big", envelope(large("Big", 1999)))
    assert (status, body["error_code"]) == (404, 40403)
    assert daemon.get("/subjects/big/versions") == (200, [1])


def test_small_against_large_and_transitive(daemon):
    daemon.put("/config/s", {"compatibility": "NONE"})
    daemon.register("s", large("Big"))
    daemon.register("s", large("Big", 1))
    daemon.put("/config/s", {"compatibility": "FORWARD_TRANSITIVE"})
    status, body = daemon.post("/subjects/s/versions", envelope(large("Big", 2)))
    assert (status, body["error_code"]) == (409, 409)
    daemon.put("/config/s", {"compatibility": "BACKWARD_TRANSITIVE"})
    assert daemon.register("s", large("Big", 0)) == 3


def test_normalize_and_references(daemon):
    daemon.register("leaf", {"type": "record", "name": "Leaf", "namespace": "x", "fields": []})
    fields = [{"name": f"f{i}", "type": {"type": "string"}} for i in range(LARGE)]
    root = {"type": "record", "name": "Root",
            "fields": fields + [{"name": "leaf", "type": "x.Leaf"}]}
    references = [{"name": "x.Leaf", "subject": "leaf", "version": 1}]
    schema_id = daemon.register("root", root, "?normalize=true", references=references)
    assert daemon.register("root", root, "?normalize=true", references=references) == schema_id
    assert '{"type":"string"}' not in daemon.get(f"/schemas/ids/{schema_id}")[1]["schema"]
    root["fields"][0]["doc"] = "new"
    assert daemon.register("root", root, references=references) == schema_id + 1
    assert daemon.delete("/subjects/leaf/versions/1")[1]["error_code"] == 42206


def test_writes_of_one_subject_keep_their_order(daemon):
    """Eight at once, each compatible with none of the others: one wins."""
    answers = []

    def write(number):
        import requests
        reply = requests.post(f"{daemon.url}/subjects/race/versions", timeout=60,
                              json=envelope(large(f"Name{number}")))
        answers.append(reply.status_code)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 7
    assert daemon.get("/subjects/race/versions") == (200, [1])


def test_delete_of_a_subject_beside_checks(daemon):
    """Workers read schemas whose subject goes away meanwhile."""
    import requests
    body = envelope(large("Big", field_7="int"))
    statuses = []

    def check():
        for _ in range(10):
            reply = requests.post(
                f"{daemon.url}/compatibility/subjects/gone/versions/latest", json=body, timeout=60)
            statuses.append(reply.status_code)

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        daemon.register("gone", large("Big"))
        daemon.delete("/subjects/gone")
        daemon.delete("/subjects/gone?permanent=true")
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}


def test_clients_that_leave(daemon):
    daemon.register("big", large("Big"))
    for path in ("/subjects/big/versions", "/subjects/big",
                 "/compatibility/subjects/big/versions/latest"):
        for number in range(10):
            body = json.dumps(envelope(large("Big", LARGE + number))).encode()
            with socket.create_connection(("127.0.0.1", daemon.port)) as connection:
                connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {V1}\r\n"
                                   f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and daemon.get("/subjects")[0] != 200:
        time.sleep(0.05)
    assert daemon.get("/subjects") == (200, ["big"])


def test_stop_while_workers_are_at_it(make_daemon):
    daemon = make_daemon(shutdown_drain_ms=0)
    daemon.register("big", large("Big"))
    body = json.dumps(envelope(large("Big", 9000))).encode()
    connections = []
    for _ in range(8):
        connection = socket.create_connection(("127.0.0.1", daemon.port))
        connection.sendall(f"POST /compatibility/subjects/big/versions/latest HTTP/1.1\r\nHost: x\r\n"
                           f"Content-Type: {V1}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        connections.append(connection)
    daemon.stop()
    for connection in connections:
        connection.close()
