# SPDX-License-Identifier: Apache-2.0
"""The registry on a real topic: the quick start, records as others write them, and as we do."""
import json
import threading
import time

import pytest
import quickstart
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
from scute import record


def schema_key(subject, version, magic=1):
    return {"keytype": "SCHEMA", "subject": subject, "version": version, "magic": magic}


def schema_value(subject, version, schema_id, text, deleted=False, **members):
    return {"subject": subject, "version": version, "id": schema_id, "schema": text,
            "deleted": deleted, **members}


def create(kafka, topic, **config):
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.create_topics([NewTopic(topic, 1, 1, config={"cleanup.policy": "compact", **config})])[
        topic].result(30)


def wait_for(what, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


def test_quickstart(daemon):
    quickstart.run(daemon)


def test_a_restart_reads_everything_back(daemon):
    quickstart.run(daemon)
    paths = ("/subjects", "/subjects?deleted=true", "/schemas?deleted=true", "/config",
             "/config/test-key")
    before = [daemon.get(path) for path in paths]
    daemon.restart()
    assert [daemon.get(path) for path in paths] == before


def test_the_topic_is_made_as_karapace_makes_it(daemon, kafka, topic_name):
    admin = AdminClient({"bootstrap.servers": kafka.address})
    topic = admin.list_topics(topic_name, timeout=30).topics[topic_name]
    assert len(topic.partitions) == 1
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic_name)
    config = admin.describe_configs([resource])[resource].result(30)
    assert config["cleanup.policy"].value == "compact"


def test_records_are_karapaces(daemon, kafka, topic_name):
    text = '{"fields":[{"name":"a","type":"int"}],"name":"R","type":"record"}'
    daemon.register("s", text)
    daemon.put("/config/s", {"compatibility": "FULL"})
    daemon.delete("/subjects/s")
    daemon.put("/config", {"compatibility": "NONE"})
    records = [(key, value) for key, value in kafka.read(topic_name) if b"NOOP" not in key]
    assert records == [
        (b'{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
         json.dumps({"subject": "s", "version": 1, "id": 1, "schema": text, "deleted": False},
                    separators=(",", ":")).encode()),
        (b'{"keytype":"CONFIG","subject":"s","magic":0}', b'{"compatibilityLevel":"FULL"}'),
        (b'{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}', b'{"subject":"s","version":1}'),
        (b'{"keytype":"CONFIG","subject":null,"magic":0}', b'{"compatibilityLevel":"NONE"}'),
    ]


def test_deletes_for_good_are_null_values(daemon, kafka, topic_name):
    daemon.register("s", '"int"')
    daemon.delete("/subjects/s")
    daemon.delete("/subjects/s?permanent=true")
    assert (b'{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}', None) == \
        kafka.read(topic_name)[-1]


def test_records_of_others_are_read_and_nonsense_is_skipped(kafka, topic_name, make_daemon):
    create(kafka, topic_name)
    kafka.produce(
        topic_name,
        (schema_key("a", 1), schema_value("a", 1, 7, '"int"')),
        ("not json", "{}"), ("", "{}"), ("[]", "{}"), ("{}", "{}"), ({"keytype": "NEWS"}, "{}"),
        (schema_key("bad", 1), "not json"), (schema_key("bad", 2), "[1]"),
        (schema_key("bad", -1), schema_value("bad", -1, 1, '"int"')),
        (schema_key("bad", 3), {"subject": "bad"}),
        ({"keytype": "CONFIG", "magic": 0}, {"compatibilityLevel": "FULL"}),
        ({"keytype": "CONFIG", "subject": "a", "magic": 0}, {"compatibilityLevel": "SIDEWAYS"}),
        ({"keytype": "MODE", "subject": None, "magic": 0}, {"mode": "READWRITE"}),
        ({"keytype": "NOOP", "magic": 0}, None),
        (schema_key("odd", 1), schema_value("odd", 1, 8, "{ this is no Avro")),
        (schema_key("odd", 2), schema_value("odd", 2, 9, "message M {}", schemaType="NOSUCH")),
        (schema_key("c", 1, magic=0), schema_value(
            "c", 1, 10, '{"type":"int"}', schemaType="AVRO", references=None, md5="x", ts=1)),
        ({"subject": "old", "version": 1, "magic": 1, "keytype": "SCHEMA"},
         schema_value("old", 1, 11, '"long"')),
    )
    daemon = make_daemon()
    assert daemon.get("/subjects") == (200, ["a", "odd", "c", "old"])
    assert daemon.get("/config") == (200, {"compatibilityLevel": "FULL"})
    assert daemon.get("/schemas/ids/8") == (200, {"schema": "{ this is no Avro"})
    assert daemon.get("/schemas/ids/9") == (200, {"schema": "message M {}", "schemaType": "NOSUCH"})
    assert daemon.get("/schemas/ids/10") == (200, {"schema": '{"type":"int"}'})
    daemon.put("/config", {"compatibility": "NONE"})
    assert daemon.register("new", '"string"') == 12, "ids go on after the highest one seen"
    assert daemon.register("odd", '"bytes"') == 13
    assert daemon.get("/subjects/odd/versions") == (200, [1, 2, 3])
    assert daemon.register("other", '"int"') == 7, "equal content shares its id"


def test_what_another_writes_while_we_run_is_served(daemon, kafka, topic_name):
    kafka.produce(topic_name, (schema_key("late", 1), schema_value("late", 1, 40, '"int"')))
    wait_for(lambda: daemon.get("/subjects") == (200, ["late"]))
    assert daemon.register("next", '"long"') == 41
    kafka.produce(topic_name, (schema_key("late", 1), b""))
    wait_for(lambda: daemon.get("/subjects") == (200, ["next"]))


def test_nothing_comes_back_after_compaction_of_odd_keys(kafka, topic_name, make_daemon):
    create(kafka, topic_name)
    odd = [json.dumps(schema_key("s", 1)), schema_key("s", 1, magic=0),
           {"subject": "s", "version": 1, "magic": 1, "keytype": "SCHEMA"}]
    kafka.produce(topic_name, *[(key, schema_value("s", 1, 1, '"int"')) for key in odd])
    daemon = make_daemon()
    daemon.delete("/subjects/s")
    assert daemon.delete("/subjects/s?permanent=true") == (200, [1])
    survivors = dict(kafka.read(topic_name))
    schemas = {key: value for key, value in survivors.items() if b"SCHEMA" in key}
    assert len(schemas) >= 3 and set(schemas.values()) == {None}, "a form was left standing"


def test_an_id_is_not_given_out_twice_after_compaction(kafka, topic_name, make_daemon):
    create(kafka, topic_name, **{"segment.ms": "100", "min.cleanable.dirty.ratio": "0.001",
                                 "delete.retention.ms": "1", "max.compaction.lag.ms": "100"})
    daemon = make_daemon()
    daemon.register("keep", '"int"')
    assert daemon.register("gone", '"long"') == 2
    daemon.delete("/subjects/gone")
    daemon.delete("/subjects/gone?permanent=true")
    daemon.stop()
    gone = json.dumps(schema_key("gone", 1), separators=(",", ":")).encode()

    def is_compacted():
        kafka.produce(topic_name, ({"keytype": "NOISE"}, "{}"))  # rolls the segment
        time.sleep(0.5)
        return gone not in dict(kafka.read(topic_name))

    wait_for(is_compacted, 120)
    daemon.start()
    assert daemon.register("new", '"string"') == 3


@pytest.mark.parametrize("partitions, policy, words", [
    (2, "compact", "partition"), (1, "delete", "cleanup.policy")])
def test_a_topic_that_is_not_as_it_must_be_is_refused(kafka, topic_name, make_daemon, partitions,
                                                      policy, words):
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.create_topics([NewTopic(topic_name, partitions, 1, config={"cleanup.policy": policy})])[
        topic_name].result(30)
    daemon = make_daemon(start=False)
    daemon.spawn()
    assert daemon.process.wait(30) == 1
    assert topic_name in daemon.log and words in daemon.log


def test_while_the_broker_is_away(daemon, kafka):
    """Reads go on, writes get a 5xx in the error shape, and all is well when it is back."""
    daemon.register("before", '"int"')
    kafka.kill()
    try:
        assert daemon.get("/subjects/before/versions") == (200, [1])
        status, body = daemon.post("/subjects/during/versions", {"schema": '"long"'})
        assert status in (503, 504) and body["error_code"] in (50001, 50002), (status, body)
    finally:
        kafka.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status, body = daemon.post("/subjects/after/versions", {"schema": '"string"'})
        if status == 200:
            break
        assert status in (503, 504), (status, body)
    assert status == 200, body
    assert daemon.register("after", '"string"') == body["id"]
    known = {item["id"]: item["schema"] for item in daemon.get("/schemas")[1]}
    assert len(known) == len(daemon.get("/schemas")[1]), "an id twice"


def test_started_before_the_broker(kafka, make_daemon):
    kafka.kill()
    daemon = make_daemon(start=False)
    try:
        daemon.spawn()
        wait_for(lambda: asks(daemon) == 503)
        assert daemon.get("/subjects")[1]["error_code"] == 503
    finally:
        kafka.start()
    wait_for(lambda: asks(daemon) == 200, 60)
    assert daemon.register("s", '"int"') == 1


def asks(daemon):
    try:
        return daemon.get("/subjects")[0]
    except OSError:
        return 0


def test_concurrent_writers(daemon):
    answers = []
    def write(thread):
        for number in range(20):
            text = record(f"R{number}", "a:int")
            answers.append((number, daemon_register(daemon, f"s{thread}", text)))
    daemon.put("/config", {"compatibility": "NONE"})
    threads = [threading.Thread(target=write, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {}
    for number, schema_id in answers:
        assert ids.setdefault(number, schema_id) == schema_id, "equal schemas, different ids"
    assert len(answers) == 320 and sorted(ids.values()) == list(range(1, 21))


def daemon_register(daemon, subject, schema):
    import requests
    reply = requests.post(f"{daemon.url}/subjects/{subject}/versions",
                          json={"schema": json.dumps(schema)}, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.json()["id"]
