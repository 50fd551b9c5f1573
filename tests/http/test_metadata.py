# SPDX-License-Identifier: Apache-2.0
"""metadata and ruleSet of versions: kept, given back, inherited, merged, found by."""
import json

import pytest

from scute import envelope, fails, record

INT = record("R", "a:int")
TWO = record("R", "a:int", ("b", "int", 0))
THREE = record("R", "a:int", ("b", "int", 0), ("c", "int", 0))
HEADER = {"Confluent-Accept-Unknown-Properties": "true"}
META = {"tags": {"R.a": ["PII", "EU"]}, "properties": {"z": "1", "owner": "team"}, "sensitive": ["z"]}
KEPT = {"tags": {"R.a": ["EU", "PII"]}, "properties": {"owner": "team", "z": "1"}, "sensitive": ["z"]}
RULE = {"kind": "CONDITION", "name": "check", "mode": "WRITE", "type": "CEL", "expr": "true"}
RULE_KEPT = {"name": "check", "kind": "CONDITION", "mode": "WRITE", "type": "CEL", "expr": "true",
             "disabled": False}


def put(daemon, subject, schema, **members):
    return daemon.register(subject, schema, **members)


def got(daemon, path):
    status, body = daemon.get(path, headers=HEADER)
    assert status == 200, body
    return body.get("metadata"), body.get("ruleSet")


def test_kept_and_given_back(any_profile):
    put(any_profile, "s", INT, metadata=META, ruleSet={"domainRules": [RULE]})
    for _ in range(2):
        for path in ("/subjects/s/versions/1", "/schemas/ids/1"):
            assert got(any_profile, path) == (KEPT, {"domainRules": [RULE_KEPT]})
        any_profile.restart()
    any_profile.delete("/subjects/s/versions/1")
    assert got(any_profile, "/subjects/s/versions/1?deleted=true")[0] == KEPT


def test_karapace_shape_is_without(daemon):
    put(daemon, "s", INT, metadata=META)
    assert "metadata" not in daemon.get("/subjects/s/versions/1")[1]


def test_is_part_of_the_content(any_profile):
    assert put(any_profile, "s", INT, metadata={"properties": {"a": "1"}}) == 1
    assert put(any_profile, "s", INT, metadata={"properties": {"a": "2"}}) == 2
    assert put(any_profile, "s", INT, metadata={"properties": {"a": "1"}}) == 1
    assert put(any_profile, "t", INT) == 3
    assert any_profile.get("/subjects/s/versions") == (200, [1, 2])


def test_inherited_from_the_version_before(any_profile):
    put(any_profile, "s", INT, metadata=META, ruleSet={"domainRules": [RULE]})
    put(any_profile, "s", TWO)
    assert got(any_profile, "/subjects/s/versions/2") == (KEPT, {"domainRules": [RULE_KEPT]})
    put(any_profile, "s", THREE, metadata={"properties": {"only": "this"}})
    assert got(any_profile, "/subjects/s/versions/3") == \
        ({"properties": {"only": "this"}}, {"domainRules": [RULE_KEPT]})


def test_defaults_and_overrides(any_profile):
    any_profile.put("/config/s", {
        "compatibility": "NONE",
        "defaultMetadata": {"properties": {"a": "default", "b": "default"}},
        "overrideMetadata": {"properties": {"b": "override"}, "sensitive": ["b"]},
        "defaultRuleSet": {"domainRules": [RULE, {**RULE, "name": "other"}]},
        "overrideRuleSet": {"domainRules": [{**RULE, "expr": "false"}]}})
    put(any_profile, "s", INT, metadata={"properties": {"b": "given", "c": "given"}})
    metadata, rules = got(any_profile, "/subjects/s/versions/1")
    assert metadata == {"properties": {"a": "default", "b": "override", "c": "given"},
                        "sensitive": ["b"]}
    assert [(rule["name"], rule["expr"]) for rule in rules["domainRules"]] == \
        [("other", "true"), ("check", "false")]


def test_lookup(any_profile):
    put(any_profile, "s", INT, metadata=META)
    assert any_profile.post("/subjects/s", envelope(INT))[1]["version"] == 1
    assert any_profile.post("/subjects/s", envelope(INT, metadata=META))[1]["version"] == 1
    other = envelope(INT, metadata={"properties": {"x": "y"}})
    assert fails(any_profile.post("/subjects/s", other), 404, 40403)


def test_found_by_properties(any_profile):
    put(any_profile, "s", INT, metadata={"properties": {"a": "1", "b": "x"}})
    put(any_profile, "s", TWO, metadata={"properties": {"a": "2", "b": "x"}})
    find = "/subjects/s/metadata"
    assert any_profile.get(find)[1]["version"] == 2
    assert any_profile.get(find + "?key=b&value=x")[1]["version"] == 2
    assert any_profile.get(find + "?key=a&value=1")[1]["version"] == 1
    assert any_profile.get(find + "?key=b&value=x&key=a&value=1")[1]["version"] == 1
    assert fails(any_profile.get(find + "?key=a&value=3"), 404, 40403)
    assert fails(any_profile.get(find + "?key=a"), 404, 40403)
    assert fails(any_profile.get("/subjects/nope/metadata"), 404, 40401)
    any_profile.delete("/subjects/s/versions/1")
    assert fails(any_profile.get(find + "?key=a&value=1"), 404, 40403)
    assert any_profile.get(find + "?key=a&value=1&deleted=true")[1]["version"] == 1


def test_guid(confluent):
    """MD5 of the text, a byte 1, keys and texts in order."""
    put(confluent, "s", '"int"', metadata={"tags": {"x": ["T"]}, "properties": {"owner": "a"}})
    assert confluent.get("/schemas/ids/1")[1]["guid"] == "0c47d14a-6537-553d-c912-3f995b797bcc"


@pytest.mark.parametrize("members", [
    {"metadata": []}, {"metadata": {"tags": {"a": "b"}}}, {"metadata": {"properties": {"a": 1}}},
    {"metadata": {"sensitive": "a"}}, {"ruleSet": "r"}, {"ruleSet": {"domainRules": {}}},
    {"ruleSet": {"domainRules": [{"kind": "CONDITION"}]}},
    {"ruleSet": {"migrationRules": [{"name": "a", "kind": "GUESS"}]}},
    {"ruleSet": {"migrationRules": [{"name": "a", "mode": "SIDEWAYS"}]}},
    {"ruleSet": {"migrationRules": [{"name": "a", "params": {"a": 1}}]}},
    {"metadata": {"properties": {str(i): "" for i in range(1001)}}},
    {"metadata": {"tags": {str(i): [] for i in range(1001)}}},
])
def test_what_is_refused(any_profile, members):
    answer = any_profile.post("/subjects/s/versions", envelope(INT, **members))
    assert fails(answer, 422, 42210)
    assert any_profile.get("/subjects") == (200, [])


def test_nulls_and_empties_are_nothing(any_profile):
    assert put(any_profile, "s", INT, metadata=None, ruleSet=None) == 1
    assert got(any_profile, "/subjects/s/versions/1") == (None, None)


def test_found_among_versions_that_inherit(any_profile):
    """Equal metadata is looked into once, and what differs in between is found all the same."""
    for number, given in enumerate(({"a": "1"}, None, {"a": "2"}, None, None, {"a": "1", "b": "2"}, None)):
        body = {"schema": json.dumps({"type": "fixed", "name": "F", "size": 1, "doc": str(number)})}
        if given:
            body["metadata"] = {"properties": given}
        assert any_profile.post("/subjects/inherits/versions", body)[0] == 200
    find = "/subjects/inherits/metadata"
    for query, version in (("key=a&value=1", 7), ("key=a&value=2", 5), ("key=b&value=2&key=a&value=1", 7)):
        assert any_profile.get(f"{find}?{query}")[1]["version"] == version
    assert fails(any_profile.get(f"{find}?key=a&value=1&key=c"), 404, 40403)
    assert any_profile.delete("/subjects/inherits/versions/7")[0] == 200
    assert any_profile.get(f"{find}?key=b&value=2")[1]["version"] == 6
