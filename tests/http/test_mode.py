# SPDX-License-Identifier: Apache-2.0
"""/mode and /mode/{subject}: read-only subjects, and what is set, inherited and taken back."""
import pytest

from scute import envelope, fails, record

INT = record("R", "a:int")
OTHER = record("R", "a:int", ("b", "int", 0))


def test_default(any_profile):
    assert any_profile.get("/mode") == (200, {"mode": "READWRITE"})


def test_subject_without_mode(daemon, confluent):
    for registry in (daemon, confluent):
        registry.register("s", INT)
    assert daemon.get("/mode/s") == (200, {"mode": "READWRITE"})
    assert fails(daemon.get("/mode/nope"), 404, 40401, "Subject 'nope' not found.")
    assert fails(confluent.get("/mode/s"), 404, 40409,
                 "Subject 's' does not have subject-level mode configured")
    assert confluent.get("/mode/s?defaultToGlobal=true") == (200, {"mode": "READWRITE"})


@pytest.mark.parametrize("mode", ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"])
def test_set_get_restart_delete(any_profile, mode):
    for path in ("/mode", "/mode/s"):
        assert any_profile.put(path, {"mode": mode.lower()}) == (200, {"mode": mode})
        assert any_profile.get(path) == (200, {"mode": mode})
    any_profile.restart()
    for path in ("/mode", "/mode/s"):
        assert any_profile.get(path) == (200, {"mode": mode})
        assert any_profile.delete(path) == (200, {"mode": mode})
    any_profile.restart()
    assert any_profile.get("/mode") == (200, {"mode": "READWRITE"})
    assert any_profile.get("/mode/s")[0] == 404
    assert fails(any_profile.delete("/mode/s"), 404, 40401)


def test_what_is_no_mode(any_profile):
    assert fails(any_profile.put("/mode", {"mode": "OPEN"}), 422, 42204, "Invalid mode")
    assert fails(any_profile.put("/mode", {"mode": "FORWARD"}), 422, 42204, "global level")
    assert any_profile.put("/mode", {})[0] == 422
    assert any_profile.put("/mode", {"mode": 1})[0] in (400, 422)
    assert any_profile.put("/mode/:.__GLOBAL:", {"mode": "FORWARD"}) == (200, {"mode": "FORWARD"})


def test_read_only_subject(any_profile):
    schema_id = any_profile.register("s", INT)
    any_profile.put("/mode/s", {"mode": "READONLY"})
    words = "Subject s in context . is in read-only mode"
    assert fails(any_profile.post("/subjects/s/versions", envelope(OTHER)), 422, 42205, words)
    assert any_profile.register("s", INT) == schema_id  # what is there already is only looked up
    assert fails(any_profile.delete("/subjects/s"), 422, 42205, words)
    assert fails(any_profile.delete("/subjects/s/versions/1"), 422, 42205, words)
    assert fails(any_profile.put("/config/s", {"compatibility": "NONE"}), 422, 42205, words)
    assert any_profile.register("other", OTHER) == schema_id + 1
    any_profile.put("/mode/s", {"mode": "READWRITE"})
    assert any_profile.register("s", OTHER) == schema_id + 1


def test_scopes(any_profile):
    any_profile.put("/mode", {"mode": "READONLY"})
    assert fails(any_profile.post("/subjects/s/versions", envelope(INT)), 422, 42205)
    any_profile.put("/mode/s", {"mode": "READWRITE"})
    any_profile.register("s", INT)
    any_profile.put("/mode", {"mode": "READONLY_OVERRIDE"})
    assert fails(any_profile.post("/subjects/s/versions", envelope(OTHER)), 422, 42205)


def test_mode_goes_with_the_subject(any_profile):
    any_profile.register("s", INT)
    any_profile.put("/mode/s", {"mode": "READWRITE"})
    any_profile.delete("/subjects/s")
    any_profile.delete("/subjects/s?permanent=true")
    any_profile.restart()
    assert any_profile.get("/mode/s")[0] == 404


# --- imports ---


@pytest.fixture
def importing(any_profile):
    any_profile.put("/mode/s", {"mode": "IMPORT"})
    return any_profile


def test_import_keeps_id_and_version(importing):
    body = envelope('{"type": "int"}', id=500, version=7)
    assert importing.post("/subjects/s/versions", body)[1]["id"] == 500
    answer = importing.get("/subjects/s/versions/7")[1]
    assert (answer["id"], answer["version"], answer["schema"]) == (500, 7, '{"type": "int"}')
    assert importing.post("/subjects/s/versions", body)[1]["id"] == 500  # once more: nothing new
    assert importing.get("/subjects/s/versions") == (200, [7])
    assert importing.post("/subjects/s/versions", envelope('"long"', id=501))[1]["id"] == 501
    assert importing.get("/subjects/s/versions") == (200, [7, 8])
    assert importing.register("other", '"string"') == 502
    importing.restart()
    assert importing.get("/subjects/s/versions") == (200, [7, 8])


def test_import_checks_nothing(importing):
    for number, text in enumerate(['"int"', '"nothing"', "{no schema"], 1):
        assert importing.post("/subjects/s/versions", envelope(text, id=10 + number))[0] == 200
        assert importing.get(f"/subjects/s/versions/{number}/schema")[0] == 200
    reference = {"name": "n", "subject": "not there yet", "version": 3}
    body = envelope('"long"', id=20, references=[reference])
    assert importing.post("/subjects/s/versions", body)[0] == 200
    assert importing.get("/subjects/s/versions/4")[1]["references"] == [reference]


def test_import_does_not_overwrite(importing):
    importing.post("/subjects/s/versions", envelope('"int"', id=5, version=1))
    for body in (envelope('"long"', id=5), envelope('"long"', id=6, version=1)):
        assert fails(importing.post("/subjects/s/versions", body), 422, 42205,
                     f"Overwrite new schema with id {body['id']} in context . is not permitted.")


def test_import_needs_an_id_and_an_id_the_mode(importing):
    assert fails(importing.post("/subjects/s/versions", envelope('"int"')), 422, 42205,
                 "Subject s in context . is not in read-write mode")
    importing.put("/mode/s", {"mode": "READWRITE"})
    answer = importing.post("/subjects/s/versions", envelope('"int"', id=77))
    if importing.config.get("response_profile") == "confluent":
        assert fails(answer, 422, 42205, "Subject s in context . is not in import mode")
    else:  # as Karapace, which does not know the member
        assert answer == (200, {"id": 1})


def test_import_mode_wants_an_empty_subject(any_profile):
    any_profile.register("s", INT)
    words = "Cannot import since found existing subjects"
    assert fails(any_profile.put("/mode/s", {"mode": "IMPORT"}), 422, 42205, words)
    assert fails(any_profile.put("/mode", {"mode": "IMPORT"}), 422, 42205, words)
    assert any_profile.put("/mode/s?force=true", {"mode": "IMPORT"}) == (200, {"mode": "IMPORT"})
    any_profile.put("/mode/s", {"mode": "READWRITE"})
    any_profile.delete("/subjects/s")
    assert any_profile.put("/mode/s", {"mode": "IMPORT"})[0] == 200
    any_profile.restart()
    assert any_profile.get("/subjects?deleted=true") == (200, [])  # cleared: imports bring their own
    any_profile.put("/mode/s", {"mode": "READWRITE"})
    assert any_profile.register("s", OTHER) == 2  # an id that was given is not given again


def test_expected_version(confluent):
    confluent.register("s", INT)
    assert fails(confluent.post("/subjects/s/versions", envelope(OTHER, version=3)), 422, 42201,
                 "Version is not one more than previous version")
    assert confluent.register("s", OTHER, version=2) == 2
