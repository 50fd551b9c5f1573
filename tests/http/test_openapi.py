# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.json: it tells of the routes there are, is served, and the answers are as it says."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
import requests

from scute import ROOT, all_formats

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
API = sorted((ROOT / "host" / "api").glob("*.c"))
LONG = os.environ.get("SCUTE_LONG") == "1"
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_headers_conformance", "response_schema_conformance", "unsupported_method",
          "ensure_resource_availability")


def code(path):
    """Without comments, which may quote routes."""
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def operations():
    return {(method.upper(), path): operation for path, methods in DOCUMENT["paths"].items()
            for method, operation in methods.items()}


# --- the file beside the sources ---

def test_routes_are_those_of_the_server():
    routes = {match for path in API
              for match in re.findall(r'\{ "([A-Z]+)", "(/[^"]*)", API_\w+,', code(path))}
    assert ("GET", "/openapi.json") in routes and ("PUT", "/mode/{subject}") in routes
    assert set(operations()) == routes


def test_query_parameters_are_those_that_are_read():
    """Also that each of them stands at a route at all."""
    read = {name for path in API for name in re.findall(
        r'(?:ask_flag\([^,]+, [^,]+|request_query(?:_nth)?\([^,]+|ask_int\([^,]+), "(\w+)"', code(path))}
    told = {each["name"] for each in DOCUMENT["components"]["parameters"].values() if each["in"] == "query"}
    assert "deletedAsNegative" in read and "limit" in read and "key" in read
    assert told == read
    used = {each["$ref"].rpartition("/")[2] for operation in operations().values()
            for each in operation.get("parameters", [])}
    assert used == set(DOCUMENT["components"]["parameters"])


def test_path_parameters_stand_in_the_path():
    for (_, path), operation in operations().items():
        names = [DOCUMENT["components"]["parameters"][each["$ref"].rpartition("/")[2]]
                 for each in operation.get("parameters", [])]
        assert {each["name"] for each in names if each["in"] == "path"} == set(re.findall(r"\{(\w+)\}", path))


def test_error_codes_are_told():
    """Every code of either profile, beside a response of the status that it comes with."""
    table = (ROOT / "host" / "registry" / "errors.def").read_text(encoding="utf-8")
    rows = re.findall(r'^ERROR\(\w+, (\d+), (\d+), "(?:[^"\\]|\\.)*", (\d+), (\d+),', table, flags=re.M)
    assert len(rows) > 30
    told = {}
    for operation in operations().values():
        for status, response in operation["responses"].items():
            shared = DOCUMENT["components"]["responses"].get(response.get("$ref", "").rpartition("/")[2], {})
            text = response.get("description", "") + shared.get("description", "")
            told.setdefault(status, set()).update(re.findall(r"\b\d{3,5}\b", text))
    for row in rows:
        for status, number in (row[:2], row[2:]):
            assert number in told[status], (status, number)


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for operation in operations().values()]
    assert len(names) == len(set(names))
    tags = {each["name"] for each in DOCUMENT["tags"]}
    assert all(set(operation["tags"]) <= tags for operation in operations().values())
    text = json.dumps(DOCUMENT)
    for kind, parts in DOCUMENT["components"].items():
        for name in parts:
            assert kind == "securitySchemes" or f'"#/components/{kind}/{name}"' in text, name


# --- as it is served ---

def test_served(shared_any_profile):
    reply = requests.get(shared_any_profile.url + "/openapi.json", timeout=10)
    assert reply.status_code == 200 and reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-cache"
    served = reply.json()
    assert served["info"]["version"] == shared_any_profile.get("/v1/metadata/version")[1]["version"]
    assert served == {**DOCUMENT, "info": {**DOCUMENT["info"], "version": served["info"]["version"]}}


def test_not_served_twice(shared_any_profile):
    url = shared_any_profile.url + "/openapi.json"
    tag = requests.get(url, timeout=10).headers["ETag"]
    for tags in (tag, f'"other", W/{tag}', "*"):
        reply = requests.get(url, headers={"If-None-Match": tags}, timeout=10)
        assert (reply.status_code, reply.content, reply.headers["ETag"]) == (304, b"", tag)
    for tags in ('"other"', "", tag[1:-1]):
        assert requests.get(url, headers={"If-None-Match": tags}, timeout=10).status_code == 200
    assert requests.head(url, timeout=10).headers["ETag"] == tag


# --- answers beside what it says ---

@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("profile", ["karapace", "confluent"])
def test_answers_are_as_described(profile, make_daemon, tmp_path):
    """No 5xx, no status, type, member or method that the file does not tell of."""
    daemon = make_daemon(response_profile=profile, **all_formats())
    hooks = pathlib.Path(__file__).with_name("openapi_hooks.py")
    (tmp_path / "schemathesis.toml").write_text(
        f'hooks = "{hooks}"\n[warnings]\nenabled = false\n', encoding="utf-8")
    tester = pathlib.Path(sys.executable).with_name("schemathesis")
    result = subprocess.run(
        [str(tester), "--config-file", "schemathesis.toml", "--no-color", "run",
         daemon.url + "/openapi.json", "--checks", ",".join(CHECKS), "--seed", "1",
         "--max-examples", "1000" if LONG else "12", "--generation-deterministic",
         "--generation-with-security-parameters", "false", "--continue-on-failure"],
        cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-20000:] + result.stderr[-2000:]
    cases = int(re.search(r"(\d+) generated", result.stdout)[1])
    assert cases > 1000, result.stdout
    daemon.restart()
    assert daemon.get("/subjects")[0] == 200
