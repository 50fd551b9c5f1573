# SPDX-License-Identifier: Apache-2.0
"""/compatibility and the check on register: levels, directions, messages."""
import itertools

import pytest

from scute import canonical, compact, envelope, fails, record

COUNTER = itertools.count()
INT = record("R", "a:int")
WITH_DEFAULT = record("R", "a:int", ("b", "int", 0))
WITHOUT_DEFAULT = record("R", "a:int", "b:int")
LATEST = "/compatibility/subjects/s/versions/latest"
ALL = "/compatibility/subjects/s/versions"

# What each level says of INT -> the other: by what a reader of the one makes of the other's data.
ADDED_WITH_DEFAULT = {"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE",
                      "FULL", "FULL_TRANSITIVE"}
ADDED_WITHOUT_DEFAULT = {"NONE", "FORWARD", "FORWARD_TRANSITIVE"}
WIDENED = {"NONE", "BACKWARD", "BACKWARD_TRANSITIVE"}
CHANGED = {"NONE"}
LEVELS = sorted(ADDED_WITH_DEFAULT)


def level(daemon, name, path="/config"):
    assert daemon.put(path, {"compatibility": name}) == (200, {"compatibility": name})


def verdict(daemon, schema, path=LATEST, **members):
    status, body = daemon.post(path, envelope(schema, **members))
    assert status == 200, body
    return body["is_compatible"]


@pytest.mark.parametrize("name", LEVELS)
def test_levels(any_profile, name):
    any_profile.register("s", INT)
    level(any_profile, name)
    cases = [(WITH_DEFAULT, ADDED_WITH_DEFAULT), (WITHOUT_DEFAULT, ADDED_WITHOUT_DEFAULT),
             (record("R", "a:long"), WIDENED), (record("R", "a:string"), CHANGED),
             ('"int"', CHANGED)]
    for schema, allowed in cases:
        expected = name in allowed
        assert verdict(any_profile, schema) == expected, schema
        assert verdict(any_profile, schema, ALL) == expected, schema
        assert verdict(any_profile, schema, "/compatibility/subjects/s/versions/1") == expected
        status, _ = any_profile.post("/subjects/s/versions", envelope(schema))
        assert status == (200 if expected else 409), schema
        if expected:
            number = any_profile.delete("/subjects/s/versions/latest")[1]
            any_profile.delete(f"/subjects/s/versions/{number}?permanent=true")


@pytest.mark.parametrize("name, last_only", [
    ("BACKWARD", True), ("BACKWARD_TRANSITIVE", False), ("FORWARD", True),
    ("FORWARD_TRANSITIVE", False), ("FULL", True), ("FULL_TRANSITIVE", False)])
def test_transitive_levels_look_at_all_versions(daemon, name, last_only):
    """Version 1 fits neither way, version 2 both ways."""
    level(daemon, "NONE")
    daemon.register("s", '"string"')
    daemon.register("s", INT)
    level(daemon, name)
    assert verdict(daemon, WITH_DEFAULT) == last_only
    assert verdict(daemon, WITH_DEFAULT, ALL) == last_only
    daemon.delete("/subjects/s/versions/1")
    assert verdict(daemon, WITH_DEFAULT)
    assert daemon.register("s", WITH_DEFAULT) == 3


def test_level_of_the_subject_goes_before_the_global_one(daemon):
    daemon.register("s", INT)
    daemon.register("t", INT)
    level(daemon, "NONE", "/config/s")
    assert verdict(daemon, '"string"')
    assert not verdict(daemon, '"string"', "/compatibility/subjects/t/versions/latest")
    level(daemon, "FULL", "/config/s")
    level(daemon, "NONE")
    assert not verdict(daemon, '"string"')
    assert daemon.delete("/config/s")[0] == 200
    assert verdict(daemon, '"string"')


def test_against_the_version_asked_for(daemon):
    level(daemon, "NONE")
    daemon.register("s", INT)
    daemon.register("s", '"string"')
    level(daemon, "BACKWARD")
    assert verdict(daemon, WITH_DEFAULT, "/compatibility/subjects/s/versions/1")
    assert not verdict(daemon, WITH_DEFAULT, "/compatibility/subjects/s/versions/2")
    assert not verdict(daemon, WITH_DEFAULT, "/compatibility/subjects/s/versions/-1")
    assert verdict(daemon, '"bytes"', "/compatibility/subjects/s/versions/LATEST")


def test_check_writes_nothing(daemon):
    daemon.register("s", INT)
    before = (daemon.get("/schemas?deleted=true"), daemon.get("/_health")[1]["status"][
        "schema_registry_reader_current_offset"])
    verdict(daemon, WITH_DEFAULT)
    verdict(daemon, WITH_DEFAULT, "/compatibility/subjects/never/versions/latest")
    after = (daemon.get("/schemas?deleted=true"), daemon.get("/_health")[1]["status"][
        "schema_registry_reader_current_offset"])
    assert before == after
    assert fails(daemon.get("/config/never"), 404, 40401)


def test_unknown_subject_or_version(any_profile):
    path = "/compatibility/subjects/{}/versions/{}".format
    assert any_profile.post(path("nope", "latest"), envelope(INT)) == (200, {"is_compatible": True})
    assert any_profile.post(path("nope", "latest"), envelope('"no.Such"'))[0] == 422
    assert fails(any_profile.post(path("nope", "1"), envelope(INT)), 404, 40402, "Version 1 not found.")
    any_profile.register("s", INT)
    assert fails(any_profile.post(path("s", "2"), envelope(INT)), 404, 40402, "Version 2 not found.")
    any_profile.delete("/subjects/s/versions/1")
    assert fails(any_profile.post(path("s", "1"), envelope(INT)), 404, 40402)
    assert any_profile.post(path("s", "latest"), envelope('"string"')) == (200, {"is_compatible": True})
    assert any_profile.post("/compatibility/subjects/nope/versions", envelope(INT)) == \
        (200, {"is_compatible": True})


def test_invalid_schema(daemon):
    daemon.register("s", INT)
    for query in ("", "?verbose=true"):
        assert fails(daemon.post(LATEST + query, envelope('{"type":"record"}')), 422, 42201, "name")
        assert fails(daemon.post(LATEST + query, envelope("")), 422, 42201, "Empty schema")


# --- messages ---

def test_messages_in_full(daemon):
    daemon.register("s", INT)
    status, body = daemon.post(LATEST, envelope(WITHOUT_DEFAULT))
    assert (status, body) == (200, {"is_compatible": False, "messages": [
        "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path "
        "'/fields/1' in the new schema has no default value and is missing in the old schema', "
        "additionalInfo:'b'}",
        "{oldSchemaVersion: 1}",
        "{oldSchema: '" + canonical(INT) + "'}",
        "{validateFields: 'false', compatibility: 'BACKWARD'}"]})


def messages(daemon, old, new, name="BACKWARD"):
    level(daemon, "NONE")
    daemon.register("s", old)
    level(daemon, name)
    status, body = daemon.post(LATEST + "?verbose=true", envelope(new))
    assert status == 200 and body["is_compatible"] is False, body
    assert body["messages"][-1] == f"{{validateFields: 'false', compatibility: '{name}'}}"
    assert [text[:12] for text in body["messages"][-3:-1]] == ["{oldSchemaVe", "{oldSchema: "]
    return body["messages"][:-3]


ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}


@pytest.mark.parametrize("old, new, kind, words", [
    (INT, record("R", "a:string"), "TYPE_MISMATCH", ["/fields/0/type"]),
    (INT, record("Q", "a:int"), "NAME_MISMATCH", ["/name"]),
    (ENUM, {**ENUM, "symbols": ["A"]}, "MISSING_ENUM_SYMBOLS", ["/symbols", "B"]),
    (["null", "int", "string"], ["null", "int"], "MISSING_UNION_BRANCH", ["/2"]),
    ({"type": "fixed", "name": "F", "size": 4}, {"type": "fixed", "name": "F", "size": 5},
     "FIXED_SIZE_MISMATCH", ["/size"]),
    (INT, WITHOUT_DEFAULT, "READER_FIELD_MISSING_DEFAULT_VALUE", ["/fields/1"]),
])
def test_kinds_of_difference(any_profile, old, new, kind, words):
    found = messages(any_profile, old, new)
    assert len(found) == 1, found
    assert found[0].startswith(f"{{errorType:'{kind}', description:'"), found
    assert ", additionalInfo:'" in found[0]
    for word in words:
        assert word in found[0], found


def test_all_differences_are_reported(daemon):
    old = record("R", "a:int", "b:string")
    new = record("R", "a:string", "b:boolean", "c:int")
    found = messages(daemon, old, new)
    assert len(found) == 3, found
    for path in ("/fields/0/type", "/fields/1/type", "/fields/2"):
        assert any(f"path '{path}'" in text for text in found), found


def test_full_tells_both_directions(daemon):
    """Old reads new first, then new reads old."""
    found = messages(daemon, record("R", "a:int", "x:int"), record("R", "a:int", "y:int"), "FULL")
    assert len(found) == 2, found
    assert "'x'" in found[0] and "in the old schema has no default value" in found[0]
    assert "'y'" in found[1] and "in the new schema has no default value" in found[1]


def test_transitive_stops_at_the_newest_version_that_fails(daemon):
    level(daemon, "NONE")
    daemon.register("s", '"string"')
    daemon.register("s", '"boolean"')
    daemon.register("s", '"int"')
    level(daemon, "BACKWARD_TRANSITIVE")
    _, body = daemon.post(LATEST, envelope('"long"'))
    assert body["messages"][-3] == "{oldSchemaVersion: 2}"
    assert body["messages"][-2] == """{oldSchema: '"boolean"'}"""


def test_long_old_schema_is_cut(daemon):
    daemon.register("s", {"type": "int", "doc": "ä" * 20000})
    found = daemon.post(LATEST, envelope('"string"'))[1]["messages"]
    text = next(text for text in found if text.startswith("{oldSchema:"))
    assert text.startswith("{oldSchema: <truncated> '{\"doc\":\"ää") and text.endswith("ä...'}")
    assert len(text.encode()) < 10400


def test_text_of_a_refused_register(daemon, confluent):
    for registry in (daemon, confluent):
        registry.register("s", INT)
    body = envelope(WITHOUT_DEFAULT)
    assert fails(daemon.post("/subjects/s/versions", body), 409, 409,
                 "Incompatible schema, compatibility_mode=BACKWARD. Incompatibilities: {errorType:")
    answer = confluent.post("/subjects/s/versions", body)
    assert fails(answer, 409, 40901)
    assert answer[1]["message"].startswith(
        'Schema being registered is incompatible with an earlier schema for subject "s", details: '
        "[{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', ")
    assert answer[1]["message"].endswith(
        "{oldSchema: '" + compact(INT) + "'}, {validateFields: 'false', compatibility: 'BACKWARD'}]")


def test_refusal_is_cut_at_300_characters_as_karapace(daemon):
    old = record("R", *[f"f{n}:int" for n in range(40)])
    new = record("R", *[f"f{n}:string" for n in range(40)])
    daemon.register("s", old)
    answer = daemon.post("/subjects/s/versions", envelope(new))
    assert fails(answer, 409, 409)
    assert len(answer[1]["message"].split("Incompatibilities: ")[1]) == 300


# --- a few of the rules, end to end; the rules as such: tests/unit/avro ---

@pytest.mark.parametrize("old, new, compatible", [
    ('"int"', '"long"', True), ('"long"', '"int"', False), ('"float"', '"double"', True),
    ('"string"', '"bytes"', True), ('"bytes"', '"string"', True), ('"int"', '"boolean"', False),
    ('"int"', '["null","int"]', True), ('["null","int"]', '"int"', False),
    (ENUM, {**ENUM, "symbols": ["A"], "default": "A"}, True),
    (ENUM, {**ENUM, "symbols": ["B", "A", "C"]}, True),
    (record("R", "a:int"), {**record("Q", "a:int"), "aliases": ["R"]}, True),
    (record("R", "a:int"), {**record("R", "a:int"), "namespace": "moved"}, True),
    (record("R", "a:int"), record("R"), True),
    (record("R", "a:int"),
     {"type": "record", "name": "R", "fields": [{"name": "b", "type": "int", "aliases": ["a"]}]}, True),
    ({"type": "array", "items": "int"}, {"type": "array", "items": "string"}, False),
    ({"type": "map", "values": "int"}, {"type": "map", "values": "double"}, True),
    ({"type": "int", "logicalType": "date"}, '"int"', True),
])
def test_rules(shared, old, new, compatible):
    subject = f"rule{next(COUNTER)}"
    shared.register(subject, old)
    path = f"/compatibility/subjects/{subject}/versions/latest"
    assert verdict(shared, new, path) == compatible
