# SPDX-License-Identifier: Apache-2.0
"""What is a schema: the daemon's checker beside the drafts' own meta-schemas in Python's jsonschema.

Random schemas, half of them wrong, are looked up, which checks them without storing them.
"""
import json
import pathlib
import random
import sys

import jsonschema
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from scute import Daemon, build_dir, envelope  # noqa: E402

DRAFTS = {
    "4": jsonschema.Draft4Validator,
    "6": jsonschema.Draft6Validator,
    "7": jsonschema.Draft7Validator,
    "2019-09": jsonschema.Draft201909Validator,
    "2020-12": jsonschema.Draft202012Validator,
}
SCHEMAS = 1500

# Good for some keyword, bad for others. No writeOnly: draft 7 has it, its meta-schema does not.
PLAIN = [None, True, False, 0, -1, 1.5, 2.0, "a", "string", "", [], ["a"], ["a", "a"], ["string"],
         [1], {}, {"a": True}, {"a": 1}, {"a": ["b"]}, {"a": ["b", "b"]}]
VALUES = ["type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum",
          "exclusiveMinimum", "maxLength", "minLength", "pattern", "format", "contentEncoding",
          "contentMediaType", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains",
          "maxProperties", "minProperties", "required", "dependentRequired", "title", "description",
          "default", "examples", "readOnly", "deprecated", "$comment", "$vocabulary",
          "$anchor", "$dynamicAnchor", "unknown"]
ONE = ["items", "additionalItems", "contains", "additionalProperties", "propertyNames", "not", "if",
       "then", "else", "unevaluatedItems", "unevaluatedProperties", "contentSchema"]
LISTS = ["allOf", "anyOf", "oneOf", "prefixItems", "items"]
NAMED = ["properties", "patternProperties", "dependencies", "dependentSchemas", "$defs", "definitions"]


def make(chance, depth=3):
    """A schema, or nearly: any value may stand where another belongs."""
    if depth == 0 or chance.random() < 0.1:
        return chance.choice([{}, True, False, {"type": "string"}])
    schema = {}
    for _ in range(chance.randint(1, 3)):
        kind = chance.randrange(10)
        if kind < 4:
            schema[chance.choice(VALUES)] = chance.choice(PLAIN)
        elif kind < 6:
            schema[chance.choice(ONE)] = make(chance, depth - 1)
        elif kind < 7:
            schema[chance.choice(LISTS)] = [make(chance, depth - 1) for _ in range(chance.randint(0, 2))]
        elif kind < 9:
            names = ["a", "b~/c", "^x"][:chance.randint(0, 3)]
            schema[chance.choice(NAMED)] = {name: make(chance, depth - 1) for name in names}
        else:
            schema[chance.choice(ONE + LISTS + NAMED)] = chance.choice(PLAIN)
    return schema


def relaxed(schema):
    """Without what draft 4 refuses and Scute lets through; docs/jsonschema.md has the list."""
    if isinstance(schema, list):
        return [relaxed(item) for item in schema]
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)
    if not isinstance(schema, dict):
        return schema
    made = {key: relaxed(value) for key, value in schema.items()}
    for flag, limit in (("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")):
        if flag in made:
            made.setdefault(limit, 1)
    if made.get("required") == []:
        made["required"] = ["a"]
    if isinstance(made.get("enum"), list):
        made["enum"] = made["enum"][:1]
    return made


@pytest.fixture(params=DRAFTS)
def draft(request):
    return request.param


def test_same_verdict(draft, tmp_path):
    plugins = [build_dir() / "plugins" / name for name in ("avro", "jsonschema")]
    daemon = Daemon(tmp_path, plugins=["avro", "jsonschema"], plugin_path=":".join(map(str, plugins)),
                    jsonschema={"default_draft": draft}).start()
    meta = DRAFTS[draft](DRAFTS[draft].META_SCHEMA)
    chance = random.Random(f"schemas of {draft}")
    counts = {True: 0, False: 0}
    try:
        daemon.register("s", '{"title":"nobody else has this"}', schemaType="JSON")
        for _ in range(SCHEMAS):
            schema = make(chance)
            if draft == "4":
                schema = relaxed(schema)
            status, body = daemon.post("/subjects/s", envelope(json.dumps(schema), schemaType="JSON"))
            assert (status, body["error_code"]) in ((404, 40403), (422, 42201)), body
            error = next(meta.iter_errors(schema), None)
            assert (status == 404) == (error is None), (schema, body["message"], error)
            counts[error is None] += 1
    finally:
        daemon.stop()
    assert min(counts.values()) > SCHEMAS / 10, counts
