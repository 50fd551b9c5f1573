# SPDX-License-Identifier: Apache-2.0
"""The journal under the registry: what was answered before a restart is answered after it."""
import json
import os
import re
import resource
import time
from urllib.parse import quote

import pytest
import requests
from wire import Client

from scute import V1, canonical, envelope, fails, record

INT = record("R", "a:int")
COUNT = 5000  # schemas: enough for a replay that can be watched


def answers(daemon):
    """Every GET there is, as bytes with their status."""
    def get(path):
        reply = daemon.raw("GET", path)
        found[path] = (reply.status_code, reply.content)
        return reply

    found = {}
    for path in ("/subjects", "/subjects?deleted=true", "/schemas", "/schemas?deleted=true",
                 "/schemas?latestOnly=true", "/config", "/schemas/types"):
        get(path)
    for subject in [*get("/subjects?deleted=true").json(), "only-config", "gone"]:
        name = quote(subject, safe="")
        get(f"/config/{name}")
        get(f"/subjects/{name}/versions")
        numbers = get(f"/subjects/{name}/versions?deleted=true").json()
        for number in numbers if isinstance(numbers, list) else []:
            for path in ("", "?deleted=true", "/schema", "/referencedby"):
                get(f"/subjects/{name}/versions/{number}{path}")
        get(f"/subjects/{name}/versions/latest")
    for number in range(60):
        for path in ("", "/schema", "/versions?deleted=true", "/subjects", "?fetchMaxId=true"):
            get(f"/schemas/ids/{number}{path}")
    return found


def fill(daemon):
    """A little of everything."""
    for number in range(1, 6):
        daemon.register("plain", record("R", *[(f"f{n}", "int", 0) for n in range(number)]))
    daemon.register("with%20space%2F%C3%BC", record("R", ("f0", "int", 0)))
    daemon.register("money", {**record("Money", "minor:long"), "namespace": "shop"})
    daemon.register("invoice", record("I", ("m", "shop.Money")),
                    references=[{"name": "shop.Money", "subject": "money", "version": -1}])
    daemon.register("text", {"type": "int", "doc": "".join(map(chr, range(1, 256))) + "\u2028\U0001f600"})
    daemon.delete("/subjects/plain/versions/2")
    daemon.delete("/subjects/plain/versions/3")
    daemon.delete("/subjects/plain/versions/3?permanent=true")
    daemon.register("soft", INT)
    daemon.put("/config/soft", {"compatibility": "NONE"})
    daemon.register("soft", '"string"')
    daemon.delete("/subjects/soft")
    daemon.register("back", INT)
    daemon.delete("/subjects/back")
    daemon.register("back", INT)
    daemon.register("gone", record("Gone", "x:int"))
    daemon.put("/config/gone", {"compatibility": "FULL"})
    daemon.delete("/subjects/gone")
    daemon.delete("/subjects/gone?permanent=true")
    daemon.put("/config/only-config", {"compatibility": "FORWARD"})
    daemon.put("/config/plain", {"compatibility": "FULL"})
    daemon.delete("/config/plain")
    daemon.put("/config", {"compatibility": "FULL_TRANSITIVE"})


def test_restart(any_profile):
    fill(any_profile)
    before = answers(any_profile)
    for _ in range(2):
        any_profile.restart()
        assert answers(any_profile) == before
    assert "skipped" not in any_profile.log and "rror" not in any_profile.log, any_profile.log


def test_kill(any_profile):
    fill(any_profile)
    before = answers(any_profile)
    any_profile.kill()
    any_profile.start()
    assert answers(any_profile) == before


def grow(daemon, bytes_min=5 << 20):
    """Versions that come and go for good, until the journal has to be compacted."""
    doc = "x" * 60_000
    for number in range(bytes_min // 60_000 + 2):
        daemon.register("churn", {"type": "int", "doc": f"{number}{doc}"})
        daemon.delete("/subjects/churn")
        daemon.delete("/subjects/churn?permanent=true")


def wait_for_compaction(daemon, size_before):
    path = daemon.config["journal_path"]
    deadline = time.monotonic() + 20
    while os.path.getsize(path) >= size_before and time.monotonic() < deadline:
        time.sleep(0.01)
        daemon.put("/config/churn", {"compatibility": "NONE"})
    assert os.path.getsize(path) < size_before


def in_any_order(found):
    """Lists whose order is that of arrival: compaction keeps each record's last place only."""
    same = dict(found)
    for path in ("/subjects", "/subjects?deleted=true", "/schemas", "/schemas?deleted=true",
                 "/schemas?latestOnly=true"):
        status, body = same[path]
        same[path] = (status, sorted(json.dumps(item) for item in json.loads(body)))
    return same


def test_compaction(any_profile):
    fill(any_profile)
    grow(any_profile)
    wait_for_compaction(any_profile, 4 << 20)
    before = answers(any_profile)
    for _ in range(2):
        any_profile.restart()
        assert in_any_order(answers(any_profile)) == in_any_order(before)
    any_profile.kill()
    any_profile.start()
    assert in_any_order(answers(any_profile)) == in_any_order(before)
    found = re.search(r'"maxId":(\d+)', before["/schemas/ids/1?fetchMaxId=true"][1].decode())
    assert any_profile.register("new", '"bytes"') == int(found.group(1)) + 1


@pytest.mark.parametrize("how", ["version", "subject"])
@pytest.mark.parametrize("restarts", [1, 3])
def test_ids_are_not_given_again(daemon, how, restarts):
    assert daemon.register("keep", INT) == 1
    assert daemon.register("s", record("R", "a:int", ("b", "int", 0))) == 2
    assert daemon.register("s", record("R", "a:int", ("c", "int", 0))) == 3
    if how == "version":
        daemon.delete("/subjects/s/versions/2")
        assert daemon.delete("/subjects/s/versions/2?permanent=true") == (200, 2)
    else:
        daemon.delete("/subjects/s")
        assert daemon.delete("/subjects/s?permanent=true") == (200, [1, 2])
    for _ in range(restarts):
        daemon.restart()
    assert fails(daemon.get("/schemas/ids/3"), 404, 40403)
    assert daemon.get("/schemas/ids/1?fetchMaxId=true")[1]["maxId"] == 3
    assert daemon.register("new", record("R", "z:int")) == 4
    assert daemon.register("other", record("R", "a:int", ("c", "int", 0))) == 5


def test_ids_are_not_given_again_after_compaction(daemon):
    """Every record that held the highest id is gone from the file, its tombstones too."""
    grow(daemon)
    wait_for_compaction(daemon, 4 << 20)
    last = daemon.register("probe", '"int"')
    daemon.delete("/subjects/probe")
    daemon.delete("/subjects/probe?permanent=true")
    grow(daemon)
    wait_for_compaction(daemon, 4 << 20)
    daemon.delete("/config/churn")
    wait = daemon.register("probe", '"long"')
    assert wait > last
    daemon.delete("/subjects/probe")
    daemon.delete("/subjects/probe?permanent=true")
    for _ in range(2):
        daemon.restart()
    assert daemon.get("/subjects?deleted=true") == (200, [])
    assert daemon.register("new", '"bytes"') == wait + 1


def test_interleaved_subjects_share_the_id_after_restart(daemon):
    assert daemon.register("a", INT) == 1
    daemon.restart()
    assert daemon.register("b", INT) == 1
    daemon.delete("/subjects/a")
    daemon.delete("/subjects/a?permanent=true")
    daemon.restart()
    assert daemon.get("/schemas/ids/1") == (200, {"schema": canonical(INT)})
    assert daemon.register("c", INT) == 1


def test_torn_tail_is_cut(daemon):
    """Half a record at the end, as a power cut leaves it, costs nothing that was acknowledged."""
    fill(daemon)
    before = answers(daemon)
    daemon.kill()
    path = daemon.config["journal_path"]
    with open(path, "rb") as file:
        whole = file.read()
    with open(path, "ab") as file:
        file.write(whole[-37:-5])
    daemon.start()
    assert answers(daemon) == before
    number = daemon.register("after", '"bytes"')
    daemon.restart()
    assert daemon.get("/subjects/after/versions/1")[1]["id"] == number


def test_level_survives_what_it_was_set_for(daemon):
    """PUT, soft delete, register again: the level is the subject's all along."""
    daemon.register("s", INT)
    daemon.put("/config/s", {"compatibility": "NONE"})
    daemon.delete("/subjects/s")
    daemon.restart()
    daemon.register("s", '"string"')
    daemon.register("s", '"int"')
    assert daemon.get("/subjects/s/versions") == (200, [2, 3])


def test_compat_after_restart(daemon):
    """Stored texts are parsed again, with their references."""
    daemon.register("money", {**record("Money", "minor:long"), "namespace": "shop"})
    reference = {"name": "shop.Money", "subject": "money", "version": 1}
    daemon.register("invoice", record("I", ("m", "shop.Money")), references=[reference])
    daemon.restart()
    check = "/compatibility/subjects/invoice/versions/latest"
    body = envelope(record("I", ("m", "shop.Money"), ("n", "int", 0)), references=[reference])
    assert daemon.post(check, body) == (200, {"is_compatible": True})
    body = envelope(record("I", ("m", "string")))
    assert daemon.post(check, body)[1]["is_compatible"] is False


def test_no_answer_from_half_a_state(daemon):
    """While the journal is read, data routes answer 503, and then at once the whole."""
    with Client(("127.0.0.1", daemon.port), timeout=60) as client:
        for number in range(COUNT):
            body = json.dumps(envelope({"type": "int", "doc": f"{number}" + "x" * 8000}))
            client.send(f"POST /subjects/s{number}/versions HTTP/1.1\r\nHost: x\r\nContent-Type: {V1}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n{body}")
            if number >= 30:  # as many are under way
                assert client.reply().status == 200
        for _ in range(30):
            assert client.reply().status == 200
    daemon.kill()
    daemon.spawn()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            health = requests.get(daemon.url + "/_health", timeout=30)
            reply = requests.get(daemon.url + "/subjects", timeout=30)
        except requests.ConnectionError:
            continue
        assert health.status_code == 200
        if reply.status_code == 200:
            break
        assert fails((reply.status_code, reply.json()), 503, 503, "still reading the schema log")
        assert reply.headers["Retry-After"] and not health.json()["status"]["schema_registry_ready"]
        assert requests.get(daemon.url + "/schemas/types", timeout=30).json() == ["AVRO"]
    assert len(reply.json()) == COUNT
    assert daemon.get(f"/schemas/ids/{COUNT}")[0] == 200
    assert daemon.get("/_health")[1]["status"]["schema_registry_ready"] is True


def test_no_room_left(make_daemon):
    """A limit on the file's size is a full disk: writes fail clearly, reads go on, and it mends."""
    daemon = make_daemon(start=False)
    daemon.popen = {"restore_signals": False}  # SIGXFSZ stays ignored: the write itself fails
    daemon.start()
    assert daemon.register("s", INT) == 1
    before = daemon.get("/schemas")
    size = os.path.getsize(daemon.config["journal_path"])
    unlimited = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))
    refused = 0
    for number in range(2000):
        answer = daemon.post(f"/subjects/full{number}/versions", envelope(record("F", f"f{number}:int")))
        if answer[0] != 200:
            assert answer[0] in (503, 507) and fails(answer, answer[0], 50001), answer
            refused += 1
            if refused == 20:
                break
    assert refused == 20
    held = daemon.get("/schemas")[1]
    assert held[:1] == before[1] and len(held) == 1 + number + 1 - refused
    assert daemon.get("/_health")[0] in (200, 503)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, unlimited)
    deadline = time.monotonic() + 20
    while True:
        answer = daemon.post("/subjects/mended/versions", envelope('"string"'))
        if answer[0] == 200 or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    assert answer[0] == 200, answer
    found = answers(daemon)
    ids = [item["id"] for item in daemon.get("/schemas")[1]]
    assert len(ids) == len(set(ids))
    daemon.restart()
    assert answers(daemon) == found
