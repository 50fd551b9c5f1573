# SPDX-License-Identifier: Apache-2.0
"""scute backup on a real topic, and between a topic and a journal."""
import signal
import time

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from backups import (RECORDS, Backup, answers, json_bytes, read_v2, read_v3, schema_key, schema_value,
                     write_v2, write_v3)


@pytest.fixture
def make_backup(tmp_path, kafka, topic_name):
    """make_backup(name) runs the tool on the test's topic; a name: on a journal of that name."""
    def make(name=None, **config):
        directory = tmp_path / f"tool-{name}-{len(list(tmp_path.iterdir()))}"
        directory.mkdir()
        if name is not None:
            return Backup(directory, store="journal", journal_path=str(tmp_path / name),
                          topic_name=topic_name, **config)
        return Backup(directory, **{"bootstrap_uri": kafka.address, "topic_name": topic_name, **config})
    return make


@pytest.fixture
def admin(kafka):
    return AdminClient({"bootstrap.servers": kafka.address})


def make_topic(admin, name, partitions=1, **config):
    for made in admin.create_topics([NewTopic(name, partitions, 1, config=config)]).values():
        made.result(30)


def settings_of(admin, name):
    """Those that were set for the topic itself."""
    resource = ConfigResource(ResourceType.TOPIC, name)
    entries = admin.describe_configs([resource])[resource].result(30)
    return {key: entry.value for key, entry in entries.items() if entry.source == 1}


def messages(kafka, topic, n):
    """(key, value, headers, timestamp) of the first n."""
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": "reader"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = []
    deadline = time.monotonic() + 60
    while len(found) < n and time.monotonic() < deadline:
        for message in consumer.consume(n - len(found), 1):
            assert message.error() is None, message.error()
            found.append((message.key(), message.value(), message.headers() or [],
                          message.timestamp()[1]))
    consumer.close()
    return found


def contents(backup, *more):
    return read_v2(backup.run("get", "--location", "-", *more)[0])


def test_all_formats_there_and_back(make_backup, kafka, admin, topic_name, tmp_path):
    write_v2(tmp_path / "v2.log", RECORDS)
    backup = make_backup()
    _, err = backup.run("restore", "--location", tmp_path / "v2.log")
    assert f"{len(RECORDS)} records restored into topic {topic_name}" in err
    assert kafka.read(topic_name) == RECORDS
    assert settings_of(admin, topic_name)["cleanup.policy"] == "compact"
    assert contents(backup) == RECORDS
    out, _ = backup.run("get", "--location", "-", "--format", "console")
    assert out == b"".join(k + b"\t" + (b"null" if v is None else v) + b"\n" for k, v in RECORDS)
    (tmp_path / "console.log").write_bytes(out)
    for location in ("v2.log", "console.log"):
        name = f"{topic_name}-{location}"
        other = make_backup(topic_name=name)
        other.run("restore", "--location", tmp_path / location)
        assert kafka.read(name) == RECORDS


def test_version_3_keeps_headers_times_and_settings(make_backup, kafka, admin, topic_name, tmp_path):
    make_topic(admin, topic_name, **{"cleanup.policy": "compact", "segment.bytes": "2000000",
                                     "retention.ms": "777000000"})
    producer = Producer({"bootstrap.servers": kafka.address})
    sent = [(f"k{i}".encode(), None if i % 7 == 3 else b"v" * (i * 31 % 2000),
             [("X-Registry-Version", b"karapace-6.2.0"), ("null", None)][:i % 3], 1600000000000 + i)
            for i in range(500)]
    for key, value, headers, timestamp in sent:
        producer.produce(topic_name, value, key, headers=headers, timestamp=timestamp)
    assert producer.flush(30) == 0
    backup = make_backup()
    backup.run("get", "--location", "v3", "--use-format-v3", "--replication-factor", 1)
    metadata, records = read_v3(backup.directory / "v3", topic_name)
    assert [(r["key"], r["value"], [(h["key"].decode(), h["value"] or None) for h in r["headers"]],
             r["timestamp"]) for r in records] == sent
    assert [r["offset"] for r in records] == list(range(500))
    told = metadata["topic_configurations"]
    assert told["cleanup.policy"] == "compact" and told["segment.bytes"] == "2000000"
    assert told["retention.ms"] == "777000000" and set(told) >= {"min.insync.replicas", "retention.bytes"}

    # The topic must not be there, or the caller must say that it may.
    _, err = backup.run("restore", "--location", "v3", status=1)
    assert "exists already" in err
    _, err = backup.run("restore", "--location", "v3", "--skip-topic-creation", status=1)
    assert "is not empty" in err
    for gone in admin.delete_topics([topic_name]).values():
        gone.result(30)
    wait_until_gone(admin, topic_name)
    _, err = backup.run("restore", "--location", "v3", "--skip-topic-creation", status=1)
    assert "does not exist" in err
    backup.run("restore", "--location", "v3", "--override-replication-factor", 1)
    again = messages(kafka, topic_name, 500)
    assert [(k, v, [(name, text or None) for name, text in h], t) for k, v, h, t in again] == sent
    assert settings_of(admin, topic_name).items() >= told.items()


def wait_until_gone(admin, name):
    deadline = time.monotonic() + 30
    while name in admin.list_topics(timeout=10).topics and time.monotonic() < deadline:
        time.sleep(0.1)


def test_a_replication_factor_that_can_not_be_had(make_backup, topic_name, tmp_path):
    write_v3(tmp_path / "v3", topic_name, [(b"k", b"v", [], 0, 1600000000000)], replication_factor=3)
    backup = make_backup()
    _, err = backup.run("restore", "--location", tmp_path / "v3", status=1)
    assert f"Creating topic {topic_name}" in err and "eplication factor" in err
    backup.run("restore", "--location", tmp_path / "v3", "--override-replication-factor", 1)


def test_a_topic_into_a_journal_and_back(make_backup, kafka, topic_name, tmp_path):
    kafka_side = make_backup()
    write_v2(tmp_path / "v2.log", RECORDS)
    kafka_side.run("restore", "--location", tmp_path / "v2.log")
    for form in (["--format", "v2"], ["--format", "console"],
                 ["--use-format-v3", "--replication-factor", "1"]):
        name = form[-1]
        kafka_side.run("get", "--location", tmp_path / f"from-kafka-{name}", *form)
        journal = make_backup(f"journal-{name}")
        journal.run("restore", "--location", tmp_path / f"from-kafka-{name}")
        assert contents(journal) == RECORDS
        journal.run("get", "--location", tmp_path / f"from-journal-{name}", *form)
        if "--use-format-v3" in form:
            _, before = read_v3(tmp_path / f"from-kafka-{name}", topic_name)
            _, after = read_v3(tmp_path / f"from-journal-{name}", topic_name)
            assert before == after
            other = f"{topic_name}-back"
            write_v3(tmp_path / "renamed", other, [
                (r["key"], r["value"], [], r["offset"], r["timestamp"]) for r in after])
            back = make_backup(topic_name=other)
            back.run("restore", "--location", tmp_path / "renamed")
        else:
            other = f"{topic_name}-back-{name}"
            back = make_backup(topic_name=other)
            back.run("restore", "--location", tmp_path / f"from-journal-{name}")
        assert kafka.read(other) == RECORDS


def test_a_restored_topic_gives_the_same_answers(make_daemon, make_backup, kafka, topic_name, tmp_path):
    first = make_daemon()
    first.register("a-value", {"type": "record", "name": "R", "fields": []})
    first.register("a-value", {"type": "record", "name": "R", "fields": [
        {"name": "f", "type": "int", "default": 0}]})
    first.register("gone", '"string"')
    first.delete("/subjects/gone")
    first.put("/config/a-value", {"compatibility": "FULL"})
    backup = make_backup()
    backup.run("get", "--location", "v2.log")
    expected = answers(first)
    second = make_daemon(start=False, topic_name=f"{topic_name}-2")
    Backup(second.directory, bootstrap_uri=kafka.address, topic_name=f"{topic_name}-2").run(
        "restore", "--location", backup.directory / "v2.log")
    assert answers(second.start()) == expected
    assert second.register("new", '"bytes"') == 4
    third = make_daemon(start=False, store="journal")
    Backup(third.directory, store="journal", journal_path=third.config["journal_path"]).run(
        "restore", "--location", backup.directory / "v2.log")
    assert answers(third.start()) == expected


def test_a_running_daemon_sees_what_is_restored(make_daemon, make_backup, tmp_path):
    """Into the empty topic that a fresh daemon has made."""
    daemon = make_daemon()
    write_v2(tmp_path / "v2.log", RECORDS)
    make_backup().run("restore", "--location", tmp_path / "v2.log")
    deadline = time.monotonic() + 30
    while daemon.get("/subjects")[1] != ["a-value"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert daemon.get("/subjects/a-value/versions")[1] == [1, 2]
    assert daemon.register("new", '"bytes"') == 4


def test_keys_and_tombstones_are_corrected_in_the_schema_topic_only(make_backup, kafka, admin, topic_name,
                                                                    tmp_path):
    legacy = [(schema_key("s", 1, legacy=True), schema_value("s", 1, 1, "int")),
              (json_bytes({"subject": "s", "magic": 0, "keytype": "CONFIG"}), b"")]
    corrected = [(schema_key("s", 1), legacy[0][1]),
                 (json_bytes({"keytype": "CONFIG", "subject": "s", "magic": 0}), None)]
    write_v2(tmp_path / "v2.log", legacy)
    make_backup().run("restore", "--location", tmp_path / "v2.log")
    assert kafka.read(topic_name) == corrected
    # Another topic: it must be there, and nothing is changed.
    other = f"{topic_name}-other"
    backup = make_backup()
    _, err = backup.run("restore", "--location", tmp_path / "v2.log", "--topic", other, status=1)
    assert f"topic {other} does not exist; only topic_name ({topic_name}) is made" in err
    make_topic(admin, other)
    backup.run("restore", "--location", tmp_path / "v2.log", "--topic", other)
    assert kafka.read(other) == legacy
    forced = make_backup(force_key_correction=True)
    forced.run("restore", "--location", tmp_path / "v2.log", "--topic", other, "--into-non-empty")
    assert kafka.read(other) == legacy + corrected


def test_refusals(make_backup, kafka, admin, topic_name, tmp_path):
    backup = make_backup()
    _, err = backup.run("get", "--location", "x", status=1)
    assert f"topic {topic_name} does not exist" in err
    write_v2(tmp_path / "v2.log", RECORDS)
    _, err = backup.run("restore", "--location", tmp_path / "v2.log", "--skip-topic-creation", status=1)
    assert "does not exist, and --skip-topic-creation was given" in err
    (tmp_path / "bad").write_bytes(b"/V2\n7B7D\t7B7D\n7B\n")
    _, err = backup.run("restore", "--location", tmp_path / "bad", status=3)
    assert "bad:3:" in err
    assert topic_name not in admin.list_topics(timeout=10).topics
    make_topic(admin, f"{topic_name}-3", partitions=3)
    for command in (["get", "--location", "x"], ["restore", "--location", tmp_path / "v2.log"]):
        _, err = backup.run(*command, "--topic", f"{topic_name}-3", status=1)
        assert "has 3 partitions" in err
    backup.run("restore", "--location", tmp_path / "v2.log")
    _, err = backup.run("restore", "--location", tmp_path / "v2.log", status=1)
    assert "is not empty; --into-non-empty appends to it" in err
    backup.run("restore", "--location", tmp_path / "v2.log", "--into-non-empty")
    assert kafka.read(topic_name) == RECORDS + RECORDS


def test_an_empty_topic(make_backup, admin, topic_name):
    make_topic(admin, topic_name)
    backup = make_backup()
    _, err = backup.run("get", "--location", "v2.log")
    assert "no records to back up" in err and not (backup.directory / "v2.log").exists()
    backup.run("get", "--location", "v3", "--use-format-v3", "--replication-factor", 1)
    assert read_v3(backup.directory / "v3", topic_name)[1] == []
    backup.run("restore", "--location", "v3", "--skip-topic-creation")


def test_a_topic_whose_beginning_is_gone(make_backup, kafka, admin, topic_name):
    """Compaction and deletion leave gaps; aborted transactions and their marks are no records."""
    make_topic(admin, topic_name)
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": topic_name})
    producer.init_transactions(30)
    for commit in (False, True, False):
        producer.begin_transaction()
        for i in range(5):
            producer.produce(topic_name, b"good" if commit else b"bad", str(i).encode())
        producer.flush(30)
        if commit:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)
    backup = make_backup()
    assert contents(backup) == [(str(i).encode(), b"good") for i in range(5)]
    for done in admin.delete_records([TopicPartition(topic_name, 0, 8)]).values():
        done.result(30)
    backup.run("get", "--location", "v3", "--use-format-v3", "--replication-factor", 1)
    _, records = read_v3(backup.directory / "v3", topic_name)
    assert [(r["key"], r["offset"]) for r in records] == [(b"2", 8), (b"3", 9), (b"4", 10)]


def test_no_broker(make_backup, tmp_path):
    backup = make_backup(bootstrap_uri="127.0.0.1:1")
    _, err = backup.run("get", "--location", "x", "--poll-timeout", "PT1S", status=1)
    assert "No broker answers about topic" in err and "127.0.0.1:1" in err
    assert not (backup.directory / "x").exists()
    process = backup.start("get", "--location", "x")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2 and b"interrupted" in err


def test_a_record_that_the_broker_refuses(make_backup, kafka, admin, topic_name, tmp_path):
    """What surely is there is told, and nothing beyond. Some of what was sent behind it may be there."""
    make_topic(admin, topic_name, **{"max.message.bytes": "100000"})
    records = [(f"k{i}".encode(), b"v") for i in range(10)]
    records[7] = (b"k7", b"v" * 200_000)
    write_v2(tmp_path / "v2.log", records)
    _, err = make_backup().run("restore", "--location", tmp_path / "v2.log", status=3)
    assert "too large" in err.lower() or "MSG_SIZE_TOO_LARGE" in err
    told = int(err.split(" of 10 records are surely in topic")[0].split()[-1])
    found = kafka.read(topic_name)
    assert len(found) == told <= 9
    assert found == [record for record in records if record in found] and records[7] not in found


def test_a_broker_that_is_killed_meanwhile(make_backup, kafka, topic_name, tmp_path):
    """Restoring waits for it to come back; each record once and in order, and no claim beyond."""
    records = [(f"k{i}".encode(), b"v" * 500) for i in range(200_000)]
    write_v2(tmp_path / "v2.log", records)
    backup = make_backup()
    process = backup.start("restore", "--location", tmp_path / "v2.log")
    deadline = time.monotonic() + 60
    while end_of(kafka, topic_name) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    kafka.kill()
    kafka.start()
    _, err = process.communicate(timeout=120)
    found = kafka.read(topic_name)
    if process.returncode == 0:
        assert found == records
    else:
        assert process.returncode == 3, err
        told = int(err.decode().split(" of 200000 records are surely in topic")[0].split()[-1])
        assert len(found) >= told and found == [record for record in records if record in set(found)]


def end_of(kafka, topic):
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": "reader"})
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=1)[1]
    except KafkaException:
        return 0
    finally:
        consumer.close()


def test_many_records(make_backup, kafka, topic_name, tmp_path):
    """The times are printed, for those who want to know."""
    n = 100_000
    records = [(schema_key(f"s{i % 5000}", i // 5000 + 1),
                schema_value(f"s{i % 5000}", i // 5000 + 1, i + 1,
                             {"type": "record", "name": f"R{i}", "fields": []})) for i in range(n)]
    write_v2(tmp_path / "v2.log", records)
    backup = make_backup()

    def timed(*arguments):
        began = time.monotonic()
        result = backup.run(*arguments)
        print(f"{n} records, {' '.join(map(str, arguments[:1] + arguments[3:]))}: "
              f"{time.monotonic() - began:.2f} s")
        return result

    timed("restore", "--location", tmp_path / "v2.log")
    timed("get", "--location", "again.log")
    assert (backup.directory / "again.log").read_bytes() == (tmp_path / "v2.log").read_bytes()
    timed("get", "--location", "v3", "--use-format-v3", "--replication-factor", 1)
    out, _ = timed("verify", "--location", "v3", "--level", "record")
    assert b"Verified 1 data files" in out
    assert kafka.read(topic_name)[-1] == records[-1]
