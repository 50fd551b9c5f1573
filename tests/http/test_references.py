# SPDX-License-Identifier: Apache-2.0
"""References between subjects: resolved, kept, counted, protected."""
import pytest

from scute import all_formats, canonical, envelope, fails, record

MONEY = {"type": "record", "name": "Money", "namespace": "shop",
         "fields": [{"name": "minor", "type": "long"}]}
INVOICE = record("Invoice", ("sum", "shop.Money"))
REFERENCE = {"name": "shop.Money", "subject": "money", "version": 1}


@pytest.fixture
def filled(daemon):
    assert daemon.register("money", MONEY) == 1
    assert daemon.register("invoice", INVOICE, references=[REFERENCE]) == 2
    return daemon


def test_without_references_the_name_is_unknown(daemon):
    daemon.register("money", MONEY)
    assert fails(daemon.post("/subjects/invoice/versions", envelope(INVOICE)), 422, 42201, "shop.Money")


def test_answers_carry_references(filled):
    expected = {"subject": "invoice", "version": 1, "id": 2, "schema": canonical(INVOICE),
                "references": [REFERENCE]}
    assert filled.get("/subjects/invoice/versions/1") == (200, expected)
    assert filled.post("/subjects/invoice", envelope(INVOICE, references=[REFERENCE])) == \
        (200, expected)
    assert filled.get("/schemas/ids/2") == \
        (200, {"schema": canonical(INVOICE), "references": [REFERENCE]})
    assert filled.get("/schemas")[1][1]["references"] == [REFERENCE]
    filled.restart()
    assert filled.get("/subjects/invoice/versions/1") == (200, expected)


def test_references_are_part_of_the_content(filled):
    assert filled.register("money2", MONEY) == 1
    other = {**REFERENCE, "subject": "money2"}
    assert filled.register("invoice2", INVOICE, references=[other]) == 3
    assert filled.register("invoice2", INVOICE, references=[REFERENCE]) == 2
    assert filled.register("invoice", INVOICE, references=[REFERENCE]) == 2
    assert fails(filled.post("/subjects/invoice", envelope(INVOICE, references=[other])), 404, 40403)


def test_latest_is_pinned(filled):
    assert filled.register("invoice", INVOICE, references=[{**REFERENCE, "version": -1}]) == 2
    second = {**MONEY, "fields": MONEY["fields"] + [{"name": "cur", "type": "string", "default": "E"}]}
    assert filled.register("money", second) == 3
    assert filled.register("other", INVOICE, references=[{**REFERENCE, "version": -1}]) == 4
    assert filled.get("/subjects/other/versions/1")[1]["references"] == [{**REFERENCE, "version": 2}]
    assert filled.get("/subjects/invoice/versions/1")[1]["references"] == [REFERENCE]


def test_referenced_by(filled):
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2])
    assert filled.get("/subjects/money/versions/latest/referencedby") == (200, [2])
    assert filled.get("/subjects/invoice/versions/1/referencedby") == (200, [])
    assert fails(filled.get("/subjects/money/versions/2/referencedby"), 404, 40402)
    assert fails(filled.get("/subjects/nope/versions/1/referencedby"), 404, 40401)
    filled.register("copy", INVOICE, references=[REFERENCE])
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2])


def test_referenced_version_can_not_be_deleted(filled):
    text = "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=money,version=1}."
    assert fails(filled.delete("/subjects/money/versions/1"), 422, 42206, text)
    assert fails(filled.delete("/subjects/money"), 422, 42206, text)
    assert filled.get("/subjects/money/versions") == (200, [1])
    filled.restart()
    assert fails(filled.delete("/subjects/money"), 422, 42206, text)


def test_only_the_referenced_version_is_protected(filled):
    second = {**MONEY, "doc": "second"}
    assert filled.register("money", second) == 3
    assert filled.delete("/subjects/money/versions/2") == (200, 2)
    assert filled.delete("/subjects/money/versions/2?permanent=true") == (200, 2)
    assert fails(filled.delete("/subjects/money/versions/1"), 422, 42206)


def test_soft_deleted_referrer_still_counts(filled):
    """It can be read by its id and may come back: what it needs must not go."""
    filled.delete("/subjects/invoice")
    assert fails(filled.delete("/subjects/money"), 422, 42206)
    filled.delete("/subjects/invoice?permanent=true")
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [])
    assert filled.delete("/subjects/money") == (200, [1])


def test_soft_deleted_referrer_lets_go_under_confluent(confluent):
    """There a reference goes with the last live version of its schema; ?deleted=true still shows it."""
    path = "/subjects/money/versions/1/referencedby"
    for subject, schema, references in (("money", MONEY, []), ("invoice", INVOICE, [REFERENCE]),
                                        ("copy", INVOICE, [REFERENCE])):
        assert confluent.post(f"/subjects/{subject}/versions", envelope(schema, references=references))[0] == 200
    assert confluent.delete("/subjects/copy") == (200, [1])
    assert confluent.get(path) == (200, [2])
    assert fails(confluent.delete("/subjects/money"), 422, 42206)
    assert confluent.delete("/subjects/invoice/versions/1") == (200, 1)
    assert confluent.get(path) == (200, [])
    assert confluent.get(path + "?deleted=true") == (200, [2])
    confluent.restart()
    assert confluent.get(path) == (200, [])
    assert confluent.delete("/subjects/money/versions/1") == (200, 1)
    assert confluent.delete("/subjects/money?permanent=true") == (200, [1])


def test_referrer_in_the_same_subject_does_not_hold_the_subject(daemon):
    daemon.put("/config", {"compatibility": "NONE"})
    daemon.register("money", MONEY)
    daemon.register("money", INVOICE, references=[REFERENCE])
    assert fails(daemon.delete("/subjects/money/versions/1"), 422, 42206)
    assert daemon.delete("/subjects/money") == (200, [1, 2])
    assert daemon.delete("/subjects/money?permanent=true") == (200, [1, 2])


def test_deleted_version_can_not_be_referenced(daemon):
    daemon.register("money", MONEY)
    daemon.delete("/subjects/money")
    for version in (1, -1):
        body = envelope(INVOICE, references=[{**REFERENCE, "version": version}])
        assert fails(daemon.post("/subjects/invoice/versions", body), 422, 42201, "money")
    assert daemon.get("/subjects") == (200, [])


def test_references_of_references(filled):
    batch = record("Batch", ("invoices", {"type": "array", "items": "Invoice"}), ("limit", "shop.Money"))
    reference = {"name": "Invoice", "subject": "invoice", "version": 1}
    assert filled.register("batch", batch, references=[reference]) == 3
    assert filled.get("/subjects/invoice/versions/1/referencedby") == (200, [3])
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2])
    check = "/compatibility/subjects/batch/versions/latest"
    assert filled.post(check, envelope(batch, references=[reference])) == (200, {"is_compatible": True})


def test_long_chain(daemon):
    """Eight deep works, and what is too deep is said to be so."""
    previous = []
    depth = 0
    for depth in range(100):
        field = ("next", f"T{depth - 1}") if depth else ("next", "int")
        status, body = daemon.post(f"/subjects/s{depth}/versions",
                                   envelope(record(f"T{depth}", field), references=previous))
        if status != 200:
            assert fails((status, body), 422, 42201, "deep")
            break
        previous = [{"name": f"T{depth}", "subject": f"s{depth}", "version": 1}]
    assert depth > 8


def test_the_same_schema_by_two_ways(daemon):
    daemon.register("money", MONEY)
    left = {"name": "Left", "subject": "left", "version": 1}
    right = {"name": "Right", "subject": "right", "version": 1}
    daemon.register("left", record("Left", ("m", "shop.Money")), references=[REFERENCE])
    daemon.register("right", record("Right", ("m", "shop.Money")), references=[REFERENCE])
    both = record("Both", ("l", "Left"), ("r", "Right"))
    assert daemon.register("both", both, references=[left, right]) == 4
    assert daemon.register("both", both, references=[left, right]) == 4


def test_compatibility_looks_through_references(filled):
    changed = {**MONEY, "fields": [{"name": "minor", "type": "string"}]}
    filled.put("/config/money", {"compatibility": "NONE"})
    assert filled.register("money", changed) == 3
    body = envelope(INVOICE, references=[{**REFERENCE, "version": 2}])
    check = filled.post("/compatibility/subjects/invoice/versions/latest", body)
    assert check[1]["is_compatible"] is False and "TYPE_MISMATCH" in check[1]["messages"][0]
    assert fails(filled.post("/subjects/invoice/versions", body), 409, 409)
    body = envelope(INVOICE, references=[REFERENCE])
    check = filled.post("/compatibility/subjects/invoice/versions/latest", body)
    assert check == (200, {"is_compatible": True})


@pytest.mark.parametrize("reference", [
    {**REFERENCE, "version": 2}, {**REFERENCE, "subject": "nope"},
    {**REFERENCE, "subject": "nope", "version": -1}, {**REFERENCE, "subject": "a\u0000b"},
    {**REFERENCE, "version": 2147483647}])
def test_reference_to_nothing(shared_any_profile, reference):
    shared_any_profile.register("money", MONEY)
    body = envelope(INVOICE, references=[reference])
    assert fails(shared_any_profile.post("/subjects/invoice/versions", body), 422, 42201)
    assert fails(shared_any_profile.post("/subjects/money", body), 422, 42201)
    assert fails(shared_any_profile.post("/compatibility/subjects/money/versions/latest", body), 422, 42201)
    assert shared_any_profile.get("/subjects") == (200, ["money"])


@pytest.mark.parametrize("references", [
    "text", 1, {}, True, [1], ["x"], [None], [[]], [{}],
    [{"name": "n", "subject": "money"}], [{"name": "n", "version": 1}],
    [{"subject": "money", "version": 1}], [{**REFERENCE, "name": 1}],
    [{**REFERENCE, "subject": None}], [{**REFERENCE, "version": "1"}],
    [{**REFERENCE, "version": 1.5}], [{**REFERENCE, "version": 0}],
    [{**REFERENCE, "version": -2}], [{**REFERENCE, "version": 2147483648}],
    [{**REFERENCE, "version": 10 ** 30}], [{**REFERENCE, "version": "latest"}],
    [REFERENCE] * 1001,
], ids=str)
def test_malformed_references(shared, references):
    shared.register("money", MONEY)
    body = envelope(INVOICE, references=references)
    for path in ("/subjects/invoice/versions", "/subjects/money",
                 "/compatibility/subjects/money/versions/latest"):
        assert fails(shared.post(path, body), 422, 422)


def test_circle_is_impossible(daemon):
    """A version can only refer to those that exist already, also to its own subject's."""
    daemon.put("/config", {"compatibility": "NONE"})
    own = {"name": "A", "subject": "s", "version": 1}
    assert fails(daemon.post("/subjects/s/versions", envelope(record("A", ("a", "A")),
                                                              references=[own])), 422, 42201)
    daemon.register("s", record("A", "x:int"))
    daemon.register("s", record("B", ("a", "A")), references=[own])
    assert daemon.get("/subjects/s/versions") == (200, [1, 2])


def test_repeated_reference(filled):
    """Named twice alike it counts once for the parser; the list is kept as it was sent."""
    assert filled.register("twice", INVOICE, references=[REFERENCE, REFERENCE]) == 3
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2, 3])
    assert filled.get("/schemas/ids/3")[1]["references"] == [REFERENCE, REFERENCE]
    filled.delete("/subjects/twice")
    filled.delete("/subjects/twice?permanent=true")
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2])


def test_referenced_by_is_in_order(filled):
    for number in range(3, 8):
        body = {**INVOICE, "doc": str(number)}
        assert filled.register(f"s{number}", body, references=[REFERENCE]) == number
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2, 3, 4, 5, 6, 7])
    filled.delete("/subjects/s3")
    filled.delete("/subjects/s3?permanent=true")
    assert filled.get("/subjects/money/versions/1/referencedby") == (200, [2, 4, 5, 6, 7])


def test_text_referred_to_is_bounded(daemon):
    """Eight MB of it together are parsed for one schema, not more: an answer, not a gigabyte."""
    names = [f"Big{number}" for number in range(10)]
    for name in names:
        symbols = [f"{name}_{i:06}" for i in range(60000)]
        daemon.register(name, {"type": "enum", "name": name, "symbols": symbols})
    references = [{"name": name, "subject": name, "version": 1} for name in names]
    body = envelope(record("R", ("a", "Big0")), references=references)
    for path in ("/subjects/r/versions", "/compatibility/subjects/r/versions/latest"):
        answer = daemon.post(path, body)
        assert fails(answer, 422, 42201) and "8388608" in answer[1]["message"]
    assert daemon.register("r", record("R", ("a", "Big0")), references=references[:5]) == 11


def test_a_reference_of_another_type_is_refused(make_daemon):
    daemon = make_daemon(**all_formats())
    daemon.register("avro", MONEY)
    body = envelope({"$ref": "n"}, schemaType="JSON",
                    references=[{"name": "n", "subject": "avro", "version": -1}])
    assert fails(daemon.post("/subjects/s/versions", body), 422, 42201,
                 'reference "n": version 1 of subject "avro" is of type AVRO')
    assert daemon.get("/subjects") == (200, ["avro"])


def test_subjects_of_references_with_their_contexts(filled):
    qualified = {**REFERENCE, "subject": ":.:money"}
    for path in ("/subjects/invoice/versions/1", "/schemas/ids/2"):
        assert filled.get(path + "?referenceFormat=qualified")[1]["references"] == [qualified]
        for query in ("", "?referenceFormat=default"):
            assert filled.get(path + query)[1]["references"] == [REFERENCE]
