# SPDX-License-Identifier: Apache-2.0
"""The Kafka store on a real broker: the common suite, a broker that dies, topics that are not
as they must be, a log that is replaced. Drives build/tests/kafka/store_driver."""
import os
import re
import subprocess
import threading
import time
import uuid

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

from scute import build_dir

BUILD = build_dir()


@pytest.fixture
def broker(kafka):
    return kafka.address


@pytest.fixture
def admin(broker):
    return AdminClient({"bootstrap.servers": broker})


@pytest.fixture
def topic():
    return f"store-{uuid.uuid4().hex[:12]}"


class Driver:
    """A running store_driver; its lines as they come."""

    def __init__(self, broker, topic, *arguments, **config):
        environment = {**os.environ, "KARAPACE_BOOTSTRAP_URI": broker, "KARAPACE_TOPIC_NAME": topic,
                       "KARAPACE_KAFKA_WRITE_TIMEOUT_MS": "4000"}
        environment.update({f"KARAPACE_{key.upper()}": str(value) for key, value in config.items()})
        self.lines = []
        self.process = subprocess.Popen(
            [str(BUILD / "tests" / "kafka" / "store_driver"), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        self.thread = threading.Thread(target=self.collect, daemon=True)
        self.thread.start()

    def collect(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, pattern, seconds=40, after=0):
        """The index of the first line that matches, from line number after on."""
        deadline = time.monotonic() + seconds
        seen = after
        while time.monotonic() < deadline:
            while seen < len(self.lines):
                if re.search(pattern, self.lines[seen]):
                    return seen
                seen += 1
            time.sleep(0.02)
        raise AssertionError(f"no {pattern!r} in:\n" + "\n".join(self.lines[-30:]))

    def end(self, seconds=60):
        code = self.process.wait(seconds)
        self.thread.join()
        return code

    def kill(self):
        self.process.kill()
        self.end()

    def acks(self):
        found = {}
        for line in self.lines:
            match = re.fullmatch(r"ack (\d+) (\w+) (-?\d+)", line)
            if match:
                assert match[1] not in found, f"{match[1]} was answered twice"
                found[match[1]] = (match[2], int(match[3]))
        return found


def read_all(broker, topic):
    """By a client that is not ours: key -> offsets."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": uuid.uuid4().hex,
                         "enable.partition.eof": True, "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    found = {}
    while True:
        message = consumer.poll(20)
        assert message is not None, "no end of the log within 20 s"
        if message.error():
            break
        found.setdefault((message.key() or b"").decode(), []).append(message.offset())
    consumer.close()
    return found


def check(broker, topic, driver):
    """What was acknowledged is there, once, where it was said to be; what was refused is not."""
    written = read_all(broker, topic)
    acks = driver.acks()
    for key, (status, offset) in acks.items():
        if status == "OK":
            assert written.get(key) == [offset], key
        elif status != "UNKNOWN":
            assert key not in written, f"{key} was answered {status}"
        else:
            assert len(written.get(key, [])) <= 1, key
    return acks


def create(admin, topic, partitions=1, policy="compact"):
    config = {} if policy is None else {"cleanup.policy": policy}
    for future in admin.create_topics([NewTopic(topic, partitions, 1, config=config)]).values():
        future.result(20)


def delete(admin, topic):
    for future in admin.delete_topics([topic]).values():
        future.result(20)


def test_common_suite(broker):
    run = subprocess.run([str(BUILD / "tests" / "unit" / "store" / "test_kafka")],
                         env={**os.environ, "SCUTE_TEST_KAFKA": broker},
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert run.returncode == 0, run.stdout


def test_creates_a_compacted_topic(broker, admin, topic):
    driver = Driver(broker, topic, "read")
    assert driver.end() == 0
    described = admin.list_topics(topic, timeout=20).topics[topic]
    assert len(described.partitions) == 1
    resource = ConfigResource("topic", topic)
    config = admin.describe_configs([resource])[resource].result(20)
    assert config["cleanup.policy"].value == "compact"


def test_two_create_at_once(broker, topic):
    drivers = [Driver(broker, topic, "read") for _ in range(4)]
    assert [driver.end() for driver in drivers] == [0] * 4


def test_refuses_partitions(broker, admin, topic):
    create(admin, topic, partitions=2)
    driver = Driver(broker, topic, "read")
    assert driver.end() == 2
    line = driver.lines[driver.wait_for("state FAILED")]
    assert topic in line and "has 2 partitions, but must have 1" in line


@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
def test_refuses_other_policies(broker, admin, topic, policy):
    create(admin, topic, policy=policy)
    driver = Driver(broker, topic, "read")
    assert driver.end() == 2
    line = driver.lines[driver.wait_for("state FAILED")]
    assert topic in line and f"cleanup.policy={policy}," in line and "cleanup.policy=compact" in line


def test_waits_for_enough_brokers(broker, admin, topic):
    driver = Driver(broker, topic, "read", replication_factor=3)
    driver.wait_for("INVALID_REPLICATION_FACTOR.*trying again")
    create(admin, topic)
    assert driver.end() == 0
    driver.wait_for("state READY")


def test_reads_large_records_and_skips_aborted_ones(broker, admin, topic):
    create(admin, topic)
    producer = Producer({"bootstrap.servers": broker, "transactional.id": uuid.uuid4().hex,
                         "message.max.bytes": 2000000})
    producer.init_transactions(20)
    for key, commit in (("kept", True), ("aborted", False), ("last", True), ("never", False)):
        producer.begin_transaction()
        producer.produce(topic, key=key, value="x" * 900000, headers={"h": None, "e": ""})
        producer.flush(20)
        (producer.commit_transaction if commit else producer.abort_transaction)(20)
    driver = Driver(broker, topic, "read")
    assert driver.end() == 0
    records = [line.split()[2] for line in driver.lines if line.startswith("rec ")]
    assert records == ["'kept'", "'last'"]
    assert "'h' null 'e' ''" in driver.lines[driver.wait_for("^rec")]
    # The log now ends in a marker and an aborted record, which no reader sees.
    assert Driver(broker, topic, "write", 3, 1).end() == 0


@pytest.mark.parametrize("seconds_down", [0, 6])
def test_broker_is_killed(kafka, broker, topic, seconds_down):
    driver = Driver(broker, topic, "write", 100000000, 20)
    driver.wait_for("^ack 500 OK")
    kafka.kill()
    driver.wait_for("state LOST")
    time.sleep(seconds_down)
    kafka.start()
    again = driver.wait_for("state READY", after=driver.wait_for("state LOST"))
    driver.wait_for("^ack .* OK", after=again)
    time.sleep(0.5)
    driver.kill()
    acks = check(broker, topic, driver)
    assert sum(status == "OK" for status, _ in acks.values()) > 500
    assert {status for status, _ in acks.values()} <= {"OK", "UNKNOWN", "UNAVAILABLE"}


def test_writer_is_killed(broker, topic):
    """kill -9 of ourselves: what was answered OK is there."""
    first = 0
    for _ in range(5):
        driver = Driver(broker, topic, "write", 100000000, 20, first)
        driver.wait_for(f"^ack {first + 200} OK")
        driver.kill()
        check(broker, topic, driver)
        first += 10000000


def test_starts_before_the_broker(kafka, broker, topic):
    kafka.script("stop")
    driver = Driver(broker, topic, "write", 10, 1)
    driver.wait_for("No Kafka broker")
    time.sleep(2)
    assert driver.process.poll() is None
    assert sum("No Kafka broker" in line for line in driver.lines) <= 3
    kafka.start()
    assert driver.end() == 0
    assert [status for status, _ in driver.acks().values()] == ["OK"] * 10


def test_deleted_topic_is_noticed(broker, admin, topic):
    driver = Driver(broker, topic, "idle", 100)
    driver.wait_for("state READY")
    delete(admin, topic)
    driver.wait_for("state LOST.*(has been deleted|no longer has).*restart", seconds=90)
    assert driver.process.poll() is None
    driver.kill()


def test_recreated_topic_is_not_followed(broker, admin, topic):
    driver = Driver(broker, topic, "write", 100, 1)
    assert driver.end() == 0
    driver = Driver(broker, topic, "write", 100000000, 1, 1000)
    driver.wait_for("^ack 1100 OK")
    delete(admin, topic)
    time.sleep(1)
    create(admin, topic)
    at = driver.wait_for("state LOST.*(restart)", seconds=60)
    time.sleep(3)
    assert not [line for line in driver.lines[at:] if re.search("^ack .* OK|state READY", line)]
    driver.kill()


def test_added_partitions_do_not_disturb_a_running_one(broker, admin, topic):
    """They are refused at the next start; what runs goes on in partition 0."""
    driver = Driver(broker, topic, "write", 100000000, 1)
    driver.wait_for("^ack 50 OK")
    for future in admin.create_partitions([NewPartitions(topic, 2)]).values():
        future.result(20)
    seen = len(driver.lines)
    driver.wait_for("^ack .* OK", after=seen)
    driver.kill()
    check(broker, topic, driver)
    assert Driver(broker, topic, "read").end() == 2


def test_replay_and_memory(broker, topic):
    assert Driver(broker, topic, "fill", 100000, 400).end() == 0
    driver = Driver(broker, topic, "idle", 2)
    assert driver.end() == 0
    line = driver.lines[driver.wait_for("ready after")]
    seconds, records = re.search(r"after ([\d.]+) s with (\d+) records", line).groups()
    kilobytes = int(re.search(r"rss (\d+)", driver.lines[driver.wait_for("idle rss")])[1])
    print(f"\nreplay of {records} records in {seconds} s, then {kilobytes} kB resident")
    assert int(records) == 100000


def test_appends_one_by_one(broker, admin, topic):
    create(admin, f"{topic}-bare")
    driver = Driver(broker, topic, "bench", 500)
    assert driver.end() == 0
    line = driver.lines[driver.wait_for("append median")]
    print("\n" + line)
    assert line.endswith("failed 0")
