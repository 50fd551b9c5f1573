# SPDX-License-Identifier: Apache-2.0
"""JSON Schema over HTTP: registered, checked, looked up, referred to; on the journal store."""
import json
import statistics
import threading
import time

import pytest

from scute import Daemon, build_dir, canonical, envelope, fails, record

AVRO = record("R", "f:int")
PERSON = {"type": "object", "properties": {"age": {"type": "number"}}, "additionalProperties": True}
SITE = {"type": "object", "title": "site", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
SITE_REFERENCE = {"name": "site.json", "subject": "site", "version": 1}
ORDER = {"type": "object", "properties": {"site": {"$ref": "site.json"}}}
PLUGINS = {"plugins": ["avro", "jsonschema"],
           "plugin_path": ":".join(str(build_dir() / "plugins" / name) for name in ("avro", "jsonschema"))}


@pytest.fixture
def json_daemon(make_daemon):
    return make_daemon(**PLUGINS)


def register(daemon, subject, schema, query="", **members):
    return daemon.register(subject, schema, query, schemaType="JSON", **members)


def refused(daemon, schema, *words, code=42201, **members):
    answer = daemon.post("/subjects/refused/versions", envelope(schema, schemaType="JSON", **members))
    return fails(answer, 422, code, *words)


def test_quick_start(json_daemon):
    assert json_daemon.register("test-key", AVRO) == 1
    body = ('{"schemaType": "JSON", "schema": "{\\"type\\": \\"object\\",\\"properties\\":'
            '{\\"age\\":{\\"type\\": \\"number\\"}},\\"additionalProperties\\":true}"}')
    assert json_daemon.post("/subjects/test-key-json-schema/versions", body) == (200, {"id": 2})
    status, answer = json_daemon.get("/subjects/test-key-json-schema/versions/latest")
    assert status == 200
    assert answer == {"subject": "test-key-json-schema", "version": 1, "id": 2, "schemaType": "JSON",
                      "schema": canonical(PERSON)}
    assert "JSON" in json_daemon.get("/schemas/types")[1]
    json_daemon.restart()
    assert json_daemon.get("/subjects/test-key-json-schema/versions/latest") == (200, answer)
    assert json_daemon.get("/schemas/ids/2") == (200, {"schemaType": "JSON", "schema": canonical(PERSON)})


def test_same_schema_same_id(json_daemon):
    assert register(json_daemon, "a", '{"type": "object", "maximum": 1.0}') == 1
    assert register(json_daemon, "b", '{"maximum":1.0,\n "type":"object"}') == 1
    assert register(json_daemon, "c", '{"maximum":1,"type":"object"}') == 2
    assert json_daemon.get("/subjects/c/versions/1/schema")[1] == {"maximum": 1, "type": "object"}
    found = json_daemon.post("/subjects/a", envelope('{"maximum":1.0,"type":"object"}', schemaType="JSON"))
    assert found[0] == 200 and found[1]["id"] == 1
    assert fails(json_daemon.post("/subjects/a", envelope({"type": "array"}, schemaType="JSON")), 404, 40403)
    # The same text as Avro is another matter.
    assert fails(json_daemon.post("/subjects/a", envelope({"maximum": 1.0, "type": "object"})), 422, 42201)


def test_numbers_keep_their_text(json_daemon):
    text = '{"maximum":123456789012345678901234567890,"minimum":-1E+2,"multipleOf":0.10}'
    register(json_daemon, "numbers", text)
    assert json_daemon.raw("GET", "/subjects/numbers/versions/1/schema").text == text


def test_normalize(json_daemon):
    first = {"required": ["b", "a"], "anyOf": [{"type": "string"}, {"type": "null"}]}
    second = {"required": ["a", "b"], "anyOf": [{"type": "null"}, {"type": "string"}]}
    assert register(json_daemon, "n", first, "?normalize=true") == 1
    assert register(json_daemon, "n", second, "?normalize=true") == 1
    assert json_daemon.get("/schemas/ids/1")[1]["schema"] == canonical(second)
    assert register(json_daemon, "plain", first) == 2


@pytest.mark.parametrize("schema, words", [
    ('{"type": ', ("line 1 column 10", "expected a value")),
    ("5", ("at #: a schema must be an object or a boolean, found a number",)),
    ({"properties": {"age": {"minimum": "3"}}},
     ("at #/properties/age/minimum: minimum must be a number, found a string",)),
    ({"items": {"pattern": "("}}, ("at #/items/pattern: pattern has no valid regular expression",)),
    ({"patternProperties": {"[": {}}}, ("at #/patternProperties/[",)),
    ({"$schema": "https://json-schema.org/draft/2020-12/schema", "items": [{}]},
     ("at #/items: items must be a schema, found an array (use prefixItems)",)),
    ({"$ref": "#/definitions/none"}, ('at #/$ref: $ref "#/definitions/none" does not resolve',)),
    ({"not": {"$ref": "http://example.com/remote.json"}},
     ('at #/not/$ref: $ref "http://example.com/remote.json" does not resolve', "not fetched")),
])
def test_refused(json_daemon, schema, words):
    assert refused(json_daemon, schema, *words)
    assert json_daemon.get("/subjects") == (200, [])


def test_nested_too_deep(json_daemon):
    assert refused(json_daemon, '{"not":' * 5000 + "{}" + "}" * 5000, "nested deeper")


@pytest.mark.parametrize("schema", [
    {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True},
    {"$schema": "http://json-schema.org/draft-06/schema#", "exclusiveMinimum": 1},
    {"$schema": "http://json-schema.org/draft-07/schema#", "if": {}, "then": False},
    {"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#"},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"$dynamicRef": "#"}]},
    {"$schema": "http://json-schema.org/schema#", "type": "string"},
    {"$schema": "https://example.com/house-rules", "type": "string"},
    {"$ref": "http://json-schema.org/draft-07/schema#"},
])
def test_drafts(json_daemon, schema):
    assert register(json_daemon, "draft", schema) == 1
    check = "/compatibility/subjects/draft/versions/latest"
    assert json_daemon.post(check, envelope(schema, schemaType="JSON")) == (200, {"is_compatible": True})
    json_daemon.restart()
    assert json_daemon.get("/schemas/ids/1")[1]["schema"] == canonical(schema)


def test_booleans(json_daemon):
    assert register(json_daemon, "all", "true") == 1
    assert register(json_daemon, "none", "false") == 2
    assert json_daemon.get("/schemas/ids/2") == (200, {"schemaType": "JSON", "schema": "false"})


def test_references(json_daemon):
    assert refused(json_daemon, ORDER, 'at #/properties/site/$ref: $ref "site.json" does not resolve')
    assert register(json_daemon, "site", SITE) == 1
    assert register(json_daemon, "order", ORDER, references=[SITE_REFERENCE]) == 2
    expected = {"subject": "order", "version": 1, "id": 2, "schemaType": "JSON",
                "schema": canonical(ORDER), "references": [SITE_REFERENCE]}
    assert json_daemon.get("/subjects/order/versions/1") == (200, expected)
    assert json_daemon.get("/subjects/site/versions/1/referencedby") == (200, [2])
    assert fails(json_daemon.delete("/subjects/site/versions/1"), 422, 42206)
    inner = {"properties": {"id": {"$ref": "site.json#/properties/id"}}}
    assert register(json_daemon, "inner", inner, references=[SITE_REFERENCE]) == 3
    lost = {"properties": {"id": {"$ref": "site.json#/properties/lost"}}}
    assert refused(json_daemon, lost, "there is no schema at that place", references=[SITE_REFERENCE])
    json_daemon.restart()
    assert json_daemon.get("/subjects/order/versions/1") == (200, expected)


def test_references_are_compared_transitively(json_daemon):
    register(json_daemon, "country", {"title": "country", "type": "string"})
    stricter = {"title": "country", "type": "string", "maxLength": 2}
    json_daemon.put("/config/country", {"compatibility": "NONE"})
    register(json_daemon, "country", stricter)
    json_daemon.put("/config/site", {"compatibility": "NONE"})
    site = {"type": "object", "properties": {"country": {"$ref": "country.json"}}}
    for version in (1, 2):
        country = {"name": "country.json", "subject": "country", "version": version}
        register(json_daemon, "site", site, references=[country])
    register(json_daemon, "order", ORDER, references=[{**SITE_REFERENCE, "version": 1}])
    answer = json_daemon.post("/subjects/order/versions", envelope(
        ORDER, schemaType="JSON", references=[{**SITE_REFERENCE, "version": 2}]))
    assert answer[0] == 409 and answer[1]["error_code"] == 409, answer
    json_daemon.put("/config/order", {"compatibility": "FORWARD"})
    register(json_daemon, "order", ORDER, references=[{**SITE_REFERENCE, "version": 2}])


def test_compatibility(json_daemon):
    register(json_daemon, "p", PERSON)
    narrower = {**PERSON, "properties": {"age": {"type": "integer"}}}
    answer = json_daemon.post("/subjects/p/versions", envelope(narrower, schemaType="JSON"))
    assert answer[0] == 409 and answer[1]["error_code"] == 409, answer
    status, body = json_daemon.post("/compatibility/subjects/p/versions/latest?verbose=true",
                                    envelope(narrower, schemaType="JSON"))
    assert status == 200 and body["is_compatible"] is False
    assert "TYPE_NARROWED" in body["messages"][0] and "#/properties/age" in body["messages"][0]
    json_daemon.put("/config/p", {"compatibility": "FORWARD"})
    assert register(json_daemon, "p", narrower) == 2


def test_lenient_policy(json_daemon):
    """A property more in an open content model: old data may hold anything under its name."""
    register(json_daemon, "p", PERSON)
    wider = {**PERSON, "properties": {**PERSON["properties"], "name": {"type": "string"}}}
    check = "/compatibility/subjects/p/versions/latest?verbose=true"
    status, body = json_daemon.post(check, envelope(wider, schemaType="JSON"))
    assert (status, body["is_compatible"]) == (200, False)
    assert "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL" in body["messages"][0]
    assert json_daemon.put("/config", {"compatibilityPolicy": "LENIENT"})[0] == 200
    assert json_daemon.post(check, envelope(wider, schemaType="JSON"))[1]["is_compatible"] is True
    assert register(json_daemon, "p", wider) == 2


def test_confluent_profile_keeps_the_order(make_daemon):
    daemon = make_daemon(**PLUGINS, response_profile="confluent")
    text = '{"type": "object", "properties": {"b": {"type": "string"}, "a": {}}, "$id": "x"}'
    kept = '{"type":"object","properties":{"b":{"type":"string"},"a":{}},"$id":"x"}'
    assert register(daemon, "o", text) == 1
    assert daemon.get("/schemas/ids/1")[1]["schema"] == kept
    assert register(daemon, "o", canonical(json.loads(text))) == 1


def test_default_draft(make_daemon):
    seven = make_daemon(**PLUGINS)
    assert fails(seven.post("/subjects/s/versions", envelope({"definitions": {}, "$ref": "#/x"},
                                                             schemaType="JSON")), 422, 42201)
    schema = {"dependentRequired": 5}  # no keyword of draft 7
    assert register(seven, "s", schema) == 1
    later = make_daemon(**PLUGINS, jsonschema={"default_draft": "2020-12", "format_assertion": True})
    assert refused(later, schema, "at #/dependentRequired: dependentRequired must be an object")


@pytest.mark.parametrize("config, words", [
    ({"default_draft": "3"}, 'default_draft is "3", wanted "4", "6", "7", "2019-09" or "2020-12"'),
    ({"default_draft": 7}, "default_draft is no string"),
    ({"format_assertion": "yes"}, "format_assertion is no boolean, wanted true or false"),
])
def test_bad_configuration(tmp_path, config, words):
    daemon = Daemon(tmp_path, **PLUGINS, jsonschema=config)
    with pytest.raises(RuntimeError) as caught:
        daemon.start()
    assert 'plugin "jsonschema" is refused: init failed: ' in str(caught.value)
    assert words in str(caught.value)


def large(count=5000):
    made = {}
    for i in range(count):
        made[f"type{i}"] = {
            "type": "object", "description": "x" * 20, "required": ["id", "name"],
            "properties": {"id": {"type": "integer", "minimum": i},
                           "name": {"type": "string", "maxLength": 100},
                           "next": {"$ref": f"#/definitions/type{(i * 7 + 1) % count}"}}}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": made,
            "properties": {"first": {"$ref": "#/definitions/type0"}}}


def test_large(make_daemon):
    """A megabyte and 5,000 definitions: the same answers, and nobody waits for them."""
    daemon = make_daemon(**PLUGINS, http_request_max_size=4_000_000)
    schema = json.dumps(large(), separators=(",", ":"))
    assert len(schema) > 1_000_000
    waits = []
    done = threading.Event()
    other = Daemon.__new__(Daemon)
    other.__dict__.update(daemon.__dict__)
    other.session = type(daemon.session)()

    def ask():
        while not done.is_set():
            began = time.perf_counter()
            assert other.get("/subjects")[0] == 200
            waits.append(time.perf_counter() - began)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        began = time.perf_counter()
        assert register(daemon, "large", schema) == 1
        registered = time.perf_counter() - began
        began = time.perf_counter()
        check = daemon.post("/compatibility/subjects/large/versions/latest",
                            envelope(schema, schemaType="JSON"))
        checked = time.perf_counter() - began
    finally:
        done.set()
        asking.join()
    assert check == (200, {"is_compatible": True})
    print(f"registered in {registered * 1000:.0f} ms, checked in {checked * 1000:.0f} ms, "
          f"others waited {statistics.median(waits) * 1000:.1f} ms, at most {max(waits) * 1000:.1f} ms")
    assert json.loads(daemon.get("/schemas/ids/1")[1]["schema"]) == json.loads(schema)
