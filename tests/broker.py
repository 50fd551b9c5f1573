# SPDX-License-Identifier: Apache-2.0
"""The Kafka broker of the test run: script/test's (SCUTE_KAFKA), or one of our own."""
import json
import os
import subprocess
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from scute import ROOT


class Broker:
    def __init__(self):
        self.is_own = "SCUTE_KAFKA" not in os.environ
        self.directory = os.environ.get("SCUTE_KAFKA_DIR") or str(ROOT / ".cache" / "kafka-pytest")
        self.address = os.environ.get("SCUTE_KAFKA") or \
            self.script("start", "--fresh", "--port", "any")

    def script(self, command, *more):
        return subprocess.run([str(ROOT / "script" / "kafka"), command, "--dir", self.directory, *more],
                              check=True, stdout=subprocess.PIPE, text=True, timeout=150).stdout.strip()

    def kill(self):
        self.script("kill")

    def start(self):
        """The same data on the same port."""
        self.script("start")

    def close(self):
        if self.is_own:
            self.script("stop")
        else:
            self.start()  # whatever a test did to it

    def produce(self, topic, *records):
        """records: (key, value); a dict is sent as JSON, None as null."""
        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 0})
        errors = []
        for key, value in records:
            producer.produce(topic, as_bytes(value), as_bytes(key),
                             on_delivery=lambda error, _: errors.append(error))
        assert producer.flush(30) == 0 and set(errors) == {None}, errors

    def read(self, topic):
        """All records: (key bytes, value bytes or None)."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "reader",
                             "enable.auto.commit": False, "enable.partition.eof": True})
        consumer.assign([TopicPartition(topic, 0, 0)])
        records, deadline = [], time.monotonic() + 30
        while time.monotonic() < deadline:
            message = consumer.poll(1)
            if message is None:
                continue
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                break
            records.append((message.key(), message.value()))
        consumer.close()
        return records


def as_bytes(value):
    if value is None or isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))).encode()
