# SPDX-License-Identifier: Apache-2.0
"""Topics that Karapace 6.2 and Confluent 8.3 wrote, with what those answered: we take them over.

The recordings are not ours and so not in this repository; without them these tests are skipped.
"""
import json

import pytest
import requests

from golden import TOPICS, read_journal, read_lines, write_journal
from scute import Daemon, all_formats

TOPIC = {"karapace": "karapace-6.2", "confluent": "confluent-8.3"}

pytestmark = pytest.mark.skipif(not (TOPICS / "karapace-6.2.records.jsonl").exists(),
                                reason=f"no recorded topics in {TOPICS}")


@pytest.fixture(params=["karapace", "confluent"], scope="module")
def takeover(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp(request.param)
    records = read_lines(f"{TOPIC[request.param]}.records.jsonl")
    write_journal(directory / "journal", records)
    daemon = Daemon(directory, response_profile=request.param, **all_formats()).start()
    yield request.param, daemon, records
    daemon.stop()


def same(path, ours, theirs):
    """Lists that come out of hash maps have no order worth keeping."""
    if path.startswith("/schemas/ids/") and path.split("?")[0].endswith(("versions", "subjects")):
        return sorted(map(str, ours)) == sorted(map(str, theirs))
    if path.startswith("/schemas/types") or path.endswith("referencedby"):
        return sorted(ours) == sorted(theirs)
    return ours == theirs


# --- defects and accidents of theirs that we do not repeat, each by name ---


def only_a_level(profile, path, ours, theirs, answers):
    """Karapace lists subjects that have a level and never had a version as deleted ones."""
    return (profile == "karapace" and path == "/subjects?deleted=true" and
            set(theirs) - set(ours) == {"never-registered"} and not set(ours) - set(theirs))


def type_of_equal_text(profile, path, ours, theirs, answers):
    """Karapace tells no schemaType of a JSON Schema whose text is an Avro schema's, too."""
    return (profile == "karapace" and isinstance(ours, dict) and ours.get("schemaType") == "JSON" and
            {**theirs, "schemaType": "JSON"} == ours)


def first_holder(profile, path, ours, theirs, answers):
    """Of several subjects with one id Confluent tells one by its hash map's order, we the first by name."""
    if profile != "confluent" or not isinstance(ours, dict):
        return False
    told = {"subject", "version", "ts", "deleted"}
    rest = [{key: value for key, value in each.items() if key not in told} for each in (ours, theirs)]
    holders = answers.get(path + "/versions", [])
    return (path.startswith("/schemas/ids/") and rest[0] == rest[1] and
            {"subject": ours["subject"], "version": ours["version"]} in holders)


DIFFERENCES = [only_a_level, type_of_equal_text, first_holder]


def test_answers(takeover):
    profile, daemon, _ = takeover
    recorded = read_lines(f"{TOPIC[profile]}.answers.jsonl")
    answers = {each["get"]: each["body"] for each in recorded}
    unlike = []
    excused = []
    for each in recorded:
        path, theirs = each["get"], each["body"]
        status, ours = daemon.get(path)
        if status == each["status"] and same(path, ours, theirs):
            continue
        names = [why.__name__ for why in DIFFERENCES
                 if status == each["status"] == 200 and isinstance(ours, type(theirs)) and
                 why(profile, path, ours, theirs, answers)]
        excused += names
        if not names:
            unlike.append(f"{path}\n  theirs {each['status']} {theirs}\n  ours   {status} {ours}")
    assert not unlike, "\n".join(unlike)
    assert len(recorded) > 280 and len(excused) <= 6, excused


def test_every_record_was_understood(takeover):
    _, daemon, records = takeover
    assert "skipped" not in daemon.log
    assert daemon.get("/_health")[1]["status"]["schema_registry_reader_current_offset"] == \
        records[-1]["offset"]


# --- what is written ---


def quote(subject):
    return requests.utils.quote(subject, safe="")


def body_of(value):
    """The request that a SCHEMA value came from."""
    names = ("schema", "schemaType", "references", "metadata", "ruleSet")
    return {name: value[name] for name in names if name in value}


class Replay:
    """Asks a registry for what made each record, in the order of the log."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.gone = set()     # subjects whose versions one request deleted for good
        self.importing = False

    def schema(self, key, value):
        subject, number = quote(key["subject"]), key["version"]
        path = f"/subjects/{subject}/versions"
        if not value:
            if key["subject"] in self.gone:
                return None
            if self.daemon.get(f"{path}?deleted=true")[1] == self.daemon.get(f"{path}?deletedOnly=true")[1]:
                if self.daemon.get(path)[0] == 404 and number == 1 and key["subject"] == "back.again-value":
                    return None  # goes with the registration that follows
                self.gone.add(key["subject"])
                return self.daemon.delete(f"/subjects/{subject}?permanent=true")
            return self.daemon.delete(f"{path}/{number}?permanent=true")
        if value["deleted"]:
            return self.daemon.delete(f"{path}/{number}")
        body = body_of(value)
        if self.importing:
            body.update(id=value["id"], version=number)
        return self.daemon.post(path, body)

    def config(self, key, value):
        path = "/config" if key.get("subject") is None else f"/config/{quote(key['subject'])}"
        if not value:
            return self.daemon.delete(path)
        body = {name: each for name, each in value.items() if name != "subject"}
        body["compatibility"] = body.pop("compatibilityLevel")
        return self.daemon.put(path, body)

    def mode(self, key, value):
        path = f"/mode/{quote(key['subject'])}"
        self.importing = bool(value) and value["mode"] == "IMPORT"
        return self.daemon.put(path, {"mode": value["mode"]}) if value else self.daemon.delete(path)

    def delete_subject(self, key, value):
        return self.daemon.delete(f"/subjects/{quote(key['subject'])}")

    def run(self, record):
        key = json.loads(record["key"])
        value = json.loads(record["value"]) if record["value"] else None
        step = {"SCHEMA": self.schema, "CONFIG": self.config, "MODE": self.mode,
                "DELETE_SUBJECT": self.delete_subject}.get(key["keytype"])
        answer = step(key, value) if step else None
        assert answer is None or answer[0] == 200, (record, answer)


@pytest.mark.parametrize("profile", ["karapace", "confluent"])
def test_what_is_written(make_daemon, profile):
    """The same requests leave the same records; NOOPs apart, which are each server's own."""
    records = read_lines(f"{TOPIC[profile]}.records.jsonl")
    daemon = make_daemon(response_profile=profile, **all_formats())
    replay = Replay(daemon)
    for record in records:
        replay.run(record)
    daemon.stop()
    written = [each for each in read_journal(daemon.config["journal_path"]) if '"NOOP"' not in each["key"]]
    wanted = [each for each in records if '"NOOP"' not in each["key"]]
    for ours, theirs in zip(written, wanted):
        # Karapace's tombstones are empty texts, which no broker compacts away: ours are null.
        assert (ours["key"], ours["value"]) == (theirs["key"], theirs["value"] or None)
    assert len(written) == len(wanted)
