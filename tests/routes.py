# SPDX-License-Identifier: Apache-2.0
"""The table of tests/http/test_routes.py and tests/kafka/test_routes.py: requests, and what both
profiles answer. Rows do not disturb one another: what a row writes goes to a subject of its own,
which {s} stands for in it; global settings are put back by after."""
import dataclasses
import json
from unittest.mock import ANY

from scute import canonical, compact, envelope, record

A1 = record("A", "x:int")
A2 = record("A", "x:int", ("y", "int", 0))
B1 = record("B", "a:A")
TO_A1 = {"name": "A", "subject": "a", "version": 1}
TO_PART = {"name": "A", "subject": "part", "version": 2}
JSON = {"type": "object", "properties": {"x": {"type": "integer"}}, "additionalProperties": False}
PROTO = 'syntax = "proto3";\n\nmessage M {\n  int32 x = 1;\n}\n'
OWNER = {"properties": {"owner": "x"}}
RULES = {"domainRules": [{"name": "r", "kind": "CONDITION", "mode": "WRITE", "type": "CEL"}]}

# What there is before the first row.
SETUP = [
    ("POST", "/subjects/a/versions", envelope(A1)),                                     # id 1
    ("POST", "/subjects/a/versions", envelope(A2)),                                     # id 2
    ("POST", "/subjects/b/versions", envelope(B1, references=[TO_A1])),                 # id 3
    ("POST", "/subjects/j/versions", envelope(JSON, schemaType="JSON")),                # id 4
    ("POST", "/subjects/p/versions", envelope(PROTO, schemaType="PROTOBUF")),           # id 5
    ("POST", "/subjects/m/versions", envelope('"string"', metadata=OWNER)),             # id 6
    ("POST", "/subjects/gone/versions", envelope(A1)), ("DELETE", "/subjects/gone", None),
    ("POST", "/subjects/part/versions", envelope(A1)), ("POST", "/subjects/part/versions", envelope(A2)),
    ("DELETE", "/subjects/part/versions/1", None),
    ("POST", "/subjects/:.lab:a/versions", envelope('"int"')),                          # id 1 in .lab
    ("POST", "/subjects/ro/versions", envelope(A1)), ("PUT", "/mode/ro", {"mode": "READONLY"}),
    ("PUT", "/config/level", {"compatibility": "FULL"}),
    ("PUT", "/config/alias", {"alias": "a"}), ("PUT", "/config/lab-alias", {"alias": ":.lab:a"}),
]


class All:
    """Equal to a body that has these members, and maybe more."""

    def __init__(self, **members):
        self.members = members

    def __eq__(self, other):
        return isinstance(other, dict) and all(other.get(key) == value for key, value in self.members.items())

    def __repr__(self):
        return f"All({self.members})"


class Set(All):
    """Equal to a list of just these, or with more when some are of other rows."""

    def __init__(self, *items, more=False):
        self.items, self.more = items, more

    def __eq__(self, other):
        return isinstance(other, list) and all(item in other for item in self.items) and \
            (self.more or len(other) == len(self.items))

    def __repr__(self):
        return f"Set{self.items}"


def error(status, code, message=ANY):
    return status, {"error_code": code, "message": message}


@dataclasses.dataclass
class Row:
    method: str
    path: str
    body: object = None
    karapace: tuple = None
    confluent: tuple = None
    given: tuple = ()
    after: tuple = ()

    def __str__(self):
        return f"{self.method} {self.path}" + (f" {json.dumps(self.body)[:60]}" if self.body is not None else "")


def same(method, path, answer, body=None, given=(), after=()):
    return Row(method, path, body, answer, answer, given, after)


def differ(method, path, karapace, confluent, body=None, given=(), after=()):
    return Row(method, path, body, karapace, confluent, given, after)


def ok(body):
    return 200, body


def no_subject(name):
    return error(404, 40401, f"Subject '{name}' not found.")


def no_version(text):
    return error(404, 40402, f"Version {text} not found.")


def bad_version(text):
    return error(422, 42202, f"The specified version '{text}' is not a valid version id. Allowed values "
                 'are between [1, 2^31-1] and the string "latest"')


def bad_subject(name):
    return error(422, 42208, f"The specified subject '{name}' is not a valid.")


def bad_flag(name):
    return error(422, 422, f"{name}: must be true or false")


# A record of the row's own, with one field more each.
N1, N2, N3 = ({"type": "record", "name": "{s}", "fields": [{"name": "a", "type": "int"}] + more} for more in (
    [], [{"name": "b", "type": "int", "default": 0}],
    [{"name": "b", "type": "int", "default": 0}, {"name": "c", "type": "int", "default": 0}]))
OFF = {"type": "record", "name": "{s}", "fields": [{"name": "a", "type": "string"}]}
MINE = "/subjects/{s}"
WRITE = ("POST", MINE + "/versions", envelope(N1))
WRITE2 = ("POST", MINE + "/versions", envelope(N2))
SOFT = ("DELETE", MINE, None)
SOFT1 = ("DELETE", MINE + "/versions/1", None)
LEVELS = "Invalid compatibility level. Valid values are none, backward, forward, full, " \
    "backward_transitive, forward_transitive, and full_transitive"
READ_ONLY = error(422, 42205, "Subject ro in context . is in read-only mode")
SERIALIZED = "CgdkZWZhdWx0IhEKAU0SDAoBeBgBIAEoBVIBeGIGcHJvdG8z"  # PROTO as a FileDescriptorProto
GUID = "ef524ea1-b91e-7317-3d93-8ade36c1db32"  # of "int"
CHECK = "/compatibility/subjects/a/versions"


def version_8(subject, version, schema_id, text, kind="AVRO", **members):
    return {"subject": subject, "version": version, "id": schema_id, "guid": ANY, "schemaType": kind,
            "schema": text, "ts": ANY, "deleted": False, **members}


A1_KARAPACE = {"subject": "a", "version": 1, "id": 1, "schema": canonical(A1)}
A1_CONFLUENT = version_8("a", 1, 1, compact(A1))
A2_KARAPACE = {"subject": "a", "version": 2, "id": 2, "schema": canonical(A2)}
A2_CONFLUENT = version_8("a", 2, 2, compact(A2))

ROWS = [
    # --- /, probes, the registry itself ---
    same("GET", "/", ok({})), same("POST", "/", ok({}), {"any": "thing"}),
    same("POST", "/", ok({}), "no JSON at all"),
    same("GET", "/contexts", ok([".", ".lab"])), same("GET", "/contexts?contextPrefix=.l", ok([".lab"])),
    same("GET", "/contexts?offset=1", ok([".lab"])), same("GET", "/contexts?limit=1", ok(["."])),
    same("GET", "/v1/metadata/id", ok({"scope": {"path": [], "clusters": {
        "kafka-cluster": ANY, "schema-registry-cluster": "schema-registry"}}})),
    same("GET", "/v1/metadata/version", ok({"version": ANY, "commitId": ANY})),
    same("GET", "/master_available", ok({"master_available": True})),
    same("GET", "/_health", ok({"karapace_version": ANY, "status": ANY, "healthy": True})),
    same("GET", "/schemas/types/", ok(ANY)),
    differ("GET", "/schemas/types", ok(["JSON", "AVRO", "PROTOBUF"]), ok(["JSON", "PROTOBUF", "AVRO"])),
    # --- routes that are not there ---
    same("GET", "/exporters", error(404, 404, "HTTP 404 Not Found")),
    same("POST", "/associations", error(404, 404, "HTTP 404 Not Found"), {}),
    same("POST", "/subjects", error(405, 405, "HTTP 405 Method Not Allowed"), {}),
    same("PATCH", "/subjects/a", error(405, 405, "HTTP 405 Method Not Allowed")),
    same("NONSENSE", "/subjects/a", error(405, 405, "HTTP 405 Method Not Allowed")),
    # --- GET /subjects ---
    same("GET", "/subjects", ok(Set("a", "b", "j", "p", "m", "part", ":.lab:a", "ro", more=True))),
    same("GET", "/subjects?subjectPrefix=ro", ok(Set("ro", more=True))),
    same("GET", "/subjects?deleted=true&subjectPrefix=gone", ok(["gone"])),
    same("GET", "/subjects?subjectPrefix=gone", ok([])),
    same("GET", "/subjects?deletedOnly=true&subjectPrefix=gone", ok(["gone"])),
    same("GET", "/subjects?deletedOnly=true&subjectPrefix=part", ok([])),
    same("GET", "/subjects?subjectPrefix=:.lab:", ok([":.lab:a"])),
    same("GET", "/subjects?subjectPrefix=:.lab:&offset=1", ok([])),
    same("GET", "/subjects?subjectPrefix=:.lab:&limit=0", ok([":.lab:a"])),
    differ("GET", "/subjects?deleted=2", bad_flag("deleted"), ok(ANY)),
    # --- POST /subjects/{subject} ---
    differ("POST", "/subjects/a", ok(A1_KARAPACE), ok(A1_CONFLUENT), envelope(A1)),
    differ("POST", "/subjects/a", ok(A2_KARAPACE), ok(A2_CONFLUENT), envelope(A2, unknown=1)),
    same("POST", "/subjects/nobody", no_subject("nobody"), envelope(A1)),
    same("POST", "/subjects/a", error(404, 40403, "Schema not found"), envelope('"long"')),
    same("POST", "/subjects/gone", no_subject("gone"), envelope(A1)),
    same("POST", "/subjects/gone?deleted=true", ok(All(subject="gone", version=1, id=1)), envelope(A1)),
    same("POST", "/subjects/part", error(404, 40403, "Schema not found"), envelope(A1)),
    same("POST", "/subjects/part?deleted=true", ok(All(subject="part", version=1, id=1)), envelope(A1)),
    same("POST", "/subjects/b", ok(All(subject="b", version=1, id=3)), envelope(B1, references=[TO_A1])),
    same("POST", "/subjects/p", ok(All(subject="p", id=5, schemaType="PROTOBUF")),
         envelope(PROTO, schemaType="PROTOBUF")),
    same("POST", "/subjects/{s}?normalize=true", ok(All(subject="{s}", version=1)),
         envelope({"name": "{s}", "type": "fixed", "size": 4, "doc": "d"}),
         given=[("POST", MINE + "/versions?normalize=true",
                 envelope({"doc": "d", "size": 4, "type": "fixed", "name": "{s}"}))]),
    same("POST", "/subjects/p?format=serialized", ok(All(id=5, schema=SERIALIZED)),
         envelope(PROTO, schemaType="PROTOBUF")),
    same("POST", "/subjects/a", error(422, 42201, "Empty schema"), envelope("")),
    differ("POST", "/subjects/a", error(422, 422, "schema: this member is required"),
           error(422, 42201, "Empty schema"), {}),
    differ("POST", "/subjects/a", error(422, 422, "schema must be a string"),
           error(400, 400, "schema must be a string"), {"schema": {}}),
    differ("POST", "/subjects/a", error(422, 422, "Invalid schemaType X: no plugin for it is loaded"),
           error(422, 42201, "Invalid schema type X"), envelope(A1, schemaType="X")),
    # --- DELETE /subjects/{subject} ---
    same("DELETE", MINE, ok([1, 2]), given=[WRITE, WRITE2]),
    same("DELETE", MINE, ok([2]), given=[WRITE, WRITE2, SOFT1]),
    same("DELETE", MINE + "?permanent=true", ok([1]), given=[WRITE, SOFT]),
    same("DELETE", "/subjects/nobody", no_subject("nobody")),
    same("DELETE", "/subjects/nobody?permanent=true", no_subject("nobody")),
    same("DELETE", "/subjects/gone", error(404, 40404, "Subject 'gone' was soft deleted.Set permanent=true "
                                           "to delete permanently")),
    same("DELETE", "/subjects/a?permanent=true", error(404, 40405, "Subject 'a' was not deleted first before "
                                                       "being permanently deleted")),
    same("DELETE", "/subjects/ro", READ_ONLY),
    same("DELETE", "/subjects/a", error(422, 42206, "One or more references exist to the schema "
                                        "{magic=1,keytype=SCHEMA,subject=a,version=1}.")),
    same("DELETE", "/subjects/%07", bad_subject("\a")),
    differ("DELETE", "/subjects/nobody?permanent=maybe", bad_flag("permanent"), no_subject("nobody")),
    # --- GET /subjects/{subject}/versions ---
    same("GET", "/subjects/a/versions", ok([1, 2])),
    same("GET", "/subjects/part/versions", ok([2])),
    same("GET", "/subjects/part/versions?deleted=true", ok([1, 2])),
    same("GET", "/subjects/part/versions?deletedOnly=true", ok([1])),
    same("GET", "/subjects/part/versions?deletedAsNegative=true", ok([-1, 2])),
    same("GET", "/subjects/a/versions?offset=1", ok([2])), same("GET", "/subjects/a/versions?limit=1", ok([1])),
    same("GET", "/subjects/gone/versions", no_subject("gone")),
    same("GET", "/subjects/gone/versions?deleted=true", ok([1])),
    same("GET", "/subjects/level/versions", no_subject("level")),
    # --- POST /subjects/{subject}/versions ---
    differ("POST", "/subjects/a/versions", ok({"id": 1}),
           ok({"id": 1, "version": 1, "guid": ANY, "schemaType": "AVRO", "schema": compact(A1), "ts": ANY,
               "deleted": False}), envelope(A1)),
    differ("POST", MINE + "/versions", ok({"id": ANY}), ok(All(version=2, schemaType="AVRO")), envelope(N2),
           given=[WRITE]),
    same("POST", MINE + "/versions?normalize=true", ok(All(id=ANY)), envelope(N1)),
    same("POST", MINE + "/versions", error(422, 42201), envelope("{")),
    same("POST", MINE + "/versions", error(422, 42201, "Empty schema"), envelope("")),
    same("POST", MINE + "/versions", error(422, 42201),
         envelope(N1, references=[{"name": "X", "subject": "nobody", "version": 1}])),
    same("POST", MINE + "/versions", error(422, 422, "references[0]: name and subject must be strings"),
         envelope(N1, references=[{"name": "X"}])),
    same("POST", MINE + "/versions", error(422, 42210, "Invalid ruleset or metadata: ruleSet must be an object"),
         envelope(N1, ruleSet=[])),
    differ("POST", MINE + "/versions", (409, {"error_code": 409, "message": ANY}),
           (409, {"error_code": 40901, "message": ANY}), envelope(OFF), given=[WRITE]),
    same("POST", "/subjects/ro/versions", READ_ONLY, envelope('"long"')),
    differ("POST", MINE + "/versions", ok({"id": ANY}),
           error(422, 42201, "Version is not one more than previous version"), envelope(N1, version=5)),
    differ("POST", MINE + "/versions", ok({"id": ANY}),
           error(422, 42205, "Subject {s} in context . is not in import mode"), envelope(N1, id=900000)),
    differ("POST", MINE + "/versions", ok({"id": 800000}), ok(All(id=800000, version=9)),
           envelope(N1, id=800000, version=9), given=[("PUT", "/mode/{s}", {"mode": "IMPORT"})]),
    differ("POST", MINE + "/versions", error(422, 422, "schema: this member is required"),
           ok(All(version=2, schemaType="AVRO", metadata=OWNER)), {"metadata": OWNER}, given=[WRITE]),
    differ("POST", MINE + "/versions", error(422, 422, "schema: this member is required"),
           ok(All(version=1, references=[TO_PART])), {"schema": None, "schemaType": "JSON"},
           given=[("POST", MINE + "/versions", envelope({"name": "{s}", "type": "record", "fields": [
               {"name": "a", "type": "A"}]}, references=[TO_PART]))]),
    differ("POST", MINE + "/versions", error(422, 422, "schema: this member is required"),
           error(422, 42201, "Empty schema"), {"metadata": OWNER}),
    differ("POST", MINE + "/versions", error(422, 422), error(400, 400), "{"),
    differ("POST", MINE + "/versions", error(422, 422, "The request body is not a JSON object"),
           error(400, 400, "The request body is not a JSON object"), "[]"),
    same("POST", "/subjects/%1f/versions", bad_subject("\x1f"), envelope(A1)),
    # --- GET /subjects/{subject}/versions/{version} and what lies below ---
    differ("GET", "/subjects/a/versions/1", ok(A1_KARAPACE), ok(A1_CONFLUENT)),
    differ("GET", "/subjects/a/versions/latest", ok(A2_KARAPACE), ok(A2_CONFLUENT)),
    differ("GET", "/subjects/a/versions/-1", ok(A2_KARAPACE), ok(A2_CONFLUENT)),
    differ("GET", "/subjects/a/versions/LATEST", ok(A2_KARAPACE), ok(A2_CONFLUENT)),
    differ("GET", "/subjects/b/versions/1",
           ok({"subject": "b", "version": 1, "id": 3, "schema": canonical(B1), "references": [TO_A1]}),
           ok(version_8("b", 1, 3, compact(B1), references=[TO_A1]))),
    differ("GET", "/subjects/p/versions/1",
           ok({"subject": "p", "version": 1, "id": 5, "schema": ANY, "schemaType": "PROTOBUF"}),
           ok(version_8("p", 1, 5, ANY, "PROTOBUF"))),
    differ("GET", "/subjects/m/versions/1",
           ok({"subject": "m", "version": 1, "id": 6, "schema": '"string"'}),
           ok(version_8("m", 1, 6, '"string"', metadata=OWNER))),
    differ("GET", "/subjects/gone/versions/1?deleted=true",
           ok({"subject": "gone", "version": 1, "id": 1, "schema": canonical(A1)}),
           ok({**version_8("gone", 1, 1, compact(A1)), "deleted": True})),
    same("GET", "/subjects/p/versions/1?format=serialized", ok(All(id=5, schema=SERIALIZED))),
    same("GET", "/subjects/a/versions/1?format=unknown", ok(All(id=1))),
    same("GET", "/subjects/nobody/versions/1", no_subject("nobody")),
    same("GET", "/subjects/gone/versions/1", no_subject("gone")),
    same("GET", "/subjects/a/versions/9", no_version("9")),
    same("GET", "/subjects/part/versions/1", no_version("1")),
    same("GET", "/subjects/a/versions/0", bad_version("0")), same("GET", "/subjects/a/versions/x", bad_version("x")),
    same("GET", "/subjects/nobody/versions/-2", bad_version("-2")),
    same("GET", "/subjects/a/versions/2147483648", bad_version("2147483648")),
    same("GET", "/subjects/%7f/versions/1", bad_subject("\x7f")),
    same("GET", "/subjects/a/versions/1/schema", ok(A1)),
    same("GET", "/subjects/p/versions/1/schema", ok(ANY)),
    same("GET", "/subjects/part/versions/1/schema", no_version("1")),
    same("GET", "/subjects/part/versions/1/schema?deleted=true", ok(A1)),
    same("GET", "/subjects/nobody/versions/1/schema", no_subject("nobody")),
    same("GET", "/subjects/a/versions/zero/schema", bad_version("zero")),
    same("GET", "/subjects/a/versions/1/referencedby", ok([3])),
    same("GET", "/subjects/a/versions/1/referencedby?offset=1", ok([])),
    same("GET", "/subjects/a/versions/1/referencedby?limit=1", ok([3])),
    same("GET", "/subjects/a/versions/latest/referencedby", ok([])),
    same("GET", "/subjects/nobody/versions/1/referencedby", no_subject("nobody")),
    same("GET", "/subjects/a/versions/7/referencedby", no_version("7")),
    same("GET", "/subjects/a/versions/0/referencedby", bad_version("0")),
    same("GET", "/subjects/m/metadata?key=owner&value=x", ok(All(subject="m", version=1, id=6))),
    same("GET", "/subjects/m/metadata", ok(All(id=6))),
    same("GET", "/subjects/m/metadata?key=owner&value=y", error(404, 40403, "Schema not found")),
    same("GET", "/subjects/m/metadata?key=owner", error(404, 40403, "Schema not found")),
    same("GET", "/subjects/nobody/metadata?key=owner&value=x", no_subject("nobody")),
    same("GET", "/subjects/gone/metadata?deleted=true", ok(All(subject="gone", id=1))),
    same("GET", "/subjects/gone/metadata", no_subject("gone")),
    # --- DELETE /subjects/{subject}/versions/{version} ---
    same("DELETE", MINE + "/versions/1", ok(1), given=[WRITE, WRITE2]),
    same("DELETE", MINE + "/versions/latest", ok(2), given=[WRITE, WRITE2]),
    same("DELETE", MINE + "/versions/1?permanent=true", ok(1), given=[WRITE, WRITE2, SOFT1]),
    same("DELETE", "/subjects/nobody/versions/1", no_subject("nobody")),
    same("DELETE", "/subjects/a/versions/9", no_version("9")),
    same("DELETE", "/subjects/a/versions/0", bad_version("0")),
    differ("DELETE", MINE + "/versions/1",
           error(404, 40406, "Subject '{s}' Version 1 was soft deleted. Set permanent=true to delete permanently"),
           error(404, 40406, "Subject '{s}' Version 1 was soft deleted.Set permanent=true to delete permanently"),
           given=[WRITE, WRITE2, SOFT1]),
    same("DELETE", MINE + "/versions/1?permanent=true",
         error(404, 40407, "Subject '{s}' Version 1 was not deleted first before being permanently deleted"),
         given=[WRITE]),
    same("DELETE", "/subjects/ro/versions/1", READ_ONLY),
    same("DELETE", "/subjects/a/versions/1", error(422, 42206, "One or more references exist to the schema "
                                                   "{magic=1,keytype=SCHEMA,subject=a,version=1}.")),
    # --- GET /schemas ---
    differ("GET", "/schemas?subjectPrefix=:.lab:",
           ok([{"subject": ":.lab:a", "schema": '"int"', "version": 1, "id": 1, "schemaType": "AVRO",
                "references": None}]), ok([version_8(":.lab:a", 1, 1, '"int"')])),
    same("GET", "/schemas?subjectPrefix=part", ok([All(subject="part", version=2)])),
    same("GET", "/schemas?subjectPrefix=part&deleted=true", ok([All(version=1), All(version=2)])),
    same("GET", "/schemas?subjectPrefix=part&deletedOnly=true", ok([All(version=1)])),
    same("GET", "/schemas?subjectPrefix=part&deleted=true&latestOnly=true", ok([All(version=2)])),
    same("GET", "/schemas?subjectPrefix=part&deleted=true&offset=1", ok([All(version=2)])),
    same("GET", "/schemas?subjectPrefix=part&deleted=true&limit=1", ok([All(version=1)])),
    differ("GET", "/schemas?latestOnly=x", bad_flag("latestOnly"), ok(ANY)),
    # --- GET /schemas/ids/{id} and what lies below ---
    differ("GET", "/schemas/ids/2", ok({"schema": canonical(A2)}),
           ok({"subject": "a", "version": 2, "guid": ANY, "schemaType": "AVRO", "schema": compact(A2),
               "ts": ANY, "deleted": False})),
    differ("GET", "/schemas/ids/4", ok({"schema": ANY, "schemaType": "JSON"}),
           ok(All(subject="j", version=1, schemaType="JSON"))),
    differ("GET", "/schemas/ids/3", ok({"schema": canonical(B1), "references": [TO_A1]}),
           ok(All(references=[TO_A1]))),
    same("GET", "/schemas/ids/6?fetchMaxId=true", ok(All(schema='"string"', maxId=ANY))),
    differ("GET", "/schemas/ids/2?includeSubjects=true", ok({"schema": canonical(A2), "subjects": ["a", "part"]}),
           ok({"subject": "a", "version": 2, "guid": ANY, "schemaType": "AVRO", "schema": compact(A2),
               "ts": ANY, "deleted": False})),
    differ("GET", "/schemas/ids/5?includeSubjects=1",
           ok({"schema": ANY, "subjects": ["p"], "schemaType": "PROTOBUF"}), ok(All(subject="p"))),
    differ("GET", "/schemas/ids/5?includeSubjects=maybe", bad_flag("includeSubjects"), ok(All(subject="p"))),
    same("GET", "/schemas/ids/1?subject=:.lab:a", ok(All(schema='"int"'))),
    same("GET", "/schemas/ids/1?subject=:.nothing:", error(404, 40403)),
    same("GET", "/schemas/ids/1?format=unknown", ok(ANY)),
    differ("GET", "/schemas/ids/700000", error(404, 40403, "Schema not found"),
           error(404, 40403, "Schema 700000 not found")),
    same("GET", "/schemas/ids/x", error(404, 404, "HTTP 404 Not Found")),
    differ("GET", "/schemas/ids/-1", error(404, 40403, "Schema not found"),
           error(404, 40403, "Schema -1 not found")),
    same("GET", "/schemas/ids/1/schema", ok(A1)),
    same("GET", "/schemas/ids/1/schema?subject=:.lab:", ok("int")),
    differ("GET", "/schemas/ids/700000/schema", error(404, 40403, "Schema not found"),
           error(404, 40403, "Schema 700000 not found")),
    same("GET", "/schemas/ids/2/subjects", ok(["a", "part"])),
    same("GET", "/schemas/ids/1/subjects", ok(["a", "ro"])),
    same("GET", "/schemas/ids/1/subjects?deleted=true", ok(["a", "gone", "part", "ro"])),
    same("GET", "/schemas/ids/1/subjects?deleted=true&offset=1&limit=2", ok(["gone", "part"])),
    same("GET", "/schemas/ids/1/subjects?subject=:.lab:", ok([":.lab:a"])),
    differ("GET", "/schemas/ids/700000/subjects", ok([]), error(404, 40403, "Schema not found")),
    same("GET", "/schemas/ids/x/subjects", error(404, 404, "HTTP 404 Not Found")),
    same("GET", "/schemas/ids/2/versions", ok([{"subject": "a", "version": 2}, {"subject": "part", "version": 2}])),
    same("GET", "/schemas/ids/1/versions?deleted=true&limit=2",
         ok([{"subject": "a", "version": 1}, {"subject": "gone", "version": 1}])),
    same("GET", "/schemas/ids/2/versions?offset=1", ok([{"subject": "part", "version": 2}])),
    differ("GET", "/schemas/ids/700000/versions", ok([]), error(404, 40403, "Schema not found")),
    same("GET", "/schemas/ids/1.5/versions", error(404, 404, "HTTP 404 Not Found")),
    same("GET", f"/schemas/guids/{GUID}", ok({"guid": GUID, "schemaType": "AVRO", "schema": '"int"'})),
    same("GET", f"/schemas/guids/{GUID}?format=resolved", ok(All(schema='"int"'))),
    same("GET", f"/schemas/guids/{GUID}/ids", ok([{"context": ".lab", "id": 1}])),
    same("GET", "/schemas/guids/none/ids", ok([])),
    differ("GET", "/schemas/guids/none", error(404, 40403, "Schema not found"),
           error(404, 40403, "Schema none not found")),
    # --- POST /compatibility ---
    same("POST", CHECK + "/latest", ok({"is_compatible": True}), envelope(A1)),
    same("POST", CHECK + "/1", ok({"is_compatible": True}), envelope(A2)),
    same("POST", CHECK, ok({"is_compatible": True}), envelope(A2)),
    differ("POST", CHECK + "/latest", ok({"is_compatible": False, "messages": ANY}),
           ok({"is_compatible": False}), envelope('"int"')),
    same("POST", CHECK + "/latest?verbose=true", ok({"is_compatible": False, "messages": ANY}), envelope('"int"')),
    same("POST", CHECK + "?verbose=true", ok({"is_compatible": False, "messages": ANY}), envelope('"int"')),
    same("POST", CHECK + "/latest?verbose=true", ok({"is_compatible": True, "messages": []}), envelope(A2)),
    same("POST", CHECK + "/latest?normalize=true", ok({"is_compatible": True}), envelope(A2)),
    same("POST", CHECK + "/9", no_version("9"), envelope(A1)),
    same("POST", CHECK + "/0", bad_version("0"), envelope(A1)),
    same("POST", CHECK + "/latest", error(422, 42201, "Empty schema"), envelope("")),
    same("POST", CHECK, error(422, 42201), envelope("{")),
    same("POST", "/compatibility/subjects/nobody/versions", ok({"is_compatible": True}), envelope(A1)),
    same("POST", "/compatibility/subjects/%00/versions", error(400, 400, "HTTP 400 Malformed path"), envelope(A1)),
    same("POST", "/compatibility/subjects/%01/versions", bad_subject("\x01"), envelope(A1)),
    # --- /config ---
    same("GET", "/config", ok({"compatibilityLevel": "BACKWARD"})),
    same("GET", "/config?defaultToGlobal=true", ok({"compatibilityLevel": "BACKWARD"})),
    same("PUT", "/config", ok({"compatibility": "FULL"}), {"compatibility": "FULL"},
         after=[("DELETE", "/config", None)]),
    differ("DELETE", "/config", ok({"compatibility": "BACKWARD"}), ok({"compatibilityLevel": "NONE"}),
           given=[("PUT", "/config", {"compatibility": "NONE"})]),
    same("PUT", "/config", error(422, 42203, LEVELS), {"compatibility": "SOME"}),
    same("PUT", "/config", error(422, 42203, "Invalid compatibility policy. Valid values are strict and lenient"),
         {"compatibilityPolicy": "SOME"}),
    same("PUT", "/config", error(422, 42210, "Invalid ruleset or metadata: defaultMetadata: metadata: "
                                 "properties must be an object of strings"),
         {"defaultMetadata": {"properties": {"a": 1}}}),
    same("PUT", "/config/{s}", error(422, 42210, "Invalid ruleset or metadata: overrideRuleSet: ruleSet: "
                                     "enableAt must be ALL, CLIENT, GATEWAY, SERVER or NONE"),
         {"overrideRuleSet": {"enableAt": "HERE"}}),
    differ("PUT", "/config", error(422, 422, "compatibility: this member is required"),
           ok({"compatibility": "BACKWARD"}), {}, after=[("DELETE", "/config", None)]),
    differ("PUT", "/config", error(422, 422, "compatibility must be a string"),
           error(400, 400, "compatibility must be a string"), {"compatibility": 1}),
    same("GET", "/config/level", ok({"compatibilityLevel": "FULL"})),
    same("GET", "/config/a", error(404, 40408, "Subject 'a' does not have subject-level compatibility configured")),
    same("GET", "/config/a?defaultToGlobal=true", ok({"compatibilityLevel": "BACKWARD"})),
    differ("GET", "/config/nobody", no_subject("nobody"),
           error(404, 40408, "Subject 'nobody' does not have subject-level compatibility configured")),
    differ("GET", "/config/nobody?defaultToGlobal=true", no_subject("nobody"),
           ok({"compatibilityLevel": "BACKWARD"})),
    same("GET", "/config/%0a", bad_subject("\n")),
    same("PUT", "/config/{s}", ok({"compatibility": "NONE"}), {"compatibility": "none"}),
    same("PUT", "/config/{s}", ok({"defaultRuleSet": RULES}), {"defaultRuleSet": RULES}),
    differ("PUT", "/config/{s}", error(422, 42203, "Invalid compatibility level"), error(422, 42203, LEVELS),
           {"compatibility": ""}),
    same("PUT", "/config/ro", READ_ONLY, {"compatibility": "NONE"}),
    same("PUT", "/config/%0b", bad_subject("\v"), {"compatibility": "NONE"}),
    differ("DELETE", "/config/{s}", ok({"compatibility": "BACKWARD"}), ok({"compatibilityLevel": "FORWARD"}),
           given=[("PUT", "/config/{s}", {"compatibility": "FORWARD"})]),
    differ("DELETE", "/config/nobody", ok({"compatibility": "BACKWARD"}), no_subject("nobody")),
    # --- /mode ---
    same("GET", "/mode", ok({"mode": "READWRITE"})), same("GET", "/mode?defaultToGlobal=true", ok({"mode": "READWRITE"})),
    same("PUT", "/mode", ok({"mode": "READONLY"}), {"mode": "READONLY"}, after=[("DELETE", "/mode", None)]),
    same("PUT", "/mode", error(422, 42205, "Cannot import since found existing subjects"), {"mode": "IMPORT"}),
    same("PUT", "/mode?force=true", ok({"mode": "IMPORT"}), {"mode": "IMPORT"}, after=[("DELETE", "/mode", None)]),
    differ("PUT", "/mode", error(422, 42204, "Invalid mode. Valid values are READWRITE, READONLY, and IMPORT."),
           error(422, 42204, "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD."),
           {"mode": "OPEN"}),
    same("PUT", "/mode/a", error(422, 42204, "Forward mode only supported on global level"), {"mode": "FORWARD"}),
    same("PUT", "/mode", error(422, 422, "mode: this member is required"), {}),
    differ("PUT", "/mode", error(422, 422, "mode must be a string"), error(400, 400, "mode must be a string"),
           {"mode": 1}),
    same("DELETE", "/mode", ok({"mode": "READONLY"}), given=[("PUT", "/mode", {"mode": "READONLY"})]),
    same("DELETE", "/mode", ok({})),
    same("GET", "/mode/ro", ok({"mode": "READONLY"})),
    differ("GET", "/mode/a", ok({"mode": "READWRITE"}),
           error(404, 40409, "Subject 'a' does not have subject-level mode configured")),
    same("GET", "/mode/a?defaultToGlobal=true", ok({"mode": "READWRITE"})),
    differ("GET", "/mode/nobody", no_subject("nobody"),
           error(404, 40409, "Subject 'nobody' does not have subject-level mode configured")),
    same("PUT", "/mode/{s}", ok({"mode": "READONLY_OVERRIDE"}), {"mode": "readonly_override"}),
    same("PUT", "/mode/{s}", error(422, 42205, "Cannot import since found existing subjects"), {"mode": "IMPORT"},
         given=[WRITE]),
    same("PUT", "/mode/{s}?force=true", ok({"mode": "IMPORT"}), {"mode": "IMPORT"}, given=[WRITE]),
    same("DELETE", "/mode/{s}", ok({"mode": "READONLY"}), given=[("PUT", "/mode/{s}", {"mode": "READONLY"})]),
    same("DELETE", "/mode/nobody", no_subject("nobody")),
    same("PUT", "/mode/%0c", bad_subject("\f"), {"mode": "READONLY"}),
    # --- aliases: in what is asked of subjects, not in /config and /mode ---
    differ("GET", "/subjects/alias/versions/1", ok(A1_KARAPACE), ok(A1_CONFLUENT)),
    same("GET", "/subjects/alias/versions", ok([1, 2])),
    same("GET", "/subjects/alias/versions/1/schema", ok(A1)),
    same("GET", "/subjects/alias/versions/1/referencedby", ok([3])),
    same("GET", "/subjects/alias/metadata", ok(All(subject="a", version=2))),
    same("POST", "/subjects/alias", ok(All(subject="a", version=2)), envelope(A2)),
    same("POST", "/compatibility/subjects/alias/versions/latest?verbose=true",
         ok({"is_compatible": False, "messages": ANY}), envelope('"int"')),
    same("POST", "/compatibility/subjects/alias/versions", ok({"is_compatible": True}), envelope(A2)),
    same("POST", "/subjects/{s}/versions", ok(All(id=ANY)), envelope(N1),
         given=[("PUT", "/config/{s}", {"alias": "{s}-meant"})],
         after=[("GET", "/subjects/{s}-meant/versions/1", None), ("DELETE", "/subjects/{s}", None),
                ("DELETE", "/subjects/{s}-meant?permanent=true", None)]),
    same("GET", "/subjects/{s}/versions", no_subject("alias"),
         given=[("PUT", "/config/{s}", {"alias": "alias"})]),  # one step, no more
    same("GET", "/subjects/:.lab:{s}/versions", ok([1]), given=[("PUT", "/config/:.lab:{s}", {"alias": "a"})]),
    same("GET", "/subjects/lab-alias/versions/1", ok(All(subject=":.lab:a", schema='"int"'))),
    same("GET", "/schemas/ids/1?subject=lab-alias", ok(All(schema='"int"'))),
    same("GET", "/config/alias", ok({"alias": "a"})),
    differ("GET", "/mode/alias", ok({"mode": "READWRITE"}),
           error(404, 40409, "Subject 'alias' does not have subject-level mode configured")),
]


def fill(value, name):
    """{s} in paths, bodies and expected answers."""
    if isinstance(value, str):
        return value.replace("{s}", name)
    if isinstance(value, dict):
        return {key: fill(each, name) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(fill(each, name) for each in value)
    if type(value) is All:
        return All(**fill(value.members, name))
    return value


def prepare(registry):
    for method, path, body in SETUP:
        status, answer = registry.ask(method, path, body)
        assert status == 200, (method, path, answer)
    return registry


def check(registry, row):
    name = f"row{ROWS.index(row)}"
    for step in row.given:
        status, answer = registry.ask(*fill(step, name))
        assert status == 200, (step, answer)
    try:
        answer = registry.ask(row.method, fill(row.path, name), fill(row.body, name))
        assert answer == fill(getattr(row, registry.config["response_profile"]), name)
    finally:
        for step in row.after:
            status, answer = registry.ask(*fill(step, name))
            assert status == 200, (step, answer)
