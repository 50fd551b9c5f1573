# SPDX-License-Identifier: Apache-2.0
"""Reads of a subject that the default context does not have: Confluent looks into the others."""
import http.client
import json

import pytest

from scute import envelope, fails, record

A = record("A", "a:int")


def test_reads(confluent):
    confluent.register(":.lab:orders", A)
    confluent.register(":.lab:orders", record("A", "a:int", ("b", "int", 1)))
    for path in ("/versions", "/versions/1", "/versions/latest", "/versions/1/schema",
                 "/versions/2/referencedby", "/metadata"):
        found = confluent.get("/subjects/orders" + path)
        assert found == confluent.get("/subjects/:.lab:orders" + path) and found[0] == 200, path
    assert confluent.get("/subjects/orders/versions/latest")[1]["subject"] == ":.lab:orders"
    assert confluent.post("/subjects/orders", envelope(A))[1]["version"] == 1
    fails(confluent.post("/subjects/orders", envelope(record("X", "a:int"))), 404, 40403)
    fails(confluent.get("/subjects/orders/versions/7"), 404, 40402)
    fails(confluent.get("/subjects/other/versions"), 404, 40401, "other")
    fails(confluent.get("/subjects/:.new:orders/versions"), 404, 40401, ":.new:orders")


def test_large_lookup(confluent):
    """Parsed on a worker: the context found before is the one that is looked into after."""
    large = {**A, "doc": "d" * 100_000}
    confluent.register(":.lab:orders", large)
    assert confluent.post("/subjects/orders", envelope(large))[1]["subject"] == ":.lab:orders"


def test_the_default_context_comes_first(confluent):
    confluent.register(":.lab:orders", record("Other", "a:int"))
    confluent.register("orders", A)
    assert confluent.get("/subjects/orders/versions/1")[1]["subject"] == "orders"
    assert confluent.delete("/subjects/orders")[0] == 200
    assert confluent.get("/subjects/orders/versions/1")[1]["subject"] == ":.lab:orders"
    assert confluent.get("/subjects/orders/versions/1?deleted=true")[1]["subject"] == "orders"


def test_ids_with_a_subject(confluent):
    confluent.register(":.other:x", record("Other", "a:int"))
    confluent.register(":.lab:orders", A)
    for path in ("/schemas/ids/1", "/schemas/ids/1/schema"):
        found = confluent.get(f"{path}?subject=orders")
        assert found == confluent.get(f"{path}?subject=:.lab:orders") and found[0] == 200
        fails(confluent.get(f"{path}?subject=none"), 404, 40403)
        fails(confluent.get(path), 404, 40403)


def test_writes_do_not_fall_back(confluent):
    confluent.register(":.lab:orders", A)
    fails(confluent.delete("/subjects/orders"), 404, 40401)
    fails(confluent.delete("/subjects/orders/versions/1"), 404, 40401)
    confluent.register("orders", record("Mine", "a:int"))
    assert set(confluent.get("/subjects")[1]) == {"orders", ":.lab:orders"}


def test_many_contexts(confluent):
    for number in range(60):
        confluent.register(f":.c{number}:s", record(f"R{number}", "a:int"))
    confluent.register(":.c59:orders", A)
    assert confluent.get("/subjects/orders/versions") == (200, [1])


@pytest.mark.parametrize("path", ["/subjects/orders/versions", "/subjects/orders/versions/1"])
def test_not_with_karapace(daemon, path):
    daemon.register(":.lab:orders", A)
    fails(daemon.get(path), 404, 40401)
    fails(daemon.post("/subjects/orders", envelope(A)), 404, 40401)


# --- the text of the version before ---

def register(daemon, body):
    return daemon.post("/subjects/s/versions", body)


def test_no_text_repeats_the_one_before(confluent):
    confluent.register("other", A)
    schema = {"type": "record", "name": "S", "fields": [{"name": "a", "type": "A"}]}
    reference = [{"name": "A", "subject": "other", "version": 1}]
    confluent.register("s", schema, references=reference)
    status, body = register(confluent, {"metadata": {"properties": {"owner": "me"}}})
    assert status == 200 and body["version"] == 2
    first = confluent.get("/subjects/s/versions/1")[1]
    second = confluent.get("/subjects/s/versions/2")[1]
    assert second["schema"] == first["schema"] and second["references"] == reference
    assert second["metadata"]["properties"] == {"owner": "me"} and "metadata" not in first
    assert second["id"] != first["id"]
    assert register(confluent, {})[1]["id"] == second["id"]  # nothing new at all
    assert register(confluent, {"schema": None, "schemaType": "JSON"})[1]["id"] == second["id"]


def test_no_text_and_none_before(confluent, make_daemon):
    before = register(confluent, {"metadata": {"properties": {"a": "b"}}})
    fails(before, 422, 42201)
    confluent.register("s", A)
    assert confluent.delete("/subjects/s")[0] == 200
    assert register(confluent, {}) == before  # a deleted one does not count
    fails(confluent.post("/subjects/s?deleted=true", {}), 422, 42201)
    karapace = make_daemon()
    karapace.register("s", A)
    assert register(karapace, {})[0] == 422


# --- paths that say the context in front ---

@pytest.fixture
def two(confluent):
    confluent.register(":.lab:orders", A)
    confluent.register("orders", record("Mine", "a:int"))
    confluent.register(":.lab:a%2Fb", record("B", "a:int"))
    return confluent


@pytest.mark.parametrize("path, same", [
    ("/subjects", "/subjects?subjectPrefix=:.lab:"),
    ("/subjects/", "/subjects?subjectPrefix=:.lab:"),
    ("/subjects?subjectPrefix=or", "/subjects?subjectPrefix=:.lab:or"),
    ("/subjects?limit=1&subjectPrefix=a", "/subjects?subjectPrefix=:.lab:a"),
    ("/subjects/orders/versions", "/subjects/:.lab:orders/versions"),
    ("/subjects/orders/versions/1", "/subjects/:.lab:orders/versions/1"),
    ("/subjects/a%2Fb/versions/1", "/subjects/:.lab:a%2Fb/versions/1"),
    ("/subjects/:.lab:orders/versions/1", "/subjects/:.lab:orders/versions/1"),
    ("/subjects/%3A.:orders/versions/1", "/subjects/:.:orders/versions/1"),
    ("/subjects/none/versions", "/subjects/:.lab:none/versions"),
    ("/schemas", "/schemas?subjectPrefix=:.lab:"),
    ("/schemas?latestOnly=true", "/schemas?subjectPrefix=:.lab:&latestOnly=true"),
    ("/schemas/types", "/schemas/types"),
    ("/schemas/ids/1", "/schemas/ids/1?subject=:.lab:"),
    ("/schemas/ids/2/schema?subject=a%2Fb", "/schemas/ids/2/schema?subject=:.lab:a%2Fb"),
    ("/config", "/config/:.lab:"), ("/mode/", "/mode/:.lab:"),
    ("/config/orders?defaultToGlobal=true", "/config/:.lab:orders?defaultToGlobal=true"),
    ("/contexts", "/contexts"), ("/nothing", "/nothing"),
])
def test_context_paths(two, path, same):
    wanted = two.get(same)
    for context in (".lab", "lab", ".l%61b", "%2Elab", "%2el%61b"):
        assert two.get(f"/contexts/{context}{path}") == wanted


def as_it_is(daemon, method, path, body=None):
    """requests would take "." out of the path."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


def test_the_default_context_by_name(confluent):
    """:.:orders is orders, in every place where a subject is named."""
    assert confluent.post("/subjects/:.:orders/versions", envelope(A))[1]["id"] == 1
    assert confluent.get("/subjects") == (200, ["orders"])
    wanted = confluent.get("/subjects/orders/versions/1")
    for path in ("/subjects/:.:orders/versions/1", "/subjects/%3A.%3Aorders/versions/1"):
        assert confluent.get(path) == wanted
    for context in (".", "%2E"):
        assert as_it_is(confluent, "GET", f"/contexts/{context}/subjects/orders/versions/1") == wanted
    assert confluent.get("/schemas/ids/1?subject=:.:orders") == confluent.get("/schemas/ids/1?subject=orders")
    assert confluent.put("/config/:.:orders", {"compatibility": "NONE"})[0] == 200
    assert confluent.get("/config/orders") == (200, {"compatibilityLevel": "NONE"})
    assert confluent.put("/config/alias", {"alias": ":.:orders"})[0] == 200
    assert confluent.get("/subjects/alias/versions/1") == wanted
    assert as_it_is(confluent, "PUT", "/contexts/./config", {"compatibility": "FULL"})[0] == 200
    assert confluent.get("/config")[1]["compatibilityLevel"] == "FULL"
    user = {"schema": '"%s"' % A["name"],
            "references": [{"name": A["name"], "subject": ":.:orders", "version": 1}]}
    assert confluent.post("/subjects/user/versions", user)[0] == 200
    fails(confluent.delete("/subjects/:.:orders"), 422, 42206)
    assert confluent.delete("/subjects/user")[0] == 200


def test_karapace_knows_no_default_context(daemon):
    assert daemon.register(":.:orders", A) == 1
    fails(daemon.get("/subjects/orders/versions"), 404, 40401)
    assert daemon.get("/subjects/:.:orders/versions") == (200, [1])


def test_words_for_scopes_are_no_subjects(confluent):
    for subject in ("__GLOBAL", "__EMPTY", ":.lab:__EMPTY", ":.__GLOBAL:s"):
        fails(confluent.post(f"/subjects/{subject}/versions", envelope(A)), 422, 42208)
        fails(confluent.put(f"/config/{subject}", {"compatibility": "NONE"}), 422, 42208)
    assert confluent.put("/config/:.__GLOBAL:", {"compatibility": "NONE"})[0] == 200
    assert confluent.get("/contexts") == (200, ["."])


def test_a_refused_write_makes_no_context(confluent):
    assert confluent.put("/mode/:.__GLOBAL:", {"mode": "READONLY"})[0] == 200
    fails(confluent.post("/subjects/:.ghost:s/versions", envelope(A)), 422, 42205)
    assert confluent.get("/contexts") == (200, ["."])


def test_context_path_writes(two):
    assert two.put("/contexts/.lab/config", {"compatibility": "NONE"})[0] == 200
    assert two.put("/contexts/.lab/mode/orders", {"mode": "READONLY"})[0] == 200
    assert two.get("/config/:.lab:")[1]["compatibilityLevel"] == "NONE"
    assert two.get("/mode/:.lab:orders")[1]["mode"] == "READONLY"
    assert two.post("/contexts/.new/subjects/s/versions", envelope(A))[0] == 200
    check = two.post("/contexts/.new/compatibility/subjects/s/versions/latest", envelope(A))
    assert check == (200, {"is_compatible": True})
    assert two.post("/contexts/.new/subjects/s", envelope(A))[1]["subject"] == ":.new:s"
    assert two.delete("/contexts/.new/subjects/s/versions/1") == (200, 1)


@pytest.mark.parametrize("context", ["", "a:b", "a%3Ab", ":.lab:"])
def test_bad_context(confluent, context):
    fails(confluent.get(f"/contexts/{context}/subjects"), 400, 400)


def test_context_paths_are_not_karapaces(daemon):
    assert daemon.get("/contexts/.lab/subjects")[0] == 404
    assert daemon.get("/contexts") == (200, ["."])
