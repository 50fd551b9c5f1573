# SPDX-License-Identifier: Apache-2.0
"""The process: start, refusals to start, signals, and the routes for probes and browsers."""
import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest
import requests
from wire import Client

from scute import V1, build_dir, envelope, fails, record

INT = record("R", "a:int")
SANITIZED = bool(os.environ.get("ASAN_OPTIONS"))


def until(condition, seconds=10):
    """Polls; the last value of condition() is the result."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return value


@pytest.fixture
def refuse(tmp_path):
    """refuse(text or dict, **environment): the start must fail soon; what it said."""
    def run(config, **environment):
        path = tmp_path / "config.json"
        if isinstance(config, dict):
            config = {"store": "journal", "journal_path": str(tmp_path / "journal"), "port": 0,
                      "karapace_rest": False, "plugins": ["avro"],
                      "plugin_path": str(build_dir() / "plugins" / "avro"), **config}
        path.write_text(config if isinstance(config, str) else json.dumps(config))
        done = subprocess.run([str(build_dir() / "host" / "scute"), "serve", str(path)], timeout=20,
                              capture_output=True, text=True, env={**os.environ, **environment},
                              check=False)
        text = done.stdout + done.stderr
        assert done.returncode == 1, text
        assert "Sanitizer" not in text and "ssertion" not in text, text
        assert done.stderr.splitlines()[-1].startswith("scute: "), text
        return done.stderr.splitlines()[-1]

    return run


# --- start ---

def test_ready_soon(make_daemon):
    begun = time.monotonic()
    daemon = make_daemon()
    assert time.monotonic() - begun < (10 if SANITIZED else 2)
    ready = until(lambda: re.search(r"ready after (\d+) ms at (\S+): 0 subjects, 0 schemas", daemon.log))
    assert ready, daemon.log
    assert ready.group(2) == daemon.url
    if not SANITIZED:
        assert int(ready.group(1)) < 1000


def test_port_zero_takes_a_free_one(make_daemon):
    daemon = make_daemon(start=False)
    daemon.config["port"] = 0
    daemon.spawn()
    ready = until(lambda: re.search(r" at (http://127\.0\.0\.1:\d+):", daemon.log))
    assert ready, daemon.log
    assert requests.get(ready.group(1) + "/subjects", timeout=10).json() == []


def test_environment_goes_before_the_file(make_daemon):
    daemon = make_daemon(start=False, compatibility="FULL")
    daemon.start({"KARAPACE_COMPATIBILITY": "FORWARD"})
    assert daemon.get("/config") == (200, {"compatibilityLevel": "FORWARD"})
    daemon.stop()
    daemon.start({"KARAPACE_COMPATIBILITY": ""})
    assert daemon.get("/config") == (200, {"compatibilityLevel": "FULL"})


def test_file_name_without_the_word_serve(make_daemon):
    """As Karapace is called."""
    daemon = make_daemon()
    daemon.stop()
    path = str(daemon.directory / "config.json")
    daemon.process = subprocess.Popen([str(build_dir() / "host" / "scute"), path],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        try:
            return daemon.get("/subjects") == (200, [])
        except requests.ConnectionError:
            return False

    assert until(answers)


def test_unknown_keys_warn_with_a_suggestion(make_daemon):
    daemon = make_daemon(compatability="NONE", prot=1, entirely_different_xyz=1)
    for words in ('"compatability"', "did you mean compatibility?", '"prot"', "did you mean port?",
                  '"entirely_different_xyz"'):
        assert words in daemon.log, daemon.log
    assert daemon.get("/config") == (200, {"compatibilityLevel": "BACKWARD"})


# --- refusals to start ---

@pytest.mark.parametrize("key, value, allowed", [
    ("port", 70000, "65535"), ("port", -1, "0 to 65535"), ("port", "x", "number"), ("port", 1.5, "number"),
    ("port", [1], "number"), ("store", "disk", "kafka, journal"),
    ("response_profile", "apicurio", "karapace, confluent"),
    ("compatibility", "SOME", "FULL_TRANSITIVE"), ("log_level", "LOUD", "WARNING"),
    ("http_request_max_size", 0, "1 to"), ("http_request_max_size", -1, "1 to"),
    ("shutdown_drain_ms", "soon", "number"), ("replication_factor", 0, "1 to"),
    ("karapace_registry", "perhaps", "true"), ("host", [1], "text"),
])
def test_bad_value(refuse, key, value, allowed):
    said = refuse({key: value})
    assert said.startswith(f"scute: {key}: "), said
    assert allowed in said and str(value).strip("[]") in said, said


def test_bad_value_in_the_environment(refuse):
    said = refuse({}, KARAPACE_LOG_LEVEL="LOUD")
    assert "log_level" in said and '"LOUD"' in said and "KARAPACE_LOG_LEVEL" in said, said


@pytest.mark.parametrize("text", ["", "{", "[]", '{"port":1,}', "port: 1", '{"a":' * 100_000, "\x00",
                                  '{"port":8081}x'])
def test_file_that_is_no_configuration(refuse, text):
    assert "config.json" in refuse(text)


def test_missing_file(tmp_path):
    done = subprocess.run([str(build_dir() / "host" / "scute"), "serve", str(tmp_path / "nope.json")],
                          timeout=20, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "nope.json: No such file or directory" in done.stderr


@pytest.mark.parametrize("key, value", [
    ("registry_authfile", "users.json"), ("sasl_oauthbearer_authentication_enabled", True),
    ("sasl_oauthbearer_authorization_enabled", True)])
def test_what_would_protect_the_registry_is_not_ignored(refuse, key, value):
    said = refuse({key: value})
    assert "sasl_oauthbearer_auth" in said if key.startswith("sasl") else key in said, said
    assert "does not start" in said, said


def test_missing_plugin(refuse, tmp_path):
    said = refuse({"plugins": ["avro", "nope"]})
    assert '"nope"' in said and "refused" in said, said
    (tmp_path / "text.so").write_text("no shared object")
    assert "refused" in refuse({"plugins": [str(tmp_path / "text.so")]})


def test_journal_directory_is_missing(refuse, tmp_path):
    said = refuse({"journal_path": str(tmp_path / "no" / "journal")})
    assert str(tmp_path / "no") in said and "No such file or directory" in said, said


def test_journal_is_something_else(refuse, tmp_path):
    (tmp_path / "journal").write_text("a letter to the tax office " * 100)
    refuse({})
    assert (tmp_path / "journal").read_text() == "a letter to the tax office " * 100


def test_second_process_on_the_same_journal(make_daemon, refuse):
    daemon = make_daemon()
    said = refuse({"journal_path": daemon.config["journal_path"]})
    assert daemon.config["journal_path"] in said and str(daemon.process.pid) in said, said
    assert daemon.register("s", INT) == 1
    daemon.kill()
    daemon.start()
    assert daemon.get("/subjects") == (200, ["s"])


def test_port_is_taken(refuse):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refuse({"port": port})
        assert str(port) in said and "in use" in said, said


@pytest.mark.parametrize("host", ["256.1.1.1", "no.such.host.invalid", "1.2.3.4"])
def test_host_that_is_not_ours(refuse, host):
    assert host in refuse({"host": host})


# --- SIGTERM ---

POST = (f"POST /subjects/s/versions HTTP/1.1\r\nHost: x\r\nContent-Type: {V1}\r\n"
        "Content-Length: {}\r\n\r\n").format


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_under_way_are_finished(daemon, number):
    body = json.dumps(envelope(INT)).encode()
    with Client(("127.0.0.1", daemon.port)) as idle, Client(("127.0.0.1", daemon.port)) as busy:
        assert idle.ask("GET /subjects HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
        busy.send(POST(len(body)).encode() + body[:10])
        assert daemon.get("/subjects") == (200, [])  # came later, so the above has been read
        daemon.process.send_signal(number)
        assert idle.at_end()
        reply = busy.ask(body[10:])
        assert (reply.status, reply.json()) == (200, {"id": 1})
        assert reply.headers["connection"] == "close" and busy.at_end()
    assert daemon.process.wait(10) == 0
    daemon.start()
    assert daemon.get("/subjects/s/versions") == (200, [1])


def test_drain_ends_at_its_deadline(make_daemon):
    daemon = make_daemon(shutdown_drain_ms=200)
    with Client(("127.0.0.1", daemon.port)) as stuck:
        stuck.send(POST(100) + "{")
        assert daemon.get("/subjects") == (200, [])
        begun = time.monotonic()
        daemon.stop(10)
        assert time.monotonic() - begun < 8


def test_writes_and_sigterm_at_once(daemon):
    """Whatever was acknowledged is there after the restart."""
    clients = [Client(("127.0.0.1", daemon.port)) for _ in range(20)]
    for number, client in enumerate(clients):
        data = json.dumps(envelope(record("R", f"f{number}:int"))).encode()
        client.send(POST(len(data)).replace("/s/", f"/s{number}/").encode() + data)
    daemon.process.send_signal(signal.SIGTERM)
    acknowledged = []
    for number, client in enumerate(clients):
        try:
            reply = client.reply()
        except (OSError, EOFError):
            continue  # it was not read before the end
        if reply.status == 200:
            acknowledged.append(f"s{number}")
        client.sock.close()
    assert daemon.process.wait(15) == 0
    daemon.start()
    assert set(acknowledged) <= set(daemon.get("/subjects")[1])


# --- SIGHUP ---

def reload(daemon, word, **config):
    path = daemon.directory / "config.json"
    path.write_text(json.dumps({**daemon.config, **config}))
    count = daemon.log.count(word)
    daemon.process.send_signal(signal.SIGHUP)
    assert until(lambda: daemon.log.count(word) > count), daemon.log


def test_reload(make_daemon):
    daemon = make_daemon()
    daemon.register("s", INT)
    assert "Access-Control-Allow-Origin" not in daemon.raw("GET", "/subjects").headers
    reload(daemon, "reloaded", access_control_allow_origin="https://a.example",
           http_request_max_size=1000, access_log=True)
    reply = daemon.raw("GET", "/subjects")
    assert reply.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert fails(daemon.post("/subjects/s/versions", envelope(" " * 2000)), 413, 413)
    assert until(lambda: "/subjects" in daemon.log)
    reload(daemon, "reloaded")
    assert "Access-Control-Allow-Origin" not in daemon.raw("GET", "/subjects").headers
    assert daemon.get("/subjects") == (200, ["s"])


def test_reload_of_a_bad_file_changes_nothing(make_daemon):
    daemon = make_daemon(access_control_allow_origin="*")
    for config in ({"port": "x"}, {"log_level": "LOUD"}, {"log_format": "%(nope"}):
        reload(daemon, "not reloaded, the old configuration stays", **config)
        assert daemon.raw("GET", "/subjects").headers["Access-Control-Allow-Origin"] == "*"
    (daemon.directory / "config.json").unlink()
    count = daemon.log.count("not reloaded")
    daemon.process.send_signal(signal.SIGHUP)
    assert until(lambda: daemon.log.count("not reloaded") > count)
    reload(daemon, "reloaded")


def test_many_reloads_under_load(daemon):
    for number in range(20):
        daemon.process.send_signal(signal.SIGHUP)
        daemon.register("s", record("R", "a:int", *[(f"f{n}", "int", 0) for n in range(number)]))
    assert daemon.get("/subjects/s/versions") == (200, list(range(1, 21)))


# --- probes, browsers ---

def test_root(daemon):
    assert daemon.get("/") == (200, {})


def test_health(daemon):
    daemon.register("s", INT)
    status, body = daemon.get("/_health")
    assert status == 200 and list(body) == ["karapace_version", "status", "healthy"]
    assert body["healthy"] is True and isinstance(body["karapace_version"], str)
    state = body["status"]
    assert state["schema_registry_ready"] is True and state["schema_registry_is_primary"] is True
    assert 0 <= state["schema_registry_startup_time_sec"] < 60
    current = state["schema_registry_reader_current_offset"]
    assert current >= 0 and state["schema_registry_reader_highest_offset"] == current
    daemon.register("t", INT)
    state = daemon.get("/_health")[1]["status"]
    assert state["schema_registry_reader_current_offset"] == current + 1
    assert state["schema_registry_reader_highest_offset"] == current + 1


def test_master_available(daemon):
    reply = daemon.raw("GET", "/master_available")
    assert reply.json() == {"master_available": True}
    assert reply.headers["Cache-Control"] == "no-store, no-cache, must-revalidate"


def test_metrics(daemon):
    def values():
        reply = daemon.raw("GET", "/metrics")
        assert reply.status_code == 200
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        lines = [line for line in reply.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    before = values()
    daemon.register("s", INT)
    daemon.register("s", record("R", "a:long"))
    daemon.delete("/subjects/s/versions/1")
    daemon.get("/nope")
    after = values()
    assert after["scute_registry_schemas"] == 2 and after["scute_registry_subjects"] == 1
    assert after["scute_registry_versions_live"] == 1
    assert after["scute_registry_versions_deleted"] == 1
    assert after["scute_store_records_skipped_total"] == 0
    assert after["scute_http_requests_total"] - before["scute_http_requests_total"] == 5
    assert after["scute_http_client_errors_total"] - before["scute_http_client_errors_total"] == 1
    assert after["scute_http_server_errors_total"] == 0
    for name in after:
        assert f"# TYPE {name} " in daemon.raw("GET", "/metrics").text


@pytest.mark.parametrize("path", ["/", "/subjects", "/schemas/ids/1", "/subjects/s/versions/1", "/config",
                                  "/_health", "/metrics", "/schemas/types", "/subjects/nope/versions",
                                  "/nope"])
def test_head(shared, path):
    shared.register("s", INT)
    get, head = shared.raw("GET", path), shared.raw("HEAD", path)
    assert head.status_code == get.status_code and head.content == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    if path != "/metrics":
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert shared.get("/subjects") == (200, ["s"])


def test_cors(make_daemon):
    daemon = make_daemon(access_control_allow_origin="*", access_control_allow_methods="GET, POST",
                         access_control_allow_headers="X-One")
    for path, method in (("/subjects", "GET"), ("/nope", "GET"), ("/subjects/s/versions", "OPTIONS")):
        headers = daemon.raw(method, path, headers={"Origin": "http://b.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Access-Control-Allow-Methods"] == "GET, POST"
        assert headers["Access-Control-Allow-Headers"] == "X-One"
    reply = daemon.raw("OPTIONS", "/subjects/s/versions", headers={
        "Origin": "http://b.example", "Access-Control-Request-Method": "POST"})
    assert reply.status_code in (200, 204)


def test_no_cors_by_default(daemon):
    reply = daemon.raw("GET", "/subjects", headers={"Origin": "http://b.example"})
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]


def test_request_id(daemon):
    sent = {"X-Request-ID": "abc-1"}
    assert daemon.raw("GET", "/subjects", headers=sent).headers["X-Request-ID"] == "abc-1"
    made = {daemon.raw("GET", "/nope").headers["X-Request-ID"] for _ in range(3)}
    assert len(made) == 3 and "" not in made


def test_access_log(make_daemon):
    daemon = make_daemon(access_log=True)
    daemon.get("/subjects/some-subject/versions")
    assert until(lambda: re.search(r"GET.*/subjects/some-subject/versions.*404", daemon.log)), daemon.log


# --- check-config ---

def test_check_config(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"port": 9, "sasl_plain_password": "hunter2"}))
    done = subprocess.run([str(build_dir() / "host" / "scute"), "check-config", str(path)], timeout=20,
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "KARAPACE_HOST": "::1"})
    assert done.returncode == 0, done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.split()}
    assert "9" in lines["port"] and "file" in lines["port"], lines["port"]
    assert "::1" in lines["host"] and "environment" in lines["host"], lines["host"]
    assert "BACKWARD" in lines["compatibility"] and "default" in lines["compatibility"]
    path.write_text('{"port": "x"}')
    done = subprocess.run([str(build_dir() / "host" / "scute"), "check-config", str(path)], timeout=20,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "port" in done.stderr and '"x"' in done.stderr
