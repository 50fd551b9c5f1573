# SPDX-License-Identifier: Apache-2.0
"""POST /subjects/{subject}/versions: ids, versions, what counts as the same schema."""
import itertools
import json

import pytest

from scute import canonical, envelope, fails, record

COUNTER = itertools.count()
INT = record("R", "a:int")
TWO = record("R", "a:int", ("b", "int", 0))
THREE = record("R", "a:int", ("b", "int", 0), ("c", "int", 0))


def versions(daemon, subject, query=""):
    status, body = daemon.get(f"/subjects/{subject}/versions{query}")
    assert status == 200, body
    return body


def stored_text(daemon, schema):
    number = daemon.register(f"text{next(COUNTER)}", schema)
    return daemon.get(f"/schemas/ids/{number}")[1]["schema"]


def test_ids_and_versions_count_from_one(daemon):
    assert [daemon.register("s", schema) for schema in (INT, TWO, THREE)] == [1, 2, 3]
    assert versions(daemon, "s") == [1, 2, 3]
    assert daemon.register("t", record("Other", "x:string")) == 4
    assert versions(daemon, "t") == [1]


def test_same_schema_again_changes_nothing(daemon):
    assert daemon.register("s", INT) == 1
    assert daemon.register("s", INT) == 1
    assert daemon.register("s", json.dumps(INT, indent=4)) == 1
    assert daemon.register("s", canonical(INT)) == 1
    assert daemon.register("s", INT, schemaType="AVRO") == 1
    assert daemon.register("s", INT, references=[]) == 1
    assert daemon.register("s", INT, references=None, schemaType=None) == 1
    assert versions(daemon, "s") == [1]


def test_older_version_again_answers_its_id(daemon):
    assert [daemon.register("s", schema) for schema in (INT, TWO, INT)] == [1, 2, 1]
    assert versions(daemon, "s") == [1, 2]


def test_equal_schema_has_one_id_over_all_subjects(daemon):
    assert daemon.register("a", INT) == 1
    assert daemon.register("b", TWO) == 2
    assert daemon.register("c", INT) == 1
    assert daemon.get("/subjects/c/versions/1")[1]["id"] == 1


@pytest.mark.parametrize("change", [
    {"doc": "text"},
    {"aliases": ["Old"]},
    {"namespace": "n"},
    {"owner": "a property of ours"},
], ids=lambda change: next(iter(change)))
def test_everything_in_the_text_counts(daemon, change):
    assert daemon.register("s", INT) == 1
    assert daemon.register("s", {**INT, **change}) == 2


def test_shorthand_and_longhand_are_two_schemas(daemon):
    """As in Karapace: identity is the text, not what it means."""
    assert daemon.register("s", '"string"') == 1
    assert daemon.register("s", '{"type": "string"}') == 2


@pytest.mark.parametrize("text, stored", [
    ('{"type": "record", "name": "R", "fields": [{"type": "int", "name": "a"}]}',
     '{"fields":[{"name":"a","type":"int"}],"name":"R","type":"record"}'),
    (' "int" ', '"int"'),
    ('{"type":"int"}', '{"type":"int"}'),
    ('{"type":{"type":"int"}}', '{"type":{"type":"int"}}'),
    ('["null","string"]', '["null","string"]'),
    ('{"name":"F","type":"fixed","size":16}', '{"name":"F","size":16,"type":"fixed"}'),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":1.50e3}]}',
     '{"fields":[{"default":1.50e3,"name":"a","type":"double"}],"name":"R","type":"record"}'),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":1.0}]}',
     '{"fields":[{"default":1.0,"name":"a","type":"double"}],"name":"R","type":"record"}'),
    ('{"type":"int","x":123456789012345678901234567890}',
     '{"type":"int","x":123456789012345678901234567890}'),
    ('{"type":"int","doc":"\\u00e5\\ud83d\\ude00"}', '{"doc":"å😀","type":"int"}'),
    ('{"type":"int","b":{"z":1,"a":[{"y":2,"x":1}]}}',
     '{"b":{"a":[{"x":1,"y":2}],"z":1},"type":"int"}'),
])
def test_stored_text(shared, text, stored):
    assert stored_text(shared, text) == stored


def test_deleted_schema_comes_back_with_its_id_and_a_new_version(daemon):
    assert daemon.register("s", INT) == 1
    assert daemon.register("t", TWO) == 2
    assert daemon.delete("/subjects/s") == (200, [1])
    assert daemon.register("s", INT) == 1
    assert versions(daemon, "s") == [2]
    assert versions(daemon, "s", "?deleted=true") == [1, 2]


def test_soft_deleted_numbers_are_not_given_again(daemon):
    for schema in (INT, TWO):
        daemon.register("s", schema)
    assert daemon.delete("/subjects/s/versions/2") == (200, 2)
    daemon.register("s", THREE)
    assert versions(daemon, "s") == [1, 3]


def test_permanently_deleted_subject_begins_at_version_one_with_new_ids(daemon):
    assert daemon.register("s", INT) == 1
    daemon.delete("/subjects/s")
    assert daemon.delete("/subjects/s?permanent=true") == (200, [1])
    assert daemon.register("s", TWO) == 2
    assert versions(daemon, "s", "?deleted=true") == [1]


@pytest.mark.parametrize("subject, path", [
    ("with space", "with%20space"),
    ("with/slash", "with%2Fslash"),
    ("with%percent", "with%25percent"),
    ("ünïcode-värde", "%C3%BCn%C3%AFcode-v%C3%A4rde"),
    ("a+b", "a%2Bb"),
    ("q?#&=", "q%3F%23%26%3D"),
    ('"quoted\\"', "%22quoted%5C%22"),
    ("versions", "versions"),
    (":.ctx:s", "%3A.ctx%3As"),
    ("s" * 4000, "s" * 4000),
])
def test_subject_names(daemon, subject, path):
    assert daemon.register(path, INT) == 1
    assert daemon.get("/subjects") == (200, [subject])
    assert daemon.get(f"/subjects/{path}/versions/1")[1]["subject"] == subject
    daemon.restart()
    assert daemon.get("/subjects") == (200, [subject])
    assert daemon.get(f"/subjects/{path}/versions") == (200, [1])


def test_incompatible_is_refused_and_leaves_no_trace(daemon):
    daemon.register("s", INT)
    before = daemon.get("/schemas")
    answer = daemon.post("/subjects/s/versions", envelope(record("R", "a:string")))
    assert fails(answer, 409, 409, "Incompatible schema, compatibility_mode=BACKWARD",
                 "TYPE_MISMATCH")
    assert daemon.get("/schemas") == before
    assert daemon.register("t", record("R", "a:string")) == 2


def test_no_check_against_deleted_versions(daemon):
    daemon.register("s", INT)
    daemon.delete("/subjects/s")
    assert daemon.register("s", '"string"') == 2
    assert versions(daemon, "s") == [2]


def test_check_against_the_latest_live_version_only(daemon):
    daemon.register("s", record("R", "a:int"))
    daemon.register("s", record("R", ("a", "long")))
    assert daemon.delete("/subjects/s/versions/2") == (200, 2)
    # float reads both, string neither; double is a promotion of version 1's int
    assert fails(daemon.post("/subjects/s/versions", envelope(record("R", "a:string"))), 409, 409)
    daemon.register("s", record("R", "a:double"))
    assert versions(daemon, "s") == [1, 3]


@pytest.mark.parametrize("text, words", [
    ("{", ()),
    ("not json", ()),
    ("[]x", ()),
    ("   ", ()),
    ("null", ()),
    ("1", ()),
    ('"unknown.Type"', ("unknown.Type",)),
    ('{"type":"record","name":"R"}', ("fields",)),
    ('{"type":"record","fields":[]}', ("name",)),
    ('{"type":"record","name":"1R","fields":[]}', ("1R",)),
    ('{"type":"enum","name":"E","symbols":["A","A"]}', ("A",)),
    ('{"type":"enum","name":"E","symbols":["a-b"]}', ("a-b",)),
    ('{"type":"fixed","name":"F","size":-1}', ("size",)),
    ('["int","int"]', ("int",)),
    ('["null",["int"]]', ()),
    ('{"type":"array"}', ("items",)),
    ('{"type":"map"}', ("values",)),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}', ("default",)),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
     ("a",)),
])
def test_invalid_schema(shared_any_profile, text, words):
    answer = shared_any_profile.post("/subjects/s/versions", envelope(text))
    assert fails(answer, 422, 42201, *words)
    assert shared_any_profile.get("/subjects") == (200, [])


def test_invalid_schema_texts(daemon, confluent):
    answer = daemon.post("/subjects/s/versions", envelope('"nope"'))
    assert fails(answer, 422, 42201) and answer[1]["message"].startswith("Invalid AVRO schema. Error: ")
    answer = confluent.post("/subjects/s/versions", envelope('"nope"'))
    assert fails(answer, 422, 42201)
    assert answer[1]["message"].startswith("Invalid schema of type AVRO, details: ")


def test_normalize(daemon):
    first = daemon.register("s", record("R", "a:int"), "?normalize=true")
    assert daemon.register("s", record("R", ("a", {"type": "int"})), "?normalize=true") == first
    assert versions(daemon, "s") == [1]


def test_members_that_nobody_knows_are_let_pass(daemon):
    body = {**envelope(INT), "metadata": {"properties": {"a": "b"}}, "surprise": [{}], "x": None}
    assert daemon.post("/subjects/s/versions", body) == (200, {"id": 1})
    assert daemon.register("s", INT, "?unknown=1&normalize=false&verbose") == 1


@pytest.mark.parametrize("kind", [
    "application/vnd.schemaregistry.v1+json",
    "application/vnd.schemaregistry+json",
    "application/json",
    "application/json; charset=utf-8",
    "application/octet-stream",
    "APPLICATION/JSON",
])
def test_content_types(daemon, kind):
    answer = daemon.post("/subjects/s/versions", envelope(INT), headers={"Content-Type": kind})
    assert answer == (200, {"id": 1})


def test_no_content_type(daemon):
    """requests sends none when the body is bytes."""
    body = json.dumps(envelope(INT)).encode()
    reply = daemon.session.post(daemon.url + "/subjects/s/versions", data=body, timeout=60)
    assert (reply.status_code, reply.json()) == (200, {"id": 1})


def test_hundreds_of_versions(daemon):
    daemon.put("/config", {"compatibility": "NONE"})
    for number in range(1, 301):
        assert daemon.register("s", record("R", f"f{number}:int")) == number
    assert versions(daemon, "s") == list(range(1, 301))
    latest = daemon.get("/subjects/s/versions/latest")[1]
    assert (latest["version"], latest["id"]) == (300, 300)
