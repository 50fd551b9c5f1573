# SPDX-License-Identifier: Apache-2.0
"""Topics that Karapace 6.2 and Confluent 8.3 wrote, with what those answered: we take them over.

The recordings are not ours and so not in this repository; without them these tests are skipped.
"""
import pytest

from golden import TOPICS, read_lines, write_journal
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
