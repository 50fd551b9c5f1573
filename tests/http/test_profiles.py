# SPDX-License-Identifier: Apache-2.0
"""What Karapace and Confluent answer differently, case by case, under both response profiles."""
import hashlib
import struct
import time
import uuid

import pytest

from scute import V1, canonical, compact, envelope, fails, record

INT = record("R", "a:int")
TEXT = canonical(INT)
JAVA = compact(INT)  # as Confluent keeps it
USES = record("U", ("r", "R"))
REFERENCE = {"name": "R", "subject": "s", "version": 1}
UNKNOWN = {"Confluent-Accept-Unknown-Properties": "true"}
CHECK = "/compatibility/subjects/s/versions/"


def guid(text, *references):
    """confluent.md 1.4: MD5 over the text and each reference's name, subject and version."""
    data = text.encode()
    for reference in references:
        data += reference["name"].encode() + reference["subject"].encode()
        data += struct.pack(">i", reference["version"])
    return str(uuid.UUID(bytes=hashlib.md5(data).digest()))


def is_recent(stamp):
    return isinstance(stamp, int) and abs(stamp - time.time() * 1000) < 120_000


def full(body, **expected):
    """The members of an 8.x answer and their order; ts is checked and left out."""
    body = dict(body)
    assert is_recent(body.pop("ts")), body
    assert body == expected and list(body) == list(expected), body
    return True


@pytest.fixture
def both(make_daemon):
    """The two profiles; each holds the schema INT as s, version 1."""
    made = make_daemon(), make_daemon(response_profile="confluent")
    for registry in made:
        assert registry.register("s", INT) == 1
    return made


@pytest.fixture(scope="module")
def still(make_shared):
    """The same, for tests that change nothing."""
    made = make_shared(), make_shared(response_profile="confluent")
    for registry in made:
        assert registry.register("s", INT) == 1
    return made


# --- shape of answers ---

def test_register(both):
    karapace, confluent = both
    assert karapace.post("/subjects/t/versions", envelope(INT)) == (200, {"id": 1})
    assert karapace.post("/subjects/t/versions", envelope(INT), headers=UNKNOWN) == (200, {"id": 1})
    for _ in ("new", "known already"):
        status, body = confluent.post("/subjects/t/versions", envelope(INT))
        assert status == 200 and full(body, id=1, version=1, guid=guid(JAVA), schemaType="AVRO",
                                      schema=JAVA, deleted=False)


def test_version(both):
    karapace, confluent = both
    for answer in (karapace.get("/subjects/s/versions/1"), karapace.post("/subjects/s", envelope(INT)),
                   karapace.get("/subjects/s/versions/1",
                                headers={"Confluent-Accept-Unknown-Properties": "false"})):
        assert answer == (200, {"subject": "s", "version": 1, "id": 1, "schema": TEXT})
    for (status, body), text in ((confluent.get("/subjects/s/versions/1"), JAVA),
                                 (confluent.post("/subjects/s", envelope(INT)), JAVA),
                                 (karapace.get("/subjects/s/versions/1", headers=UNKNOWN), TEXT)):
        assert status == 200 and full(body, subject="s", version=1, id=1, guid=guid(text),
                                      schemaType="AVRO", schema=text, deleted=False)


def test_deleted_version(both):
    for registry in both:
        registry.delete("/subjects/s")
    karapace, confluent = both
    assert "deleted" not in karapace.get("/subjects/s/versions/1?deleted=true")[1]
    assert confluent.get("/subjects/s/versions/1?deleted=true")[1]["deleted"] is True


def test_schema_by_id(both):
    karapace, confluent = both
    assert karapace.get("/schemas/ids/1") == (200, {"schema": TEXT})
    for (status, body), text in ((confluent.get("/schemas/ids/1"), JAVA),
                                 (karapace.get("/schemas/ids/1", headers=UNKNOWN), TEXT)):
        assert status == 200 and full(body, subject="s", version=1, guid=guid(text),
                                      schemaType="AVRO", schema=text, deleted=False)


def test_references(both):
    karapace, confluent = both
    for registry in both:
        assert registry.register("u", USES, references=[REFERENCE]) == 2
    assert karapace.get("/schemas/ids/2") == \
        (200, {"schema": canonical(USES), "references": [REFERENCE]})
    text = compact(USES)
    status, body = confluent.get("/subjects/u/versions/1")
    assert status == 200 and full(body, subject="u", version=1, id=2, guid=guid(text, REFERENCE),
                                  schemaType="AVRO", references=[REFERENCE], schema=text,
                                  deleted=False)


def test_list_of_schemas(both):
    karapace, confluent = both
    assert karapace.get("/schemas") == (200, [
        {"subject": "s", "schema": TEXT, "version": 1, "id": 1, "schemaType": "AVRO",
         "references": None}])
    for (status, body), text in ((confluent.get("/schemas"), JAVA),
                                 (karapace.get("/schemas", headers=UNKNOWN), TEXT)):
        assert status == 200 and len(body) == 1
        assert full(body[0], subject="s", version=1, id=1, guid=guid(text), schemaType="AVRO",
                    schema=text, deleted=False)


# --- compatibility ---

def test_incompatible_register(still):
    karapace, confluent = still
    answer = karapace.post("/subjects/s/versions", envelope('"int"'))
    assert fails(answer, 409, 409, "Incompatible schema, compatibility_mode=BACKWARD. "
                 "Incompatibilities: {errorType:'TYPE_MISMATCH'")
    answer = confluent.post("/subjects/s/versions", envelope('"int"'))
    assert fails(answer, 409, 40901, 'Schema being registered is incompatible with an earlier schema '
                 "for subject \"s\", details: [{errorType:'TYPE_MISMATCH'")


def test_messages_of_a_check(still):
    karapace, confluent = still
    for query in ("", "?verbose=true", "?verbose=false"):
        body = karapace.post(CHECK + "latest" + query, envelope('"int"'))[1]
        assert body["is_compatible"] is False and len(body["messages"]) == 4
    for query in ("", "?verbose=false"):
        assert confluent.post(CHECK + "latest" + query, envelope('"int"')) == \
            (200, {"is_compatible": False})
    verbose = confluent.post(CHECK + "latest?verbose=true", envelope('"int"'))[1]
    assert [each.replace(JAVA, TEXT) for each in verbose["messages"]] == body["messages"]
    assert confluent.post(CHECK + "latest?verbose=true", envelope(INT)) == \
        (200, {"is_compatible": True, "messages": []})
    assert karapace.post(CHECK + "latest", envelope(INT)) == (200, {"is_compatible": True})


def test_invalid_schema_in_a_verbose_check(still):
    karapace, confluent = still
    path = CHECK + "latest?verbose=true"
    assert fails(karapace.post(path, envelope('"no.Such"')), 422, 42201)
    status, body = confluent.post(path, envelope('"no.Such"'))
    assert status == 200 and body["is_compatible"] is False
    assert len(body["messages"]) == 1 and "no.Such" in body["messages"][0]
    assert fails(confluent.post(CHECK + "latest", envelope('"no.Such"')), 422, 42201)


def test_unknown_subject_in_a_check(still):
    for registry in still:
        unknown = "/compatibility/subjects/nope/versions/"
        assert registry.post(unknown + "latest", envelope(INT)) == (200, {"is_compatible": True})
        assert fails(registry.post(unknown + "1", envelope(INT)), 404, 40402, "Version 1 not found.")


# --- levels ---

def test_subject_without_level(both):
    karapace, confluent = both
    for registry in both:
        assert fails(registry.get("/config/s"), 404, 40408)
    assert fails(karapace.get("/config/nope"), 404, 40401)
    assert fails(confluent.get("/config/nope"), 404, 40408)


def test_delete_of_a_level(both):
    karapace, confluent = both
    for registry in both:
        registry.put("/config/s", {"compatibility": "FULL"})
    assert karapace.delete("/config/s") == (200, {"compatibility": "BACKWARD"})
    assert confluent.delete("/config/s") == (200, {"compatibilityLevel": "FULL"})


def test_text_of_an_invalid_level(still):
    karapace, confluent = still
    body = {"compatibility": "SOME"}
    long = "Invalid compatibility level. Valid values are none, backward, forward, full, " \
        "backward_transitive, forward_transitive, and full_transitive"
    for registry, path, text in ((karapace, "/config", long), (confluent, "/config", long),
                                 (karapace, "/config/s", "Invalid compatibility level"),
                                 (confluent, "/config/s", long)):
        answer = registry.put(path, body)
        assert fails(answer, 422, 42203) and answer[1]["message"] == text


# --- what the HTTP layer refuses: one shape in both ---

@pytest.mark.parametrize("method, path, headers, status", [
    ("GET", "/nope", {}, 404),
    ("GET", "/subjects/a/b/c/d", {}, 404),
    ("GET", "/associations/subjects/s", {}, 404),
    ("POST", "/schemas/types", {"Content-Type": V1}, 405),
    ("PUT", "/subjects", {"Content-Type": V1}, 405),
    ("PATCH", "/config", {"Content-Type": V1}, 405),
    ("GET", "/subjects", {"Accept": "text/html"}, 406),
    ("GET", "/config", {"Accept": "application/xml;q=0.9, text/plain"}, 406),
    ("POST", "/subjects/s/versions", {"Content-Type": "text/plain"}, 415),
    ("PUT", "/config", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
])
def test_refusals_of_the_http_layer(still, method, path, headers, status):
    for registry in still:
        body = "{}" if method in ("POST", "PUT", "PATCH") else None
        reply = registry.raw(method, path, body, headers)
        assert fails((reply.status_code, reply.json()), status, status, f"HTTP {status} ")
        assert reply.headers["Content-Type"] == V1
        if status == 405:
            assert reply.headers["Allow"]


@pytest.mark.parametrize("accept, kind", [
    (None, V1), ("*/*", V1), ("*", V1), ("application/*", V1), ("", V1),
    ("application/json", "application/json"),
    ("application/vnd.schemaregistry+json", "application/vnd.schemaregistry+json"),
    ("application/json;q=0.5, " + V1, V1),
    ("text/html, application/json;q=0.1", "application/json"),
    ("application/vnd.schemaregistry.v1+json, application/json; q=0.9, */*;q=0.1", V1),
])
def test_negotiated_type(still, accept, kind):
    for registry in still:
        for path, status in (("/subjects", 200), ("/subjects/nope/versions", 404)):
            reply = registry.raw("GET", path, headers={"Accept": accept})
            assert (reply.status_code, reply.headers["Content-Type"]) == (status, kind)


# --- bodies ---

@pytest.mark.parametrize("body", ["{", "", "[]", '"x"', "1", "null", "{}x", b"\xff{}", "nonsense",
                                  '{"schema": 1}', '{"schema": ["int"]}', '{"schema": {"type": "int"}}',
                                  '{"schema": true}', '{"schema": "\\"int\\"", "schemaType": 1}',
                                  '{"schema": "\\"int\\"", "references": 1}',
                                  '{"schema": "\\"int\\"", "references": [1]}'])
def test_malformed_bodies(still, body):
    karapace, confluent = still
    for path in ("/subjects/s/versions", "/subjects/s", CHECK + "latest", CHECK[:-1]):
        assert fails(karapace.post(path, body), 422, 422)
        status, answer = confluent.post(path, body)
        assert (status, answer["error_code"]) in ((400, 400), (422, 422)), (status, answer)


def test_malformed_bodies_as_confluent(still):
    _, confluent = still
    for body in ("{", "[]", '{"schema": {"type": "int"}}'):
        assert fails(confluent.post("/subjects/s/versions", body), 400, 400)
    assert fails(confluent.post("/subjects/s/versions", ""), 422, 422)


def test_missing_schema(still):
    karapace, confluent = still
    for body in ("{}", '{"schema": null}', '{"schemaType": "AVRO"}'):
        assert fails(karapace.post("/subjects/new/versions", body), 422, 422, "schema")
        assert fails(confluent.post("/subjects/new/versions", body), 422, 42201, "Empty schema")


def test_empty_schema(still):
    for registry in still:
        for path in ("/subjects/s/versions", "/subjects/s", CHECK + "latest"):
            assert fails(registry.post(path, envelope("")), 422, 42201, "Empty schema")


def test_unknown_schema_type(still):
    karapace, confluent = still
    for name in ("THRIFT", "", "avro ", "JSON", "é"):
        body = envelope(INT, schemaType=name)
        assert fails(karapace.post("/subjects/s/versions", body), 422, 422, "Invalid schemaType")
        assert fails(confluent.post("/subjects/s/versions", body), 422, 42201, "Invalid schema type")


# --- ids and versions ---

def test_unknown_id(still):
    karapace, confluent = still
    assert fails(karapace.get("/schemas/ids/9"), 404, 40403, "Schema not found")
    assert fails(confluent.get("/schemas/ids/9"), 404, 40403, "Schema 9 not found")
    for tail in ("versions", "subjects"):
        assert karapace.get(f"/schemas/ids/9/{tail}") == (200, [])
        assert fails(confluent.get(f"/schemas/ids/9/{tail}"), 404, 40403, "Schema not found")


def test_soft_deleted_texts(both):
    karapace, confluent = both
    for registry in both:
        registry.register("s", record("R", "a:long"))
        registry.delete("/subjects/s/versions/1")
    answer = karapace.delete("/subjects/s/versions/1")
    assert fails(answer, 404, 40406, "Subject 's' Version 1 was soft deleted. Set permanent=true")
    answer = confluent.delete("/subjects/s/versions/1")
    assert fails(answer, 404, 40406, "Subject 's' Version 1 was soft deleted.Set permanent=true")


# --- defects of Karapace that are not copied ---

def test_client_mistakes_are_no_server_errors(both):
    """Each of these is a 500 in Karapace."""
    for registry in both:
        assert fails(registry.post(CHECK + "x", envelope(INT)), 422, 42202)
        assert fails(registry.post(CHECK + "0", envelope(INT)), 422, 42202)
        body = envelope(USES, references=[{**REFERENCE, "version": 0}])
        assert fails(registry.post("/subjects/u/versions", body), 422, 422)
        body = envelope(USES, references=[{**REFERENCE, "subject": "nope"}])
        assert fails(registry.post("/subjects/s", body), 422, 42201)
        assert registry.register("t", '"string"') == 2
        assert registry.raw("GET", "/subjects/t/versions/1/schema").text == '"string"'


def test_verdicts_are_the_same_in_both(still):
    for new in (record("R", "a:long"), record("R", "a:string"), record("Q", "a:int"), '"int"',
                record("R", "a:int", "b:int"), record("R")):
        answers = [registry.post(CHECK + "latest?verbose=true", envelope(new)) for registry in still]
        assert answers[0][1]["is_compatible"] == answers[1][1]["is_compatible"]
        told = [[each for each in body.get("messages", []) if not each.startswith("{oldSchema:")]
                for _, body in answers]
        assert told[0] == told[1]


def test_flags_that_are_neither_true_nor_false(daemon, confluent):
    for registry in (daemon, confluent):
        registry.register("s", '"int"')
        registry.delete("/subjects/s")
    status, body = daemon.get("/subjects?deleted=banana")
    assert (status, body["error_code"]) == (422, 422) and "deleted" in body["message"]
    assert daemon.get("/subjects?deleted=banana&deleted=1")[0] == 422
    assert daemon.get("/subjects?deleted=On") == (200, ["s"])
    assert confluent.get("/subjects?deleted=banana") == (200, [])
    assert confluent.get("/subjects?deleted=TRUE") == (200, ["s"])


def test_only_true_deletes_for_good_in_confluent(daemon, confluent):
    for registry in (daemon, confluent):
        registry.register("s", '"int"')
        registry.delete("/subjects/s")
    assert confluent.delete("/subjects/s?permanent=1")[1]["error_code"] == 40404
    assert daemon.delete("/subjects/s?permanent=1") == (200, [1])


def test_headers_of_every_answer(still):
    """Confluent's server says on each answer that it is not to be kept."""
    karapace, confluent = still
    for method, path, status in (("GET", "/subjects", 200), ("GET", "/subjects/nope/versions", 404),
                                 ("GET", "/nope", 404), ("PUT", "/subjects", 405), ("HEAD", "/subjects", 200),
                                 ("GET", "/schemas", 200)):
        reply = confluent.raw(method, path)
        assert reply.status_code == status
        assert reply.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
        assert reply.headers["X-XSS-Protection"] == "1; mode=block"
        assert not {"Cache-Control", "X-XSS-Protection"} & set(karapace.raw(method, path).headers)
    for registry in still:
        reply = registry.raw("GET", "/master_available")
        assert reply.headers["Cache-Control"] == "no-store, no-cache, must-revalidate"
