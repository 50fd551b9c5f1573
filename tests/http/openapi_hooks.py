# SPDX-License-Identifier: Apache-2.0
"""For schemathesis: texts that are schemas, so that more than the refusal of a random text is seen."""
import json
import zlib

import schemathesis

PROTO = 'syntax = "proto3"; message M { int64 a = 1; string b = 2; }'
TEXTS = [
    (None, '"int"'), ("AVRO", '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'),
    ("AVRO", '{"type":"record","name":"R","fields":[{"name":"a","type":"long"},'
             '{"name":"b","type":["null","string"],"default":null}]}'),
    ("JSON", '{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}'),
    ("JSON", '{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"string"}}}'),
    ("JSON", "true"), ("PROTOBUF", PROTO), ("PROTOBUF", PROTO.replace("int64", "int32")),
]
SUBJECTS = ["orders-value", "s", ":.lab:s", "with/slash", "ünïcode"]
GUID = "ef524ea1-b91e-7317-3d93-8ade36c1db32"


def pick(of, choices):
    """The same choice for the same case, whatever ran before it."""
    return choices[zlib.crc32(repr(of).encode()) % len(choices)]


@schemathesis.hook
def map_body(context, body):
    """Three of four texts become schemas, the fourth stays what it is."""
    if not isinstance(body, dict) or not isinstance(body.get("schema"), str):
        return body
    kind, text = pick(json.dumps(body, sort_keys=True, default=repr), TEXTS + [(None, None)] * 3)
    if text is not None:
        body["schema"] = text
        body["schemaType"] = kind
        body.pop("references", None)
    return body


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Few subjects and ids, so that cases meet what others wrote."""
    for name, choices in (("subject", SUBJECTS), ("id", range(4)), ("guid", [GUID])):
        value = (path_parameters or {}).get(name)
        if value is not None and zlib.crc32(repr(value).encode()) % 4:
            path_parameters[name] = pick(value, choices)
    return path_parameters
