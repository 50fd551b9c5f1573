# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka's registry client and serializers in both forms, blocking and async, with all formats;
and python-schema-registry-client. No broker.

Special: confluent-kafka sends Confluent-Accept-Unknown-Properties: true with bodies and
Confluent-Client-Version: python/VERSION with everything; normalize=, deleted=, verbose= and force= as
Python prints them (False, True) where it posts or puts; deleted_only= where the server knows deletedOnly=
alone; offset=0 and limit=-1 always; format=serialized where it reads Protobuf; and its serializers ask
/associations/resources/-/TOPIC first. python-schema-registry-client looks up before it registers.
"""
import asyncio
import inspect
import json
import uuid

import pytest
from confluent_kafka.schema_registry import (
    AsyncSchemaRegistryClient, ConfigCompatibilityLevel, Metadata, MetadataProperties, Rule, RuleKind,
    RuleMode, RuleSet, Schema, SchemaReference, SchemaRegistryClient, ServerConfig,
    dual_schema_id_deserializer, header_schema_id_serializer)
from confluent_kafka.schema_registry import avro, json_schema, protobuf
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from schema_registry.client import AsyncSchemaRegistryClient as OtherAsyncClient
from schema_registry.client import SchemaRegistryClient as OtherClient
from schema_registry.client import schema as other_schema
from schema_registry.client.errors import ClientError
from schema_registry.serializers import AvroMessageSerializer, JsonMessageSerializer

USER = {"type": "record", "name": "User", "namespace": "python",
        "fields": [{"name": "name", "type": "string"}]}
USER_2 = {**USER, "fields": USER["fields"] + [{"name": "age", "type": "int", "default": 3}]}
BROKEN = {**USER, "fields": USER["fields"] + [{"name": "age", "type": "int"}]}
STREET = {"type": "object", "properties": {"no": {"type": "integer"}}, "required": ["no"]}
HOUSE = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "House", "type": "object",
         "properties": {"street": {"$ref": "street.json"}}}


class Confluent:
    """The blocking or the async client, asked alike."""

    def __init__(self, registry, mode):
        self.loop = asyncio.new_event_loop() if mode == "async" else None
        self.prefix = "Async" if self.loop else ""
        self.kind = AsyncSchemaRegistryClient if self.loop else SchemaRegistryClient
        self.url, self.profile, self.mode = registry.url, registry.profile, mode
        self.client = self.fresh()

    def fresh(self):
        return self.kind({"url": self.url})

    def wait(self, value):
        return self.loop.run_until_complete(value) if inspect.isawaitable(value) else value

    def __getattr__(self, name):
        return lambda *args, **named: self.wait(getattr(self.client, name)(*args, **named))

    def serde(self, module, name, *args, **named):
        made = self.wait(getattr(module, self.prefix + name)(*args, **named))
        return lambda *call: self.wait(made(*call))


@pytest.fixture(params=["blocking", "async"])
def client(request, all_registry):
    client = Confluent(all_registry, request.param)
    yield client
    if client.loop:
        client.loop.close()


@pytest.fixture
def name(request, client):
    """A prefix for subjects and topics that no other test uses."""
    return f"p-{request.node.originalname}-{client.mode}"


def avro_schema(schema, *references):
    return Schema(json.dumps(schema), "AVRO", list(references))


def refused(status, code, call, *args, **named):
    with pytest.raises(SchemaRegistryError) as refusal:
        call(*args, **named)
    assert (refusal.value.http_status_code, refusal.value.error_code) == (status, code)
    assert refusal.value.error_message


def value_of(topic):
    return SerializationContext(topic, MessageField.VALUE)


def test_register_look_up_get(client, name):
    schema_id = client.register_schema(name, avro_schema(USER))
    assert client.wait(client.fresh().register_schema(name, avro_schema(USER))) == schema_id
    assert client.lookup_schema(name, avro_schema(USER)).version == 1
    read = client.wait(client.fresh().get_schema(schema_id, subject_name=name))
    assert json.loads(read.schema_str) == USER
    next_id = client.register_schema(name, avro_schema(USER_2))
    latest = client.get_latest_version(name)
    assert (latest.version, latest.schema_id) == (2, next_id)
    assert client.get_version(name, 1).schema_id == schema_id
    assert client.get_versions(name) == [1, 2]
    assert client.get_versions(name, offset=1, limit=1) == [2]
    assert client.get_subjects(subject_prefix=name) == [name]
    assert name in client.get_subjects_by_schema_id(schema_id)
    assert (name, 1) in [(v.subject, v.version) for v in client.get_schema_versions(schema_id)]
    assert set(client.get_schema_types()) == {"AVRO", "JSON", "PROTOBUF"}
    assert "." in client.get_contexts()


def test_full_response_metadata_and_guid(client, name):
    owner = Metadata(None, MetadataProperties({"owner": name}), None)
    schema = Schema(json.dumps(USER), "AVRO", metadata=owner)
    full = client.register_schema_full_response(name, schema)
    found = client.get_latest_with_metadata(name, {"owner": name})
    assert (found.version, found.schema_id) == (1, full.schema_id)
    if client.profile == "confluent":
        assert found.schema.metadata.properties.properties == {"owner": name}
        assert json.loads(client.get_schema_by_guid(full.guid).schema_str) == USER


def test_rules(client, name):
    rule = Rule("checked", None, RuleKind.CONDITION, RuleMode.WRITE, "CEL", None, None,
                "size(message.name) > 0", None, None, False)
    schema = Schema(json.dumps(USER), "AVRO", rule_set=RuleSet(None, [rule]))
    client.register_schema(name, schema)
    read = client.wait(client.fresh().get_latest_version(name)).schema.rule_set
    if client.profile == "confluent":
        assert [(r.name, r.kind, r.mode, r.expr) for r in read.domain_rules] == [
            ("checked", RuleKind.CONDITION, RuleMode.WRITE, rule.expr)]
    else:
        assert read is None


def test_deletes(client, name):
    client.register_schema(name, avro_schema(USER))
    client.register_schema(name, avro_schema(USER_2))
    assert client.delete_version(name, 1) == 1
    refused(404, 40402, client.get_version, name, 1)
    assert client.get_version(name, 1, deleted=True).version == 1
    assert client.get_versions(name, deleted=True) == [1, 2]
    refused(404, 40407, client.delete_version, name, 2, permanent=True)
    assert client.delete_version(name, 1, permanent=True) == 1
    assert client.delete_subject(name) == [2]
    assert client.get_subjects(subject_prefix=name) == []
    assert client.get_subjects(subject_prefix=name, deleted=True) == [name]
    assert client.delete_subject(name, permanent=True) == [2]
    refused(404, 40401, client.get_versions, name)


def test_compatibility(client, name):
    client.register_schema(name, avro_schema(USER))
    assert client.test_compatibility(name, avro_schema(USER_2)) is True
    assert client.test_compatibility(name, avro_schema(BROKEN), verbose=True) is False
    assert client.test_compatibility_all_versions(name, avro_schema(BROKEN)) is False
    code = 40901 if client.profile == "confluent" else 409
    refused(409, code, client.register_schema, name, avro_schema(BROKEN))
    client.set_compatibility(name, "NONE")
    assert client.get_compatibility(name) == "NONE"
    assert client.register_schema(name, avro_schema(BROKEN)) > 0


def test_config(client, name):
    assert client.get_compatibility() == "BACKWARD"
    client.register_schema(name, avro_schema(USER))
    refused(404, 40408, client.get_compatibility, name)
    client.set_config(name, ServerConfig(compatibility=ConfigCompatibilityLevel.FORWARD))
    assert client.get_config(name).compatibility_level == ConfigCompatibilityLevel.FORWARD
    client.delete_config(name)
    refused(404, 40408, client.get_config, name)
    refused(422, 42203, client.set_compatibility, name, "SOMETIMES")


def test_mode(client, name):
    assert client.get_global_mode() == "READWRITE"
    assert client.update_mode(name, "READONLY") == "READONLY"
    assert client.get_mode(name) == "READONLY"
    refused(422, 42205, client.register_schema, name, avro_schema(USER))
    client.delete_mode(name)
    assert client.register_schema(name, avro_schema(USER)) > 0
    refused(422, 42204, client.update_mode, name, "SIDEWAYS")


def test_booleans_as_python_prints_them(client, name):
    spread = Schema('{"type": "array", "items": {"type": "string"}}', "AVRO")
    short = Schema('{"type": "array", "items": "string"}', "AVRO")
    client.register_schema(name, short)
    assert client.register_schema(name, spread, normalize_schemas=True) > 0
    assert client.get_versions(name) == [1]
    client.delete_subject(name)
    assert client.lookup_schema(name, short, deleted=True).version == 1


def test_errors(client, name):
    refused(404, 40401, client.get_latest_version, name)
    refused(404, 40403, client.get_schema, 999999)
    refused(422, 42201, client.register_schema, name, Schema('{"type": "recor"}', "AVRO"))
    refused(422, 42201, client.register_schema, name, Schema('{"type": "integr"}', "JSON"))
    refused(422, 42201, client.register_schema, name,
            Schema('syntax = "proto3"; message M { Nosuch n = 1; }', "PROTOBUF"))


def test_associations_are_answered_as_unknown(client, name):
    with pytest.raises(SchemaRegistryError) as refusal:
        client.get_associations_by_resource_name(name, "-", "topic", ["value"])
    assert refusal.value.http_status_code == 404


def test_avro_serializer_with_references(client, name):
    client.register_schema(f"{name}-user", avro_schema(USER))
    team = avro_schema({"type": "record", "name": "Team", "namespace": "python",
                        "fields": [{"name": "lead", "type": "python.User"}]},
                       SchemaReference("python.User", f"{name}-user", 1))
    serialize = client.serde(avro, "AvroSerializer", client.client, team)
    payload = serialize({"lead": {"name": "Ann"}}, value_of(name))
    latest = client.get_latest_version(f"{name}-value")
    assert payload[:5] == b"\0" + latest.schema_id.to_bytes(4, "big")
    assert [r.subject for r in latest.schema.references] == [f"{name}-user"]
    read = client.serde(avro, "AvroDeserializer", client.fresh())(payload, value_of(name))
    assert read == {"lead": {"name": "Ann"}}
    assert client.get_referenced_by(f"{name}-user", 1) == [latest.schema_id]
    refused(422, 42206, client.delete_version, f"{name}-user", 1)


def test_schema_id_in_a_header(client, name):
    user = {"name": "Annabelle"}  # the client refuses payloads of less than 6 bytes
    context = SerializationContext(f"{name}-topic", MessageField.VALUE, [])
    serialize = client.serde(avro, "AvroSerializer", client.client, avro_schema(USER),
                             conf={"schema.id.serializer": header_schema_id_serializer})
    if client.profile == "karapace":  # which has no guids
        with pytest.raises(Exception, match="(?i)guid"):
            serialize(user, context)
        return
    payload = serialize(user, context)
    guid = client.register_schema_full_response(f"{name}-topic-value", avro_schema(USER)).guid
    assert context.headers == [("__value_schema_id", b"\1" + uuid.UUID(guid).bytes)]
    deserialize = client.serde(avro, "AvroDeserializer", client.fresh(),
                               conf={"schema.id.deserializer": dual_schema_id_deserializer})
    assert deserialize(payload, context) == user


def test_json_serializer_with_references(client, name):
    client.register_schema(f"{name}-street", Schema(json.dumps(STREET), "JSON"))
    house = Schema(json.dumps(HOUSE), "JSON",
                   [SchemaReference("street.json", f"{name}-street", 1)])
    serialize = client.serde(json_schema, "JSONSerializer", house, client.client)
    payload = serialize({"street": {"no": 4}}, value_of(name))
    assert json.loads(payload[5:]) == {"street": {"no": 4}}
    read = client.serde(json_schema, "JSONDeserializer", None,
                        schema_registry_client=client.fresh())(payload, value_of(name))
    assert read == {"street": {"no": 4}}
    with pytest.raises(Exception, match="four"):
        serialize({"street": {"no": "four"}}, value_of(name))


def protobuf_classes(package):
    """Money in a file of its own; Order.Line, the second of Order, which is the second of its file."""
    kinds = descriptor_pb2.FieldDescriptorProto
    money = descriptor_pb2.FileDescriptorProto(
        name=f"{package}/money.proto", package=package, syntax="proto3")
    money.message_type.add(name="Money").field.add(
        name="cents", number=1, type=kinds.TYPE_INT64, label=kinds.LABEL_OPTIONAL)
    order = descriptor_pb2.FileDescriptorProto(
        name=f"{package}/order.proto", package=package, syntax="proto3", dependency=[money.name])
    order.message_type.add(name="Empty")
    nested = order.message_type.add(name="Order")
    nested.nested_type.add(name="Note")
    line = nested.nested_type.add(name="Line")
    line.field.add(name="price", number=1, type=kinds.TYPE_MESSAGE, label=kinds.LABEL_OPTIONAL,
                   type_name=f".{package}.Money")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(money)
    pool.Add(order)
    return [message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
            for name in ("Money", "Order.Line")]


@pytest.mark.parametrize("nested", [False, True])
def test_protobuf_serializer(client, name, nested):
    package = f"{name}_{nested}".replace("-", "_")
    money, line = protobuf_classes(package)
    sent = line(price=money(cents=250)) if nested else money(cents=250)
    config = {"use.deprecated.format": False}
    serialize = client.serde(protobuf, "ProtobufSerializer", type(sent), client.client, config)
    payload = serialize(sent, value_of(package))
    assert payload[5:].startswith(b"\x04\x02\x02" if nested else b"\x00")
    latest = client.get_latest_version(f"{package}-value")
    assert latest.schema.schema_type == "PROTOBUF"
    assert [r.name for r in latest.schema.references or []] == [f"{package}/money.proto"] * nested
    read = client.serde(protobuf, "ProtobufDeserializer", type(sent), config,
                        client.fresh())(payload, value_of(package))
    assert read == sent


# --- python-schema-registry-client ---


@pytest.fixture
def other(all_registry):
    return OtherClient(all_registry.url)


def test_other_client(other):
    user = other_schema.AvroSchema(USER)
    schema_id = other.register("po-s", user)
    assert OtherClient(other.url_manager.url).register("po-s", user) == schema_id
    found = other.check_version("po-s", user)
    assert (found.schema_id, found.version) == (schema_id, 1)
    assert other.get_by_id(schema_id).name == "python.User"
    assert other.get_schema("po-s").schema_id == schema_id
    assert other.get_versions("po-s") == [1]
    assert "po-s" in other.get_subjects()
    assert other.get_schema("po-nosuch") is None
    assert other.test_compatibility("po-s", other_schema.AvroSchema(USER_2)) is True
    assert other.test_compatibility("po-s", other_schema.AvroSchema(BROKEN)) is False
    with pytest.raises(ClientError) as refused_:
        other.register("po-s", other_schema.AvroSchema(BROKEN))
    assert refused_.value.http_code == 409
    assert other.update_compatibility("NONE", "po-s") is True
    assert other.get_compatibility("po-s") == "NONE"
    assert other.delete_version("po-s", 1) == 1
    assert other.get_versions("po-s") == []


def test_other_client_async(all_registry):
    async def talk():
        client = OtherAsyncClient(all_registry.url)
        schema_id = await client.register("po-async", other_schema.JsonSchema(STREET))
        assert (await client.get_by_id(schema_id)).schema_type == "JSON"
        assert await client.delete_subject("po-async") == [1]

    asyncio.run(talk())


@pytest.mark.parametrize("serializer, schema, message", [
    (AvroMessageSerializer, other_schema.AvroSchema(USER), {"name": "Ann"}),
    (JsonMessageSerializer, other_schema.JsonSchema(STREET), {"no": 4}),
])
def test_other_serializers(other, serializer, schema, message):
    subject = f"po-{serializer.__name__}"
    payload = serializer(other).encode_record_with_schema(subject, schema, message)
    assert payload[:5] == b"\0" + other.get_schema(subject).schema_id.to_bytes(4, "big")
    assert serializer(OtherClient(other.url_manager.url)).decode_message(payload) == message
