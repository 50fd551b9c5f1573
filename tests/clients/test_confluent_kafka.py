# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka, Confluent's own Python client: registers and reads Avro through us."""
import uuid

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

USER = """{"type": "record", "name": "User", "namespace": "x.y", "doc": "someone", "fields": [
  {"name": "name", "type": "string"},
  {"name": "age", "type": "int", "default": 3},
  {"name": "mail", "type": ["null", "string"], "default": null}]}"""
WITHOUT_DEFAULT = USER.replace('"type": "int", "default": 3', '"type": "string"')


@pytest.fixture
def client(registry):
    return SchemaRegistryClient({"url": registry.url})


def test_serializer_and_deserializer(client):
    context = SerializationContext("users", MessageField.VALUE)
    user = {"name": "Ann", "age": 4, "mail": "ann@example.org"}
    payload = AvroSerializer(client, USER)(user, context)
    assert payload[0] == 0 and int.from_bytes(payload[1:5], "big") == 1
    assert AvroDeserializer(client)(payload, context) == user
    assert client.get_subjects() == ["users-value"]


def test_records_through_a_real_topic(client, kafka):
    topic = f"users-{uuid.uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    context = SerializationContext(topic, MessageField.VALUE)
    serialize, deserialize = AvroSerializer(client, USER), AvroDeserializer(client)
    users = [{"name": f"n{i}", "age": i, "mail": None} for i in range(100)]
    producer = Producer({"bootstrap.servers": kafka.address})
    for user in users:
        producer.produce(topic, serialize(user, context))
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": topic,
                         "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    read = []
    while len(read) < len(users):
        message = consumer.poll(30)
        assert message is not None and message.error() is None
        read.append(deserialize(message.value(), context))
    consumer.close()
    assert read == users


def test_register_look_up_get(client):
    schema = Schema(USER, "AVRO")
    schema_id = client.register_schema("s", schema)
    assert client.register_schema("s", schema) == schema_id
    assert client.lookup_schema("s", schema).version == 1
    assert client.get_schema(schema_id).schema_str
    latest = client.get_latest_version("s")
    assert (latest.subject, latest.version, latest.schema_id) == ("s", 1, schema_id)
    assert client.get_version("s", 1).schema_id == schema_id
    assert client.get_versions("s") == [1]


def test_compatibility_and_levels(client):
    client.register_schema("s", Schema(USER, "AVRO"))
    assert client.test_compatibility("s", Schema(WITHOUT_DEFAULT, "AVRO")) is False
    with pytest.raises(SchemaRegistryError) as refused:
        client.register_schema("s", Schema(WITHOUT_DEFAULT, "AVRO"))
    assert refused.value.http_status_code == 409
    client.set_compatibility("s", "NONE")
    assert client.get_compatibility("s") == "NONE"
    assert client.register_schema("s", Schema(WITHOUT_DEFAULT, "AVRO")) == 2


def test_references(client):
    client.register_schema("money", Schema(
        '{"type": "record", "name": "Money", "namespace": "m", "fields": []}', "AVRO"))
    order = Schema('{"type": "record", "name": "Order", "fields": [{"name": "m", "type": "m.Money"}]}',
                   "AVRO", [SchemaReference("m.Money", "money", 1)])
    schema_id = client.register_schema("order", order)
    read = client.get_schema(schema_id)
    assert [(r.name, r.subject, r.version) for r in read.references] == [("m.Money", "money", 1)]
    assert client.lookup_schema("order", order).schema_id == schema_id
    with pytest.raises(SchemaRegistryError) as refused:
        client.delete_version("money", 1)
    assert refused.value.error_code == 42206


def test_deletes(client):
    client.register_schema("s", Schema('"int"', "AVRO"))
    client.register_schema("s", Schema('"long"', "AVRO"))
    assert client.delete_version("s", 1) == 1
    assert client.get_versions("s") == [2]
    assert client.delete_subject("s") == [2]
    assert client.delete_subject("s", permanent=True) == [1, 2]
    assert client.get_subjects() == []


def test_errors_carry_code_and_text(client):
    with pytest.raises(SchemaRegistryError) as missing:
        client.get_latest_version("nosuch")
    assert (missing.value.http_status_code, missing.value.error_code) == (404, 40401)
    with pytest.raises(SchemaRegistryError) as invalid:
        client.register_schema("s", Schema('{"type": "recor"}', "AVRO"))
    assert invalid.value.error_code == 42201
