# SPDX-License-Identifier: Apache-2.0
"""Lists of subjects and versions, single versions, lookup, and both kinds of delete."""
import json

import pytest

from scute import canonical, envelope, fails, record

INT = record("R", "a:int")
TWO = record("R", "a:int", ("b", "int", 0))
THREE = record("R", "a:int", ("b", "int", 0), ("c", "int", 0))


@pytest.fixture
def filled(daemon):
    """s with versions 1 to 3, and t with the first schema of s."""
    for schema in (INT, TWO, THREE):
        daemon.register("s", schema)
    daemon.register("t", INT)
    return daemon


# --- lists ---

def test_empty_registry(daemon):
    assert daemon.get("/subjects") == (200, [])
    assert daemon.get("/subjects?deleted=true") == (200, [])
    assert daemon.get("/schemas") == (200, [])


def test_subjects_in_order_of_arrival(daemon):
    for name in ("zeta", "alpha", "mid"):
        daemon.register(name, INT)
    assert daemon.get("/subjects") == (200, ["zeta", "alpha", "mid"])


def test_subjects_by_name_as_confluent(confluent):
    for name in ("zeta", "alpha", "mid"):
        confluent.register(name, INT)
    assert confluent.get("/subjects") == (200, ["alpha", "mid", "zeta"])


def test_deleted_subjects_are_listed_when_asked_for(filled):
    assert filled.delete("/subjects/s") == (200, [1, 2, 3])
    assert filled.get("/subjects") == (200, ["t"])
    assert filled.get("/subjects?deleted=true") == (200, ["s", "t"])
    assert filled.delete("/subjects/s?permanent=true") == (200, [1, 2, 3])
    assert filled.get("/subjects?deleted=true") == (200, ["t"])


def test_subject_with_nothing_but_a_level_is_not_listed(daemon):
    daemon.put("/config/only-config", {"compatibility": "FULL"})
    assert daemon.get("/subjects") == (200, [])
    assert fails(daemon.get("/subjects/only-config/versions"), 404, 40401,
                 "Subject 'only-config' not found.")


def test_versions(filled):
    assert filled.get("/subjects/s/versions") == (200, [1, 2, 3])
    filled.delete("/subjects/s/versions/2")
    assert filled.get("/subjects/s/versions") == (200, [1, 3])
    assert filled.get("/subjects/s/versions?deleted=true") == (200, [1, 2, 3])
    assert filled.get("/subjects/s/versions?deleted=false") == (200, [1, 3])


def test_trailing_slash(filled):
    assert filled.get("/subjects/") == filled.get("/subjects")
    assert filled.get("/subjects/s/versions/") == (200, [1, 2, 3])
    assert filled.get("/subjects/s/versions/1/") == filled.get("/subjects/s/versions/1")


# --- one version ---

def test_version(filled):
    expected = {"subject": "s", "version": 2, "id": 2, "schema": canonical(TWO)}
    assert filled.get("/subjects/s/versions/2") == (200, expected)
    assert list(filled.get("/subjects/s/versions/2")[1]) == ["subject", "version", "id", "schema"]


@pytest.mark.parametrize("latest", ["latest", "-1", "LATEST", "Latest"])
def test_latest(filled, latest):
    assert filled.get(f"/subjects/s/versions/{latest}") == filled.get("/subjects/s/versions/3")
    filled.delete("/subjects/s/versions/3")
    assert filled.get(f"/subjects/s/versions/{latest}")[1]["version"] == 2
    assert filled.get(f"/subjects/s/versions/{latest}?deleted=true")[1]["version"] == 3


def test_text_of_a_version(filled):
    reply = filled.raw("GET", "/subjects/s/versions/2/schema")
    assert (reply.status_code, reply.text) == (200, canonical(TWO))
    assert filled.raw("GET", "/subjects/s/versions/latest/schema").text == canonical(THREE)
    assert fails(filled.get("/subjects/s/versions/9/schema"), 404, 40402)
    assert fails(filled.get("/subjects/nope/versions/1/schema"), 404, 40401)


def test_version_that_is_not_there(filled):
    assert fails(filled.get("/subjects/s/versions/4"), 404, 40402, "Version 4 not found.")
    assert fails(filled.get("/subjects/s/versions/2147483647"), 404, 40402)
    assert fails(filled.get("/subjects/nope/versions/1"), 404, 40401, "Subject 'nope' not found.")
    assert fails(filled.get("/subjects/nope/versions/latest"), 404, 40401)
    assert fails(filled.get("/subjects/nope/versions"), 404, 40401)


def test_deleted_version(filled):
    filled.delete("/subjects/s/versions/2")
    assert fails(filled.get("/subjects/s/versions/2"), 404, 40402, "Version 2 not found.")
    assert filled.get("/subjects/s/versions/2?deleted=true")[1]["id"] == 2
    filled.delete("/subjects/s")
    for path in ("/versions", "/versions/1", "/versions/latest"):
        assert fails(filled.get("/subjects/s" + path), 404, 40401, "Subject 's' not found.")
    assert filled.get("/subjects/s/versions/latest?deleted=true")[1]["version"] == 3


# --- lookup ---

def test_lookup(filled):
    expected = {"subject": "s", "version": 2, "id": 2, "schema": canonical(TWO)}
    assert filled.post("/subjects/s", envelope(TWO)) == (200, expected)
    assert filled.post("/subjects/s", envelope(json.dumps(TWO, indent=2))) == (200, expected)
    assert filled.post("/subjects/t", envelope(INT))[1]["version"] == 1


def test_lookup_finds_nothing(filled):
    assert fails(filled.post("/subjects/t", envelope(TWO)), 404, 40403, "Schema not found")
    assert fails(filled.post("/subjects/nope", envelope(INT)), 404, 40401, "Subject 'nope' not found.")
    assert fails(filled.post("/subjects/s", envelope('"no.Such"')), 422, 42201)
    assert fails(filled.post("/subjects/s", envelope("")), 422, 42201, "Empty schema")


def test_lookup_of_deleted(filled):
    filled.delete("/subjects/s/versions/2")
    assert fails(filled.post("/subjects/s", envelope(TWO)), 404, 40403)
    assert filled.post("/subjects/s?deleted=true", envelope(TWO))[1]["version"] == 2
    filled.delete("/subjects/s")
    assert fails(filled.post("/subjects/s", envelope(INT)), 404, 40401)
    assert filled.post("/subjects/s?deleted=true", envelope(INT))[1]["version"] == 1
    filled.register("s", INT)
    assert filled.post("/subjects/s?deleted=true", envelope(INT))[1]["version"] == 4


def test_lookup_with_normalize(filled):
    spelled = record("R", ("a", {"type": "int"}))
    assert fails(filled.post("/subjects/s", envelope(spelled)), 404, 40403)
    assert filled.post("/subjects/s?normalize=true", envelope(spelled))[1]["version"] == 1


# --- deletes ---

def test_soft_delete_of_a_subject(filled):
    assert filled.delete("/subjects/s/versions/2") == (200, 2)
    assert filled.delete("/subjects/s") == (200, [1, 3])
    assert fails(filled.delete("/subjects/s"), 404, 40404,
                 "Subject 's' was soft deleted.Set permanent=true to delete permanently")
    assert filled.get("/schemas/ids/3")[0] == 200
    assert filled.get("/subjects/t/versions") == (200, [1])


def test_permanent_delete_of_a_subject(filled):
    assert fails(filled.delete("/subjects/s?permanent=true"), 404, 40405,
                 "Subject 's' was not deleted first before being permanently deleted")
    filled.delete("/subjects/s")
    assert filled.delete("/subjects/s?permanent=true") == (200, [1, 2, 3])
    assert fails(filled.delete("/subjects/s?permanent=true"), 404, 40401, "Subject 's' not found.")
    assert fails(filled.delete("/subjects/s"), 404, 40401)
    assert fails(filled.get("/subjects/s/versions?deleted=true"), 404, 40401)
    assert fails(filled.get("/schemas/ids/2"), 404, 40403)
    assert filled.get("/schemas/ids/1")[0] == 200  # t has it still


def test_permanent_delete_needs_every_version_gone(filled):
    filled.delete("/subjects/s/versions/1")
    assert fails(filled.delete("/subjects/s?permanent=true"), 404, 40405)
    filled.delete("/subjects/s/versions/2")
    filled.delete("/subjects/s/versions/3")
    assert filled.delete("/subjects/s?permanent=true") == (200, [1, 2, 3])


def test_soft_delete_of_a_version(filled):
    assert filled.delete("/subjects/s/versions/2") == (200, 2)
    assert fails(filled.delete("/subjects/s/versions/2"), 404, 40406,
                 "Subject 's' Version 2 was soft deleted")
    assert fails(filled.delete("/subjects/s/versions/9"), 404, 40402, "Version 9 not found.")
    assert fails(filled.delete("/subjects/nope/versions/1"), 404, 40401, "Subject 'nope' not found.")


def test_permanent_delete_of_a_version(filled):
    assert fails(filled.delete("/subjects/s/versions/3?permanent=true"), 404, 40407,
                 "Subject 's' Version 3 was not deleted first before being permanently deleted")
    filled.delete("/subjects/s/versions/3")
    assert filled.delete("/subjects/s/versions/3?permanent=true") == (200, 3)
    assert fails(filled.delete("/subjects/s/versions/3?permanent=true"), 404, 40402)
    assert filled.get("/subjects/s/versions?deleted=true") == (200, [1, 2])


@pytest.mark.parametrize("latest", ["latest", "-1"])
def test_delete_of_the_latest_version(filled, latest):
    assert filled.delete(f"/subjects/s/versions/{latest}") == (200, 3)
    assert filled.delete(f"/subjects/s/versions/{latest}") == (200, 2)
    assert filled.delete(f"/subjects/s/versions/{latest}?permanent=true") == (200, 3)
    assert filled.delete(f"/subjects/s/versions/{latest}?permanent=true") == (200, 2)
    assert fails(filled.delete(f"/subjects/s/versions/{latest}?permanent=true"), 404, 40407)
    assert filled.get("/subjects/s/versions?deleted=true") == (200, [1])


def test_last_version_takes_the_subject_along(daemon):
    daemon.register("s", INT)
    daemon.delete("/subjects/s/versions/1")
    assert daemon.get("/subjects") == (200, [])
    assert daemon.delete("/subjects/s/versions/1?permanent=true") == (200, 1)
    assert daemon.get("/subjects?deleted=true") == (200, [])
    assert fails(daemon.get("/subjects/s/versions?deleted=true"), 404, 40401)


def test_level_goes_with_the_last_version(daemon):
    """Kept over a soft delete, gone with the permanent one, also after a restart."""
    daemon.register("s", INT)
    daemon.put("/config/s", {"compatibility": "FULL"})
    daemon.delete("/subjects/s")
    assert daemon.get("/config/s") == (200, {"compatibilityLevel": "FULL"})
    daemon.delete("/subjects/s?permanent=true")
    assert fails(daemon.get("/config/s"), 404, 40401)
    daemon.register("s", INT)
    daemon.restart()
    assert fails(daemon.get("/config/s"), 404, 40408)


def test_delete_ignores_the_spelling_of_its_flag(filled):
    filled.delete("/subjects/s")
    assert filled.delete("/subjects/s?permanent=True") == (200, [1, 2, 3])
