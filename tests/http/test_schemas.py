# SPDX-License-Identifier: Apache-2.0
"""/schemas: by id, who holds them, all of them, types."""
import json

import pytest

from scute import canonical, fails, record

INT = record("R", "a:int")
TWO = record("R", "a:int", ("b", "int", 0))


def fill(daemon):
    daemon.register("zeta", INT)
    daemon.register("zeta", TWO)
    daemon.register("alpha", INT)
    return daemon


@pytest.fixture
def filled(daemon):
    return fill(daemon)


@pytest.fixture(scope="module")
def still(shared):
    """The same, to be read only."""
    return fill(shared)


def listed(daemon, query=""):
    status, body = daemon.get("/schemas" + query)
    assert status == 200, body
    return [(item["subject"], item["version"], item["id"]) for item in body]


def test_types(daemon):
    assert daemon.get("/schemas/types") == (200, ["AVRO"])


def test_by_id(filled):
    assert filled.get("/schemas/ids/2") == (200, {"schema": canonical(TWO)})
    reply = filled.raw("GET", "/schemas/ids/2/schema")
    assert (reply.status_code, reply.text) == (200, canonical(TWO))


def test_max_id(filled):
    assert filled.get("/schemas/ids/1?fetchMaxId=true") == \
        (200, {"schema": canonical(INT), "maxId": 2})
    assert "maxId" not in filled.get("/schemas/ids/1?fetchMaxId=false")[1]


@pytest.mark.parametrize("tail", ["", "/schema"])
@pytest.mark.parametrize("number", ["3", "0", "-1", "2147483647", "2147483648", "4294967297",
                                    "9223372036854775807", "-9223372036854775808"])
def test_unknown_id(still, number, tail):
    assert fails(still.get(f"/schemas/ids/{number}{tail}"), 404, 40403)


@pytest.mark.parametrize("number", ["x", "1x", "1.0", "9223372036854775808", "1" * 400, "0x1",
                                    "1%20", "%F0%9F%98%80", "latest"])
@pytest.mark.parametrize("tail", ["", "/schema", "/versions", "/subjects"])
def test_id_that_is_no_number(still, number, tail):
    answer = still.get(f"/schemas/ids/{number}{tail}")
    assert answer[0] == 404 and answer[1]["error_code"] in (404, 40403), answer


def test_versions_of_an_id(filled):
    expected = [{"subject": "alpha", "version": 1}, {"subject": "zeta", "version": 1}]
    assert filled.get("/schemas/ids/1/versions") == (200, expected)
    assert filled.get("/schemas/ids/2/versions") == (200, [{"subject": "zeta", "version": 2}])
    filled.delete("/subjects/zeta/versions/1")
    assert filled.get("/schemas/ids/1/versions") == (200, expected[:1])
    assert filled.get("/schemas/ids/1/versions?deleted=true") == (200, expected)


def test_several_versions_of_one_subject_with_one_id(daemon):
    daemon.register("s", INT)
    daemon.delete("/subjects/s")
    daemon.register("s", INT)
    assert daemon.get("/schemas/ids/1/versions?deleted=true") == \
        (200, [{"subject": "s", "version": 1}, {"subject": "s", "version": 2}])
    assert daemon.get("/schemas/ids/1/subjects?deleted=true") == (200, ["s"])


def test_subjects_of_an_id(filled):
    assert filled.get("/schemas/ids/1/subjects") == (200, ["alpha", "zeta"])
    filled.delete("/subjects/alpha")
    assert filled.get("/schemas/ids/1/subjects") == (200, ["zeta"])
    assert filled.get("/schemas/ids/1/subjects?deleted=true") == (200, ["alpha", "zeta"])


def test_id_outlives_a_soft_delete(filled):
    filled.delete("/subjects/zeta")
    filled.delete("/subjects/alpha")
    assert filled.get("/schemas/ids/1") == (200, {"schema": canonical(INT)})
    assert filled.get("/schemas/ids/1/versions") == (200, [])


def test_id_ends_with_its_last_version(filled):
    filled.delete("/subjects/zeta")
    filled.delete("/subjects/zeta?permanent=true")
    assert fails(filled.get("/schemas/ids/2"), 404, 40403, "Schema not found")
    assert filled.get("/schemas/ids/1")[0] == 200


def test_list(filled):
    assert listed(filled) == [("zeta", 1, 1), ("zeta", 2, 2), ("alpha", 1, 1)]
    assert filled.get("/schemas")[1][0] == {
        "subject": "zeta", "schema": canonical(INT), "version": 1, "id": 1, "schemaType": "AVRO",
        "references": None}


def test_list_the_right_way_round(filled):
    """Karapace shows deleted versions exactly when not asked to."""
    filled.delete("/subjects/zeta/versions/2")
    assert listed(filled) == [("zeta", 1, 1), ("alpha", 1, 1)]
    assert listed(filled, "?deleted=false") == [("zeta", 1, 1), ("alpha", 1, 1)]
    assert listed(filled, "?deleted=true") == [("zeta", 1, 1), ("zeta", 2, 2), ("alpha", 1, 1)]


def test_list_of_latest(filled):
    assert listed(filled, "?latestOnly=true") == [("zeta", 2, 2), ("alpha", 1, 1)]
    filled.delete("/subjects/zeta/versions/2")
    assert listed(filled, "?latestOnly=true") == [("zeta", 1, 1), ("alpha", 1, 1)]
    assert listed(filled, "?latestOnly=true&deleted=true") == [("zeta", 2, 2), ("alpha", 1, 1)]


def test_text_with_every_escape_comes_back(daemon):
    doc = "".join(map(chr, range(1, 128))) + "\u0080\u00ff\u2028\ufeff\U0001f600"
    number = daemon.register("s", {"type": "int", "doc": doc})
    text = daemon.get(f"/schemas/ids/{number}")[1]["schema"]
    assert text == daemon.raw("GET", f"/schemas/ids/{number}/schema").content.decode()
    assert json.loads(text) == {"type": "int", "doc": doc}
    for _ in range(3):  # also from the cache of ready replies
        assert daemon.get(f"/schemas/ids/{number}")[1]["schema"] == text
