# SPDX-License-Identifier: Apache-2.0
"""/config and /config/{subject}: the compatibility level, set, read, taken back, kept."""
import json

import pytest

from scute import envelope, fails, record

LEVELS = ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL",
          "FULL_TRANSITIVE"]
INT = record("R", "a:int")


@pytest.mark.parametrize("name", LEVELS)
def test_set_and_get(any_profile, name):
    for path in ("/config", "/config/s"):
        assert any_profile.put(path, {"compatibility": name}) == (200, {"compatibility": name})
        assert any_profile.get(path) == (200, {"compatibilityLevel": name})
    any_profile.restart()
    for path in ("/config", "/config/s"):
        assert any_profile.get(path) == (200, {"compatibilityLevel": name})


@pytest.mark.parametrize("name", LEVELS)
def test_default_from_the_configuration(make_daemon, name):
    daemon = make_daemon(compatibility=name)
    assert daemon.get("/config") == (200, {"compatibilityLevel": name})
    daemon.put("/config", {"compatibility": "FULL"})
    daemon.restart()
    assert daemon.get("/config") == (200, {"compatibilityLevel": "FULL"})


def test_policy(any_profile):
    for path in ("/config", "/config/s"):
        assert any_profile.put(path, {"compatibilityPolicy": "lenient"})[0] == 200
        assert any_profile.get(path)[1]["compatibilityPolicy"] == "LENIENT"
        assert any_profile.put(path, {"compatibility": "FULL"}) == \
            (200, {"compatibility": "FULL", "compatibilityPolicy": "LENIENT"})
    any_profile.restart()
    for path in ("/config", "/config/s"):
        assert any_profile.get(path) == \
            (200, {"compatibilityLevel": "FULL", "compatibilityPolicy": "LENIENT"})
        assert any_profile.put(path, {"compatibility": "NONE", "compatibilityPolicy": "STRICT"}) == \
            (200, {"compatibility": "NONE", "compatibilityPolicy": "STRICT"})
    assert any_profile.delete("/config/s")[0] == 200
    assert any_profile.get("/config/s")[0] == 404
    assert any_profile.get("/config")[1]["compatibilityPolicy"] == "STRICT"
    assert fails(any_profile.put("/config", {"compatibilityPolicy": "loose"}), 422, 42203, "policy")
    assert any_profile.put("/config", {"compatibilityPolicy": 1})[0] in (400, 422)


def test_policy_alone_keeps_the_level_unset(confluent):
    assert confluent.put("/config/s", {"compatibilityPolicy": "LENIENT"}) == \
        (200, {"compatibilityPolicy": "LENIENT"})
    assert confluent.get("/config/s") == (200, {"compatibilityPolicy": "LENIENT"})
    assert confluent.get("/config/s?defaultToGlobal=true") == \
        (200, {"compatibilityLevel": "BACKWARD", "compatibilityPolicy": "LENIENT"})


def test_default(daemon):
    assert daemon.get("/config") == (200, {"compatibilityLevel": "BACKWARD"})


def test_subject_without_level(daemon):
    daemon.register("s", INT)
    assert fails(daemon.get("/config/s"), 404, 40408,
                 "Subject 's' does not have subject-level compatibility configured")
    assert fails(daemon.get("/config/nope"), 404, 40401, "Subject 'nope' not found.")


def test_default_to_global(daemon, confluent):
    for registry in (daemon, confluent):
        registry.register("s", INT)
        registry.put("/config", {"compatibility": "FORWARD"})
        path = "/config/s?defaultToGlobal=true"
        assert registry.get(path) == (200, {"compatibilityLevel": "FORWARD"})
        registry.put("/config/s", {"compatibility": "NONE"})
        assert registry.get(path) == (200, {"compatibilityLevel": "NONE"})
    assert fails(daemon.get("/config/nope?defaultToGlobal=true"), 404, 40401)
    assert confluent.get("/config/nope?defaultToGlobal=true") == \
        (200, {"compatibilityLevel": "FORWARD"})


def test_level_before_the_first_version(daemon):
    daemon.put("/config/s", {"compatibility": "NONE"})
    assert daemon.get("/config/s") == (200, {"compatibilityLevel": "NONE"})
    daemon.register("s", INT)
    daemon.register("s", '"string"')
    assert daemon.get("/subjects/s/versions") == (200, [1, 2])


def test_take_back(daemon):
    daemon.put("/config", {"compatibility": "FULL"})
    daemon.register("s", INT)
    daemon.put("/config/s", {"compatibility": "NONE"})
    assert daemon.delete("/config/s") == (200, {"compatibility": "FULL"})
    assert fails(daemon.get("/config/s"), 404, 40408)
    assert fails(daemon.post("/subjects/s/versions", envelope('"string"')), 409, 409, "FULL")
    daemon.restart()
    assert fails(daemon.get("/config/s"), 404, 40408)


def test_take_back_what_is_not_set(daemon, confluent):
    """Karapace answers the global level whatever there is; Confluent knows no such setting."""
    for subject in ("s", "nope"):
        assert daemon.delete(f"/config/{subject}") == (200, {"compatibility": "BACKWARD"})
        assert fails(confluent.delete(f"/config/{subject}"), 404, 40401)
    assert fails(daemon.get("/config/nope"), 404, 40401)


def test_take_back_as_confluent(confluent):
    confluent.put("/config/s", {"compatibility": "NONE"})
    assert confluent.delete("/config/s") == (200, {"compatibilityLevel": "NONE"})
    assert fails(confluent.get("/config/s"), 404, 40408)


def test_take_back_the_global_level(make_daemon):
    daemon = make_daemon(compatibility="FORWARD")
    daemon.put("/config", {"compatibility": "NONE"})
    assert daemon.delete("/config") == (200, {"compatibility": "FORWARD"})
    assert daemon.get("/config") == (200, {"compatibilityLevel": "FORWARD"})
    daemon.restart()
    assert daemon.get("/config") == (200, {"compatibilityLevel": "FORWARD"})


@pytest.mark.parametrize("value", ["", "NOPE", "BACKWARD ", "BACKWARDS", "none?", "\x00", "é" * 1000])
def test_invalid_level(shared_any_profile, value):
    assert fails(shared_any_profile.put("/config", {"compatibility": value}), 422, 42203,
                 "Invalid compatibility level. Valid values are none, backward, forward, full, "
                 "backward_transitive, forward_transitive, and full_transitive")
    assert fails(shared_any_profile.put("/config/s", {"compatibility": value}), 422, 42203,
                 "Invalid compatibility level")
    assert shared_any_profile.get("/config") == (200, {"compatibilityLevel": "BACKWARD"})
    assert shared_any_profile.get("/config/s")[0] == 404


@pytest.mark.parametrize("body", [{}, {"compatibility": 1}, {"compatibility": ["NONE"]},
                                  {"compatibility": {"level": "NONE"}}, {"compatibility": True},
                                  [], "text", 1, {"compatibilityLevel": "NONE"}])
@pytest.mark.parametrize("path", ["/config", "/config/s"])
def test_wrong_body(shared, path, body):
    assert fails(shared.put(path, json.dumps(body)), 422, 422)


def test_other_members(any_profile):
    """Known ones are kept with the level, in Confluent's order; unknown ones are let pass."""
    body = {"x": None, "compatibilityGroup": "major", "compatibility": "FULL", "normalize": True,
            "defaultMetadata": {"properties": {"owner": "a"}}}
    kept = {"normalize": True, "compatibility": "FULL", "compatibilityGroup": "major",
            "defaultMetadata": {"properties": {"owner": "a"}}}
    answer = any_profile.put("/config/s", body)
    assert answer == (200, kept) and list(answer[1]) == list(kept)
    kept["compatibilityLevel"] = kept.pop("compatibility")
    any_profile.restart()
    assert any_profile.get("/config/s") == (200, kept)
    assert any_profile.put("/config/s", {"normalize": None, "compatibilityGroup": None,
                                         "defaultMetadata": None}) == (200, {"compatibility": "FULL"})
    assert any_profile.get("/config/s") == (200, {"compatibilityLevel": "FULL"})
    for wrong in ({"normalize": "yes"}, {"alias": 1}, {"defaultRuleSet": []}):
        assert any_profile.put("/config/s", {"compatibility": "NONE", **wrong})[0] in (400, 422)
    assert any_profile.get("/config/s") == (200, {"compatibilityLevel": "FULL"})


def test_what_a_subject_inherits(confluent):
    confluent.put("/config", {"normalize": True, "alias": "t", "compatibilityGroup": "g"})
    confluent.put("/config/s", {"compatibility": "FULL"})
    assert confluent.get("/config/s") == (200, {"compatibilityLevel": "FULL"})
    assert confluent.get("/config/s?defaultToGlobal=true") == \
        (200, {"normalize": True, "compatibilityLevel": "FULL", "compatibilityGroup": "g"})


def test_level_outlives_soft_delete(daemon):
    daemon.register("s", INT)
    daemon.put("/config/s", {"compatibility": "NONE"})
    daemon.delete("/subjects/s")
    daemon.restart()
    assert daemon.get("/config/s") == (200, {"compatibilityLevel": "NONE"})
