# SPDX-License-Identifier: Apache-2.0
"""The format PROTOBUF over HTTP: texts, descriptors, references, errors, compatibility."""
import base64

import pytest
from google.protobuf import descriptor_pb2

from scute import build_dir, envelope, fails

ORDER = """// Orders as they come in.
syntax = "proto3";
package shop;

message Order {
  string id = 1; // unique
  map<string, int64> items = 2;
  optional State state = 3;

  enum State {
    STATE_NEW = 0;
    STATE_PAID = 1;
  }
}
"""
MONEY = 'syntax = "proto3"; package shop; message Money { int64 minor = 1; string currency = 2; }'
INVOICE = ('syntax = "proto3"; package shop; import "money.proto"; import "google/protobuf/timestamp.proto"; '
           'message Invoice { Money sum = 1; google.protobuf.Timestamp due = 2; }')
REFERENCE = {"name": "money.proto", "subject": "money", "version": 1}


def proto(text, **members):
    return envelope(text, schemaType="PROTOBUF", **members)


@pytest.fixture
def daemon(make_daemon):
    plugins = ["avro", "protobuf"]
    return make_daemon(plugins=plugins,
                       plugin_path=":".join(str(build_dir() / "plugins" / name) for name in plugins))


@pytest.fixture
def register(daemon):
    def call(subject, text, query="", **members):
        return daemon.register(subject, text, query, schemaType="PROTOBUF", **members)
    return call


def descriptor(text):
    return descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(text, validate=True))


def test_type_is_listed(daemon):
    assert "PROTOBUF" in daemon.get("/schemas/types")[1]


def test_text_comes_back_with_its_comments(daemon, register):
    assert register("order", ORDER) == 1
    body = daemon.get("/subjects/order/versions/1")[1]
    assert body["schemaType"] == "PROTOBUF"
    for words in ("// Orders as they come in.", "// unique", "map<string, int64> items = 2;"):
        assert words in body["schema"]
    assert register("other", body["schema"]) == 1
    daemon.restart()
    assert daemon.get("/schemas/ids/1")[1]["schema"] == body["schema"]


def test_comments_spacing_and_order_of_options_make_no_version(daemon, register):
    first = 'syntax = "proto3"; option java_package = "a"; option go_package = "b"; message M { int32 a = 1; }'
    again = ('// new\nsyntax = "proto3";\n\noption go_package = "b";\noption java_package = "a";\n'
             'message M {\n  int32 a = 1; /* a */\n}\n')
    assert register("m", first) == register("m", again) == 1
    assert daemon.get("/subjects/m/versions") == (200, [1])
    assert daemon.post("/subjects/m", proto(again))[1]["version"] == 1


def test_references_are_imports(daemon, register):
    register("money", MONEY)
    answer = daemon.post("/subjects/invoice/versions", proto(INVOICE))
    assert fails(answer, 422, 42201, 'import "money.proto"')
    assert register("invoice", INVOICE, references=[REFERENCE]) == 2
    assert daemon.get("/subjects/invoice/versions/1")[1]["references"] == [REFERENCE]
    assert daemon.get("/subjects/money/versions/1/referencedby") == (200, [2])
    assert fails(daemon.delete("/subjects/money"), 422, 42206)


def test_references_of_references_are_there(daemon, register):
    register("money", MONEY)
    register("invoice", INVOICE, references=[REFERENCE])
    text = 'syntax = "proto3"; package shop; import "invoice.proto"; message Ledger { repeated Invoice all = 1; }'
    reference = {"name": "invoice.proto", "subject": "invoice", "version": 1}
    assert register("ledger", text, references=[reference]) == 3
    unseen = text.replace("Invoice all", "Money all")
    answer = daemon.post("/subjects/ledger2/versions", proto(unseen, references=[reference]))
    assert fails(answer, 422, 42201, '"Money" is defined in "money.proto", which is not imported')


@pytest.mark.parametrize("path", ["/schemas/ids/1", "/subjects/order/versions/1",
                                  "/subjects/order/versions/latest"])
def test_serialized_is_a_descriptor(daemon, register, path):
    register("order", ORDER)
    file = descriptor(daemon.get(path + "?format=serialized")[1]["schema"])
    assert file.package == "shop" and file.syntax == "proto3"
    message = file.message_type[0]
    assert sorted(field.name for field in message.field) == ["id", "items", "state"]
    assert message.nested_type[0].name == "ItemsEntry"
    assert message.nested_type[0].options.map_entry
    assert [oneof.name for oneof in message.oneof_decl] == ["_state"]


def test_serialized_with_references(daemon, register):
    register("money", MONEY)
    register("invoice", INVOICE, references=[REFERENCE])
    file = descriptor(daemon.get("/schemas/ids/2?format=serialized")[1]["schema"])
    assert sorted(file.dependency) == ["google/protobuf/timestamp.proto", "money.proto"]
    assert file.message_type[0].field[0].type_name == ".shop.Money"


def test_a_descriptor_is_a_schema(daemon, register):
    register("order", ORDER)
    serialized = daemon.get("/schemas/ids/1?format=serialized")[1]["schema"]
    # Comments are no part of a descriptor, nor of what a schema is.
    assert register("order", serialized) == 1
    assert register("fresh", serialized) == 1
    file = descriptor_pb2.FileDescriptorProto(name="x.proto", syntax="proto3")
    file.message_type.add(name="M").field.add(name="a", number=1, label=1, type=5)
    text = base64.b64encode(file.SerializeToString()).decode()
    number = register("built", text)
    assert "int32 a = 1;" in daemon.get(f"/schemas/ids/{number}")[1]["schema"]
    assert register("built", 'syntax = "proto3"; message M { int32 a = 1; }') == number


@pytest.mark.parametrize("text, words", [
    ('syntax = "proto3";\nmessage M {\n  N n = 1;\n}', '3:3: "N" is not defined'),
    ('syntax = "proto3";\nmessage M { int32 a = 1;\n int32 b = 1; }', '3:12: the number 1 is already that of "a"'),
    ("message M {", "1:12: expected"),
    ("{}", "1:1: expected"),
    ("IgUKA00gTQ==", "in the descriptor"),
    ("message M { " * 20000, "nested more than"),
])
def test_errors_say_where(daemon, text, words):
    answer = daemon.post("/subjects/m/versions", proto(text))
    assert fails(answer, 422, 42201, words)


def test_compatibility(daemon, register):
    register("m", 'syntax = "proto3"; message M { int32 a = 1; string b = 2; }')
    daemon.put("/config", {"compatibility": "FULL"})
    added = 'syntax = "proto3"; message M { int32 a = 1; string b = 2; M c = 3; }'
    assert daemon.post("/compatibility/subjects/m/versions/latest", proto(added))[1]["is_compatible"]
    register("m", added)
    changed = added.replace("int32 a", "string a")
    body = daemon.post("/compatibility/subjects/m/versions/latest?verbose=true", proto(changed))[1]
    assert not body["is_compatible"]
    assert any("FIELD_SCALAR_KIND_CHANGED" in message for message in body["messages"])
    assert fails(daemon.post("/subjects/m/versions", proto(changed)), 409, 409)
    assert daemon.get("/subjects/m/versions") == (200, [1, 2])


def test_normalize(daemon, register):
    plain = 'syntax = "proto3"; package p; message N { } message M { N n = 1; }'
    other = 'syntax = "proto3"; package p; message N { } message M { .p.N n = 1; }'
    number = register("m", plain, "?normalize=true")
    assert register("m", other, "?normalize=true") == number
    assert "N n = 1;" in daemon.get(f"/schemas/ids/{number}")[1]["schema"]


def test_avro_is_not_disturbed(daemon, register):
    register("order", ORDER)
    assert daemon.register("avro", {"type": "string"}) == 2
    assert daemon.get("/schemas/ids/2") == (200, {"schema": '{"type":"string"}'})
