# SPDX-License-Identifier: Apache-2.0
"""The quick start, line by line; run on every store."""
import json

from scute import record

OBJ = '{"type": "record", "name": "Obj", "fields":[{"name": "age", "type": "int"}]}'
OBJ_SORTED = '{"fields":[{"name":"age","type":"int"}],"name":"Obj","type":"record"}'
VERSION = {"subject": "test-key", "version": 1, "id": 1, "schema": OBJ_SORTED}


def raw(daemon, method, path, body=None):
    """The body's bytes: the quick start promises them, not just their meaning."""
    data = None if body is None else json.dumps(body)
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"} if data else {}
    reply = daemon.session.request(method, daemon.url + path, data=data, headers=headers, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.text


def compact(value):
    return json.dumps(value, separators=(",", ":"))


JSON_SCHEMA = '{"type": "object","properties":{"age":{"type": "number"}},"additionalProperties":true}'


def run_json(daemon):
    """Karapace's README, first two requests; needs the formats AVRO and JSON."""
    assert raw(daemon, "POST", "/subjects/test-key/versions", {"schema": OBJ}) == '{"id":1}'
    assert raw(daemon, "POST", "/subjects/test-key-json-schema/versions",
               {"schemaType": "JSON", "schema": JSON_SCHEMA}) == '{"id":2}'


def run(daemon):
    check = "/compatibility/subjects/test-key/versions/latest"
    integer = {"schema": '{"type": "int"}'}
    assert raw(daemon, "POST", "/subjects/test-key/versions", {"schema": OBJ}) == '{"id":1}'
    assert raw(daemon, "GET", "/subjects") == '["test-key"]'
    assert raw(daemon, "GET", "/subjects/test-key/versions") == "[1]"
    assert raw(daemon, "GET", "/schemas/ids/1") == compact({"schema": OBJ_SORTED})
    assert raw(daemon, "GET", "/subjects/test-key/versions/1") == compact(VERSION)
    assert raw(daemon, "GET", "/subjects/test-key/versions/latest") == compact(VERSION)
    assert raw(daemon, "POST", check, integer).startswith('{"is_compatible":false,')
    assert raw(daemon, "DELETE", "/subjects/test-key") == "[1]"
    assert raw(daemon, "POST", check, integer) == '{"is_compatible":true}'
    assert raw(daemon, "GET", "/config") == '{"compatibilityLevel":"BACKWARD"}'
    assert raw(daemon, "PUT", "/config", {"compatibility": "NONE"}) == '{"compatibility":"NONE"}'
    assert raw(daemon, "PUT", "/config/test-key", {"compatibility": "FULL"}) == \
        '{"compatibility":"FULL"}'
    for number in range(1, 11):
        daemon.register("other", record("R", f"f{number}:int"))
    assert raw(daemon, "DELETE", "/subjects/other/versions/10") == "10"
