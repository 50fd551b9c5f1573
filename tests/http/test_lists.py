# SPDX-License-Identifier: Apache-2.0
"""What lists are asked for: prefixes, deleted ones, pages; contexts; what the registry says of itself."""
import pytest

from scute import envelope, fails

SUBJECTS = ["b", "a", "ab", ":.lab:a", ":.lab:x", ":.other:ab"]


@pytest.fixture
def filled(any_profile):
    for subject in SUBJECTS:
        any_profile.register(subject, '"int"')
    return any_profile


@pytest.mark.parametrize("prefix, wanted", [
    ("", {"b", "a", "ab"}), ("a", {"a", "ab"}), (":*:", set(SUBJECTS)),
    (":*:a", {"a", "ab", ":.lab:a", ":.other:ab"}), (":.lab:", {":.lab:a", ":.lab:x"}),
    (":.lab:x", {":.lab:x"}), (":.none:", set()),
])
def test_prefix(filled, prefix, wanted):
    assert set(filled.get(f"/subjects?subjectPrefix={prefix}")[1]) == wanted
    assert {each["subject"] for each in filled.get(f"/schemas?subjectPrefix={prefix}")[1]} == wanted
    assert set(filled.get("/subjects")[1]) == set(SUBJECTS)


@pytest.mark.parametrize("path", ["/subjects", "/schemas", "/contexts", "/schemas/ids/1/subjects",
                                  "/schemas/ids/1/versions", "/subjects/many/versions"])
def test_pages(filled, path):
    for level, text in enumerate(('"string"', '"bytes"', '"long"', '"double"')):
        filled.put("/config/many", {"compatibility": "NONE"})
        filled.register("many", text)
    whole = filled.get(path)[1]
    assert len(whole) >= 3
    for offset in range(len(whole) + 1):
        for limit in (1, 2, len(whole), 10 ** 6):
            page = filled.get(f"{path}?offset={offset}&limit={limit}")[1]
            assert page == whole[offset:offset + limit]
    for query in ("limit=0", "limit=-1", "limit=x", "offset=-5", "offset="):
        assert filled.get(f"{path}?{query}")[1] == whole


def test_deleted_ones(filled):
    filled.delete("/subjects/a")
    filled.register("ab", '"long"')
    filled.delete("/subjects/ab/versions/1")
    for spelling in ("deletedOnly=true&deleted=true", "deleted_only=true"):
        assert filled.get(f"/subjects?{spelling}") == (200, ["a"])
    assert "a" not in filled.get("/subjects")[1] and "a" in filled.get("/subjects?deleted=true")[1]
    versions = "/subjects/ab/versions"
    assert filled.get(versions) == (200, [2])
    assert filled.get(versions + "?deleted=true") == (200, [1, 2])
    assert filled.get(versions + "?deletedOnly=true") == (200, [1])
    assert filled.get(versions + "?deletedAsNegative=true") == (200, [-1, 2])
    listed = {(each["subject"], each["version"]) for each in filled.get("/schemas?deletedOnly=true")[1]}
    assert listed == {("a", 1), ("ab", 1)}


def test_contexts(filled):
    assert filled.get("/contexts") == (200, [".", ".lab", ".other"])
    assert filled.get("/contexts?contextPrefix=.l") == (200, [".lab"])
    filled.restart()
    assert filled.get("/contexts") == (200, [".", ".lab", ".other"])


def test_ids_count_in_their_context(any_profile):
    assert any_profile.register("s", '"int"') == 1
    assert any_profile.register(":.lab:s", '"long"') == 1
    any_profile.restart()
    assert any_profile.get("/schemas/ids/1")[1]["schema"] == '"int"'
    for subject in (":.lab:", ":.lab:s"):
        assert any_profile.get(f"/schemas/ids/1?subject={subject}")[1]["schema"] == '"long"'
        assert any_profile.get(f"/schemas/ids/1/subjects?subject={subject}") == (200, [":.lab:s"])
    assert fails(any_profile.get("/schemas/ids/1?subject=:.none:s"), 404, 40403)
    assert any_profile.post("/subjects/:.lab:s", envelope('"long"'))[1]["id"] == 1
    any_profile.put("/config/:.lab:", {"compatibility": "NONE"})
    assert any_profile.register(":.lab:s", '"string"') == 2
    assert fails(any_profile.post("/subjects/s/versions", envelope('"string"')), 409,
                 40901 if any_profile.config["response_profile"] == "confluent" else 409)


def test_about_the_registry(any_profile):
    assert any_profile.get("/v1/metadata/id") == (200, {"scope": {"path": [], "clusters": {
        "kafka-cluster": "journal", "schema-registry-cluster": "schema-registry"}}})
    status, body = any_profile.get("/v1/metadata/version")
    assert status == 200 and body["version"].count(".") == 2


def test_confluent_lists_a_thousand_schemas_at_most(confluent):
    confluent.put("/config", {"compatibility": "NONE"})
    for number in range(1005):
        confluent.register(f"s{number:04}", '"int"')
    assert len(confluent.get("/schemas")[1]) == 1000
    assert len(confluent.get("/schemas?limit=5000")[1]) == 1000
    assert len(confluent.get("/schemas?offset=1000")[1]) == 5
    assert len(confluent.get("/subjects")[1]) == 1005


def test_guids(any_profile):
    for subject in ("s", ":.lab:t"):
        any_profile.register(subject, '"int"')
    for number in range(1200):
        any_profile.register(f"s{number}", {"type": "fixed", "name": f"F{number}", "size": 1})
    header = {"Confluent-Accept-Unknown-Properties": "true"}
    guid = any_profile.get("/schemas/ids/1", headers=header)[1]["guid"]
    status, body = any_profile.get(f"/schemas/guids/{guid}")
    assert (status, body["guid"], body["schema"], body["schemaType"]) == (200, guid, '"int"', "AVRO")
    ids = any_profile.get(f"/schemas/guids/{guid}/ids")[1]
    assert sorted(each["context"] for each in ids) == [".", ".lab"]
    assert {each["id"] for each in ids} == {1}
    assert fails(any_profile.get("/schemas/guids/nothing"), 404, 40403)
    assert any_profile.get("/schemas/guids/nothing/ids") == (200, [])


def test_references_are_meant_in_their_own_context(any_profile):
    """A name without a context is one of the schema's own; one of the default context says so."""
    money = {"type": "fixed", "name": "Money", "size": 8}
    for subject in ("money", ":.lab:money"):
        any_profile.register(subject, {**money, "size": 4} if subject == "money" else money)
    uses = {"type": "record", "name": "U", "fields": [{"name": "a", "type": "Money"}]}
    for number, (called, told, full) in enumerate([
            ("money", "money", ":.lab:money"), (":.:money", ":.:money", ":.:money"),
            (":.lab:money", "money", ":.lab:money")]):
        subject = f":.lab:uses{number}"
        reference = {"name": "Money", "subject": called, "version": 1}
        any_profile.register(subject, uses, references=[reference])
        for _ in range(2):
            path = f"/subjects/{subject}/versions/1"
            assert any_profile.get(path)[1]["references"] == [{**reference, "subject": told}]
            qualified = any_profile.get(path + "?referenceFormat=qualified")[1]["references"]
            assert qualified == [{**reference, "subject": full}]
            any_profile.restart()
    ids = {number: any_profile.get(f"/subjects/:.lab:uses{number}/versions/1")[1]["id"] for number in range(3)}
    assert ids[0] == ids[2] != ids[1]
    assert fails(any_profile.delete("/subjects/:.lab:money"), 422, 42206)
    assert any_profile.get("/subjects/:.lab:money/versions/1/referencedby") == (200, [ids[0]])
    any_profile.delete("/subjects/:.lab:uses1")  # rewritten with its references
    any_profile.restart()
    deleted = any_profile.get("/subjects/:.lab:uses1/versions/1?deleted=true")[1]
    assert deleted["references"][0]["subject"] == ":.:money"
