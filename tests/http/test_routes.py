# SPDX-License-Identifier: Apache-2.0
"""tests/routes.py on the journal store; and that the table leaves no route and no code out."""
import re

import pytest

import routes
from scute import ROOT, all_formats


@pytest.fixture(scope="module", params=["karapace", "confluent"])
def filled(request, make_shared):
    return routes.prepare(make_shared(response_profile=request.param, **all_formats()))


@pytest.mark.parametrize("row", routes.ROWS, ids=str)
def test_row(filled, row):
    routes.check(filled, row)


def test_every_route_has_a_row():
    served = {match for path in (ROOT / "host" / "api").glob("*.c") for match in re.findall(
        r'\{ "([A-Z]+)", "(/[^"]*)", API_\w+,', path.read_text(encoding="utf-8"))}
    served -= {("GET", "/metrics"), ("GET", "/openapi.json")}  # test_daemon.py, test_openapi.py
    for method, pattern in served:
        matcher = re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern) + r"(\?.*)?")
        assert any(row.method == method and matcher.fullmatch(row.path) for row in routes.ROWS), pattern


def test_every_code_of_a_client_has_a_row():
    told = {answer[1].get("error_code") for row in routes.ROWS for answer in (row.karapace, row.confluent)
            if isinstance(answer[1], dict)}
    table = (ROOT / "host" / "registry" / "errors.def").read_text(encoding="utf-8")
    codes = {int(number) for row in re.findall(r'^ERROR\(\w+, (\d+), (\d+), "(?:[^"\\]|\\.)*", (\d+), (\d+),',
                                               table, flags=re.M) for number in row[1::2]}
    # 401, 403: test_plugins.py, which has an auth plugin. 42209: test_large.py. 5xx: no client's.
    assert {each for each in codes if not str(each).startswith("5")} - {401, 403, 42209} <= told
