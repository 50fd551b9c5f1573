# SPDX-License-Identifier: Apache-2.0
"""
Plugins in the real daemon: the example of the SDK, built outside of the tree as its README
says; a service; an authenticator before the registry; and those that are refused.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
import requests

from scute import ROOT, build_dir, envelope, fails, record

EXAMPLE = ROOT / "sdk" / "example"
MODULES = build_dir() / "tests" / "plugin"
SANITIZED = bool(os.environ.get("ASAN_OPTIONS"))
AVRO = record("R", "a:int")
MISSING = ("{{errorType:'READER_COLUMN_MISSING', description:'The column '{0}' at path '/{1}' in the new "
           "schema is missing in the old schema', additionalInfo:'{0}'}}")


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return value


def plugin_path(*more):
    return ":".join(str(path) for path in (build_dir() / "plugins" / "avro", MODULES, *more))


# --- the example, built outside of the tree ---

def build_flags():
    """The compiler of the build under test and its sanitizers, which its support library needs."""
    commands = json.loads((build_dir() / "compile_commands.json").read_text())
    options = json.loads((build_dir() / "meson-info" / "intro-buildoptions.json").read_text())
    sanitize = next(each["value"] for each in options if each["name"] == "b_sanitize")
    sanitize = ",".join(sanitize) if isinstance(sanitize, list) else sanitize
    return commands[0]["command"].split()[0], f"-fsanitize={sanitize}" if sanitize not in ("", "none") else ""


@pytest.fixture(scope="session")
def sdk(tmp_path_factory):
    """An installed SDK: the environment in which pkg-config finds it."""
    meson = shutil.which("meson")
    if not meson:
        pytest.fail("meson is needed for this test")
    root = tmp_path_factory.mktemp("sdk")
    subprocess.run([meson, "install", "-C", str(build_dir()), "--no-rebuild", "--tags", "devel",
                    "--quiet", "--destdir", str(root)], check=True, timeout=60)
    found = list(root.rglob("scute-sdk.pc"))
    assert len(found) == 1
    return {**os.environ, "PKG_CONFIG_PATH": str(found[0].parent), "PKG_CONFIG_SYSROOT_DIR": str(root)}


@pytest.fixture(scope="session")
def csv(sdk, tmp_path_factory):
    """The path of csv.so."""
    directory = tmp_path_factory.mktemp("csv")
    for file in EXAMPLE.iterdir():
        if file.is_file():
            shutil.copy(file, directory)
    compiler, flags = build_flags()
    subprocess.run(["make", f"CC={compiler}", f"CFLAGS=-O1 -g -Werror {flags}", f"LDFLAGS={flags}"],
                   cwd=directory, env=sdk, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return directory / "csv.so"


def row(schema, **members):
    return envelope(schema, schemaType="CSV", **members)


def put(daemon, subject, schema):
    """The id under which that CSV schema is registered."""
    return daemon.register(subject, schema, schemaType="CSV")


@pytest.fixture
def both(make_daemon, csv):
    """A daemon with avro by name and csv by path."""
    return make_daemon(plugins=["avro", str(csv)])


def test_quick_start_of_the_example(both):
    text = (EXAMPLE / "README.md").read_text()
    block = re.search(r"```console\n(.*?)```", text, re.S).group(1)
    script, expected = ["set -e"], []
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command = re.match(r"(?:.*\\\n)*.*\n", part).group(0)
        script += [command.rstrip("\n"), "echo; echo ---"]
        expected.append(part[len(command):].strip())
    assert len(expected) >= 7
    done = subprocess.run(["sh", "-c", "\n".join(script).replace("http://localhost:8081", both.url)],
                          capture_output=True, text=True, timeout=30, check=True)
    assert [each.strip() for each in done.stdout.split("---\n")[:-1]] == expected


def test_types(both):
    assert both.get("/schemas/types") == (200, ["AVRO", "CSV"])


def test_registration_and_lookup(both):
    assert put(both, "people", "id,name") == 1
    assert put(both, "people", '"id","name"\r\n') == 1
    assert put(both, "others", "id,\"name\"") == 1
    assert both.register("avro", AVRO) == 2
    stored = {"subject": "people", "version": 1, "id": 1, "schema": "id,name", "schemaType": "CSV"}
    assert both.get("/subjects/people/versions/1") == (200, stored)
    assert both.get("/subjects/people/versions/latest/schema") == (200, "id,name")
    assert both.get("/schemas/ids/1") == (200, {"schema": "id,name", "schemaType": "CSV"})
    assert both.post("/subjects/people", row('id,"name"\n')) == (200, stored)
    fails(both.post("/subjects/people", row("name,id")), 404, 40403)
    fails(both.post("/subjects/nobody", row("id")), 404, 40401)
    fails(both.post("/subjects/people", envelope(AVRO)), 404, 40403)


def test_same_text_of_two_types_is_two_schemas(both):
    assert both.register("avro", '"int"') == 1
    assert put(both, "csv", '"int"') == 2
    assert both.get("/schemas/ids/2")[1]["schema"] == "int"


@pytest.mark.parametrize("schema, words", [
    ("a,,b", "column 2 has no name"),
    ("b,a,b", 'columns 1 and 3 have the same name "b"'),
    ('a,"b', "a quoted field has no end at line 1, column 5"),
    ("a\nb", "more than one line at line 1, column 2"),
    ("a\u0001", "the name of column 1 has a control character"),
    ("é" * 400 + "," + "é" * 400, 'columns 1 and 2 have the same name "ééé'),
])
def test_the_plugins_words_reach_the_client(both, schema, words):
    for path in ("/subjects/s/versions", "/compatibility/subjects/s/versions/latest"):
        fails(both.post(path, row(schema)), 422, 42201, f"Invalid CSV schema. Error: {words}")
    assert both.get("/subjects") == (200, [])


def test_empty_text(both):
    fails(both.post("/subjects/s/versions", row("")), 422, 42201, "Empty schema")


def test_compatibility(both):
    latest = "/compatibility/subjects/s/versions/latest"
    put(both, "s", "id,name,it's")
    assert both.post(latest, row("name,id")) == (200, {"is_compatible": True})
    status, body = both.post(latest, row("phone,id,\"e,mail\""))
    assert status == 200 and body["is_compatible"] is False
    assert body["messages"][:2] == [MISSING.format("phone", 0), MISSING.format("e,mail", 2)]
    assert "{oldSchemaVersion: 1}" in body["messages"]
    assert "{oldSchema: 'id,name,it's'}" in body["messages"]
    fails(both.post("/subjects/s/versions", row("phone")), 409, 409, MISSING.format("phone", 0))
    assert both.get("/subjects/s/versions") == (200, [1])
    status, body = both.post(latest, envelope(AVRO))
    assert (status, body["is_compatible"]) == (200, False)
    assert body["messages"][0] == "Incompatible because of different schema type"


def test_lenient_policy(both):
    latest = "/compatibility/subjects/s/versions/latest"
    put(both, "s", "a")
    for scope in ("/config", "/config/s"):
        assert both.post(latest, row("a,b"))[1]["is_compatible"] is False
        assert both.put(scope, {"compatibilityPolicy": "LENIENT"})[0] == 200
        assert both.post(latest, row("a,b")) == (200, {"is_compatible": True})
        both.restart()
        assert both.post(latest, row("a,b")) == (200, {"is_compatible": True})
        both.put(scope, {"compatibilityPolicy": "STRICT"})
    both.put("/config", {"compatibilityPolicy": "LENIENT"})
    fails(both.post("/subjects/s/versions", row("a,b")), 409, 409)
    both.delete("/config/s")
    assert put(both, "s", "a,b") == 2


FORMS = [("/schemas/ids/1", "schema"), ("/schemas/ids/1/schema", None),
         ("/subjects/s/versions/1", "schema"), ("/subjects/s/versions/latest/schema", None)]


@pytest.mark.parametrize("path, member", FORMS)
def test_format_of_a_query(both, path, member):
    put(both, "s", 'id,"a,b"')
    for form, wanted in (("lines", "id\na,b\n"), ("unknown", 'id,"a,b"'), ("", 'id,"a,b"')):
        status, body = both.get(f"{path}?format={form}")
        assert status == 200
        assert (body[member] if member else body) == wanted
    if member:
        plain = both.get(path)[1]
        asked = both.get(path + "?format=lines")[1]
        assert list(asked) == list(plain) and {**asked, "schema": plain["schema"]} == plain


def test_format_of_lists(both):
    for number in range(3):
        put(both, f"s{number}", f"id,c{number}")
    both.register("avro", AVRO)
    header = {"Confluent-Accept-Unknown-Properties": "true"}
    for headers in ({}, header):
        plain = both.get("/schemas", headers=headers)[1]
        asked = both.get("/schemas?format=lines", headers=headers)[1]
        assert [each["schema"] for each in asked[:3]] == ["id\nc0\n", "id\nc1\n", "id\nc2\n"]
        assert asked[3] == plain[3] and plain[0]["schema"] == "id,c0"
        assert [list(each) for each in asked] == [list(each) for each in plain]
        assert both.get("/schemas?format=unknown", headers=headers)[1] == plain


def test_format_of_lookups_and_registrations(both, make_daemon, csv):
    put(both, "s", "a,b")
    assert both.post("/subjects/s?format=lines", row("a,b"))[1]["schema"] == "a\nb\n"
    confluent = make_daemon(plugins=[str(csv)], response_profile="confluent")
    for _ in range(2):
        body = confluent.post("/subjects/s/versions?format=lines", row("a,b"))[1]
        assert body["schema"] == "a\nb\n" and body["id"] == 1


def test_format_of_a_large_schema_is_rendered_on_a_worker(both):
    names = [f"column{i}" for i in range(20000)]
    put(both, "s", ",".join(names))
    for path, member in FORMS:
        body = both.get(path + "?format=lines")[1]
        assert (body[member] if member else body) == "".join(name + "\n" for name in names)


def test_compatibility_has_a_direction(both):
    latest = "/compatibility/subjects/s/versions/latest"
    put(both, "s", "a,b")
    verdicts = {"BACKWARD": (True, False), "FORWARD": (False, True), "FULL": (False, False),
                "NONE": (True, True)}
    for level, wanted in verdicts.items():
        assert both.put("/config/s", {"compatibility": level})[0] == 200
        assert tuple(both.post(latest, row(each))[1]["is_compatible"] for each in ("a", "a,b,c")) == wanted


def test_confluent_profile(make_daemon, csv):
    daemon = make_daemon(plugins=["avro", str(csv)], response_profile="confluent")
    put(daemon, "s", "id")
    latest = "/compatibility/subjects/s/versions/latest"
    assert daemon.post(latest, row("x")) == (200, {"is_compatible": False})
    status, body = daemon.post(latest + "?verbose=true", row("x"))
    assert status == 200 and body["messages"][0] == MISSING.format("x", 0)
    fails(daemon.post("/subjects/s/versions", row("x")), 409, 40901, MISSING.format("x", 0))


def test_references(both):
    both.register("avro", AVRO)
    assert both.register("other", "id", schemaType="CSV") == 2
    for subject, words in (("other", "a CSV header has no references"), ("avro", "is of type AVRO")):
        known = [{"name": "R", "subject": subject, "version": 1}]
        fails(both.post("/subjects/s/versions", row("id", references=known)), 422, 42201, words)
    lost = [{"name": "R", "subject": "nobody", "version": 1}]
    fails(both.post("/subjects/s/versions", row("id", references=lost)), 422, 42201, "nobody")
    assert put(both, "s", "id") == 2
    assert both.register("empty", "id", schemaType="CSV", references=[]) == 2
    assert both.get("/subjects/s/versions/1/referencedby") == (200, [])


def everything(daemon):
    return [daemon.get(path) for path in (
        "/subjects", "/schemas", "/subjects/people/versions", "/subjects/people/versions/1",
        "/subjects/people/versions/latest", "/schemas/ids/1", "/schemas/ids/1/versions",
        "/schemas/ids/2/schema", "/subjects/gone/versions?deleted=true", "/config/people")]


def test_restart_with_and_without_the_plugin(make_daemon, csv):
    daemon = make_daemon(plugins=["avro", str(csv)])
    assert put(daemon, "people", "id,name") == 1
    assert put(daemon, "people", "name") == 2
    assert put(daemon, "gone", "x") == 3
    daemon.put("/config/people", {"compatibility": "NONE"})
    daemon.delete("/subjects/gone")
    before = everything(daemon)
    daemon.restart()
    assert everything(daemon) == before
    assert put(daemon, "people", '"id",name') == 1

    daemon.stop()
    daemon.config["plugins"] = ["avro"]
    daemon.start()
    assert everything(daemon) == before
    assert daemon.get("/schemas/types") == (200, ["AVRO"])
    for path in ("/subjects/people/versions", "/subjects/new/versions", "/subjects/people",
                 "/compatibility/subjects/people/versions/latest"):
        fails(daemon.post(path, row("id,name")), 422, 422, "CSV", "no plugin for it is loaded")
    assert daemon.register("people", AVRO) == 4  # the level is NONE
    assert daemon.get("/subjects/people/versions") == (200, [1, 2, 3])
    assert daemon.delete("/subjects/people/versions/3") == (200, 3)
    daemon.put("/config/people", {"compatibility": "BACKWARD"})
    status, body = daemon.post("/compatibility/subjects/people/versions/1", envelope(AVRO))
    assert (status, body["is_compatible"]) == (200, False)
    daemon.put("/config/people", {"compatibility": "NONE"})

    daemon.stop()
    daemon.config["plugins"] = ["avro", str(csv)]
    daemon.start()
    assert everything(daemon) == before
    assert daemon.post("/subjects/people", row('"id",name'))[1]["id"] == 1
    assert put(daemon, "people", "id,name") == 1
    assert put(daemon, "people", "id,phone") == 5
    assert daemon.get("/subjects/people/versions") == (200, [1, 2, 4])


def test_the_least_a_format_can_be(make_daemon):
    """Without identity(), the canonical text says which schemas are the same."""
    daemon = make_daemon(plugins=["avro", "t_words"], plugin_path=plugin_path())

    def words(text):
        return envelope(text, schemaType="WORDS")

    assert daemon.register("s", " red   green", schemaType="WORDS") == 1
    for same in ("red green", "red green ", " red   green", "  red green"):
        assert daemon.register("s", same, schemaType="WORDS") == 1
        assert daemon.register("t", same, schemaType="WORDS") == 1
        status, body = daemon.post("/subjects/s", words(same))
        assert (status, body.get("id"), body.get("schema")) == (200, 1, "red green"), body
    assert daemon.get("/subjects/s/versions") == (200, [1])
    fails(daemon.post("/subjects/s", words("green red")), 404, 40403)
    fails(daemon.post("/subjects/s/versions", words("red")), 409, 409, "Incompatibilities: green")
    fails(daemon.post("/subjects/s", words("Red")), 422, 42201, "wanted words of lower case letters")
    daemon.restart()
    assert daemon.register("s", "red  green", schemaType="WORDS") == 1
    assert daemon.register("s", "blue red green", schemaType="WORDS") == 2
    large = " " * 200000 + "red green"  # far enough to be parsed by a worker
    assert daemon.register("s", large, schemaType="WORDS") == 1
    assert daemon.post("/subjects/s", words(large))[1]["version"] == 1


# --- refused ---

def refused(tmp_path, plugins, **config):
    """The start must fail at once; the line of stderr that says why."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({
        "store": "journal", "journal_path": str(tmp_path / "journal"), "port": 0,
        "karapace_rest": False, "plugins": plugins,
        "plugin_path": plugin_path(MODULES / "bad"), **config}))
    done = subprocess.run([str(build_dir() / "host" / "scute"), "serve", str(path)], timeout=30,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("scute: "), done.stderr
    assert "ready" not in done.stdout
    assert not (tmp_path / "journal").exists()
    return lines[0][len("scute: "):]


@pytest.mark.parametrize("name, reason", [
    ("nowhere", "found no nowhere.so, wanted one in plugin_path "),
    ("undefined", "dlopen failed: "),
    ("no_entry", "found no symbol scute_plugin_entry, wanted it exported"),
    ("null_entry", "scute_plugin_entry() returned NULL, wanted a struct scute_plugin"),
    ("magic", "magic is 0x"),
    ("major", "ABI major is 2, wanted 1"),
    ("minor", "ABI version is 1."),
    ("size", "struct scute_plugin has "),
    ("kind", "kind is 77, wanted 1 (format), 2 (auth) or 3 (service)"),
    ("name", 'name is "Bad?Name", wanted [a-z0-9_-]{1,32}'),
    ("table_short", "format table has "),
    ("no_parse", 'required "parse" of its format table is NULL, wanted a value'),
    ("encode_only", "encode is given and decode is NULL, wanted both or neither"),
    ("no_authorize", 'required "authorize" of its auth table is NULL, wanted a value'),
    ("route_pattern", "route GET no-slash is refused: "),
    ("init_fails", "init failed: "),
    ("init_silent", "init failed: it gave no reason"),
])
def test_refused_with_its_one_reason(tmp_path, name, reason):
    said = refused(tmp_path, ["avro", "t_auth", name])
    assert said.startswith(f'plugin "{name}" is refused: {reason}'), said


def test_a_type_that_is_taken(tmp_path):
    assert refused(tmp_path, ["good", "dup_type"]) == (
        'plugin "dup_type" is refused: schemaType "BAD" is taken by plugin "bad", wanted another')
    said = refused(tmp_path, ["avro", str(build_dir() / "plugins" / "avro" / "avro.so")])
    assert ' is refused: name "avro" is taken by the plugin of ' in said


def test_a_route_that_is_taken(tmp_path):
    said = refused(tmp_path, ["t_service", "route_clash"])
    assert said.startswith('plugin "route_clash" is refused: route GET /t/echo/{other} is refused: ')
    assert "/t/echo/{x}" in said


@pytest.mark.parametrize("mode, words", [(0o666, "is writable by everyone (mode 0666)"),
                                         (0o644, "dlopen failed: ")])
def test_a_file_that_is_no_plugin(tmp_path, mode, words):
    path = tmp_path / "text.so"
    path.write_text("not ELF")
    path.chmod(mode)
    said = refused(tmp_path, [str(path)])
    assert said.startswith(f'plugin "{str(path)[:160]}" is refused: ') and words in said


def test_a_service_that_does_not_start(tmp_path):
    assert refused(tmp_path, ["t_service"], t_service={"start_fails": True}) == (
        'plugin "t_service" did not start: start_fails is set')
    assert refused(tmp_path, ["t_service"], t_service={"init_fails": True}) == (
        'plugin "t_service" is refused: init failed: init_fails is set')


# --- a service ---

@pytest.fixture
def service(make_daemon):
    return make_daemon(plugins=["avro", "t_service"], plugin_path=plugin_path(),
                       t_service={"text": "héllo", "n": -42, "yes": True, "half": 0.5})


def test_routes_of_a_service(service):
    assert service.get("/t/echo/a%2Fb?q=a+b%21", headers={"X-Test": "seen"}) == (
        200, {"x": "a/b", "no_param": "", "q": "a b!", "header": "seen", "body": ""})
    assert service.post("/t/echo/z", '{"any": "body"}') == (
        200, {"x": "z", "no_param": "", "body": '{"any": "body"}'})
    assert service.get("/t/later?ms=20") == (200, "later")
    assert service.get("/t/job") == (200, 55)
    assert service.get("/t/post") == (200, "posted")
    assert service.get("/t/pipe") == (200, "x")
    assert service.get("/t/format/AVRO") == (200, "type")
    assert service.get("/t/format/CSV") == (200, None)
    fails(service.get("/t/nothing"), 404, 404)
    fails(service.delete("/t/job"), 405, 405)
    assert service.register("s", AVRO) == 1


def test_configuration_of_a_service(service):
    assert service.get("/t/config/text") == (200, "héllo")
    assert service.get("/t/config/n") == (200, -42)
    assert service.get("/t/config/yes") == (200, True)
    assert service.get("/t/config/half")[0] == 404
    assert service.get("/t/config/host.port") == (200, str(service.port))


def test_head_is_served_by_get(service):
    full = service.raw("GET", "/t/job")
    head = service.raw("HEAD", "/t/job")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == full.headers["Content-Length"] == "2"


def test_status_of_a_service(service):
    assert service.get("/t/status/201") == (201, "status")
    assert service.get("/t/status/599") == (599, "status")
    for wrong in (0, 99, 199, 600, -1):
        fails(service.get(f"/t/status/{wrong}"), 500, 500)
    assert "answered /t/status/{status} with status 99, wanted 200 to 599" in service.log


def leave(daemon, target, headers="", pause=0.1):
    """Sends a request and closes the connection without waiting for its answer."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        time.sleep(pause)


def test_clients_that_leave_a_service(service):
    for target in ("/t/never", "/t/later?ms=60000", "/t/later?ms=150") * 5:
        leave(service, target, pause=0.02)
    time.sleep(0.3)
    assert service.get("/t/later") == (200, "later")


@pytest.mark.parametrize("members, seconds", [({}, 5), ({"slow_drain": True}, 5), ({"no_drain": True}, 6)])
def test_drain(make_daemon, members, seconds):
    daemon = make_daemon(plugins=["t_service"], plugin_path=plugin_path(), shutdown_drain_ms=1000,
                         t_service=members)
    begun = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begun < seconds * (3 if SANITIZED else 1)
    assert ("t_service: not idle, no longer waited for" in daemon.log) == ("no_drain" in members)
    assert ("says twice" in daemon.log) == ("slow_drain" in members)


# --- an authenticator before the registry ---

class Guarded:
    """A daemon behind t_auth; asks as somebody."""

    def __init__(self, daemon):
        self.daemon = daemon

    def ask(self, who, method, path, body=None):
        headers = {"Authorization": f"Test {who}"} if who else {}
        return self.daemon.ask(method, path, body, headers=headers)

    def raw(self, who, method, path):
        headers = {"Authorization": f"Test {who}"} if who else {}
        return self.daemon.raw(method, path, headers=headers)

    def register(self, who, subject, schema=AVRO, **members):
        return self.ask(who, "POST", f"/subjects/{subject}/versions", envelope(schema, **members))

    def wait(self):
        assert until(lambda: requests.get(self.daemon.url + "/master_available", timeout=10)
                     .json()["master_available"]), self.daemon.log
        return self


@pytest.fixture
def make_guarded(make_daemon):
    def make(plugins=("avro", "t_auth"), t_auth=None, **config):
        daemon = make_daemon(start=False, plugins=list(plugins), plugin_path=plugin_path(),
                             t_auth=t_auth or {}, **config)
        daemon.spawn()
        assert until(lambda: "ready after" in daemon.log or daemon.process.poll() is not None)
        return Guarded(daemon).wait()
    return make


@pytest.fixture
def guarded(make_guarded):
    return make_guarded()


CLOSED = [("GET", "/subjects"), ("GET", "/schemas"), ("GET", "/schemas/ids/1"), ("GET", "/config"),
          ("GET", "/config/s"), ("PUT", "/config"), ("DELETE", "/config"), ("DELETE", "/subjects/s"),
          ("GET", "/subjects/s/versions/1"), ("POST", "/subjects/s/versions"), ("POST", "/subjects/s"),
          ("POST", "/compatibility/subjects/s/versions/latest"), ("HEAD", "/subjects")]


@pytest.mark.parametrize("who, challenge", [(None, None), ("mallory", 'Test realm="scute"'),
                                            ("slow mallory", 'Test realm="scute"'),
                                            ("x" * 33, 'Test realm="scute"')])
def test_who_is_not_known(guarded, who, challenge):
    for method, path in CLOSED:
        reply = guarded.raw(who, method, path)
        assert reply.status_code == 401, (method, path, reply.text)
        assert reply.headers.get("WWW-Authenticate") == challenge
        if method == "HEAD":
            assert reply.content == b""
        else:
            assert reply.json() == {"error_code": 401, "message": "Unauthorized"}


def test_another_scheme_is_not_known(guarded):
    reply = guarded.daemon.raw("GET", "/subjects", headers={"Authorization": "Basic YTpi"})
    assert reply.status_code == 401 and "WWW-Authenticate" not in reply.headers


def test_what_everybody_may_see(guarded):
    for path in ("/", "/_health", "/master_available", "/metrics", "/schemas/types", "/openapi.json"):
        for who in (None, "mallory", "alice"):
            assert guarded.raw(who, "GET", path).status_code == 200


def test_global_configuration(guarded):
    assert guarded.ask("alice", "GET", "/config")[0] == 200
    forbidden = (403, {"error_code": 403, "message": "Forbidden"})
    assert guarded.ask("alice", "PUT", "/config", {"compatibility": "NONE"}) == forbidden
    assert guarded.ask("alice", "DELETE", "/config") == forbidden
    assert guarded.ask("alice", "GET", "/config") == (200, {"compatibilityLevel": "BACKWARD"})


def test_subjects(guarded):
    assert guarded.register("alice", "alice-value") == (200, {"id": 1})
    assert guarded.register("slow alice", "alice-key") == (200, {"id": 1})
    for path in ("bob-value", "%62ob-value", "alic", "-alice"):
        fails(guarded.register("alice", path), 404, 40401, requests.utils.unquote(path))
    assert guarded.register("bob", "bob-value")[0] == 200
    for method, path in (("DELETE", "/subjects/bob-value"), ("DELETE", "/subjects/bob-value/versions/1"),
                         ("PUT", "/config/bob-value"), ("DELETE", "/config/bob-value")):
        fails(guarded.ask("alice", method, path, {"compatibility": "NONE"}), 404, 40401, "bob-value")
    assert guarded.ask("alice", "GET", "/subjects/bob-value/versions") == (200, [1])
    assert guarded.ask("alice", "GET", "/subjects") == (200, ["alice-value", "alice-key", "bob-value"])
    assert guarded.ask("alice", "PUT", "/config/alice-key", {"compatibility": "NONE"})[0] == 200
    assert guarded.ask("alice", "DELETE", "/subjects/alice-key") == (200, [1])


def test_lists_are_filtered(guarded):
    other = record("Other", "b:int")
    assert guarded.register("alice", "alice-value") == (200, {"id": 1})
    assert guarded.register("secret", "secret-value") == (200, {"id": 1})
    assert guarded.register("secret", "secret-key", other) == (200, {"id": 2})
    ask = guarded.ask
    assert ask("alice", "GET", "/subjects") == (200, ["alice-value"])
    assert [each["subject"] for each in ask("alice", "GET", "/schemas")[1]] == ["alice-value"]
    assert ask("alice", "GET", "/schemas/ids/1")[0] == 200
    assert ask("alice", "GET", "/schemas/ids/1/subjects") == (200, ["alice-value"])
    assert ask("alice", "GET", "/schemas/ids/1/versions") == (
        200, [{"subject": "alice-value", "version": 1}])
    for path in ("/schemas/ids/2", "/schemas/ids/2/schema"):
        assert ask("alice", "GET", path) == ask("alice", "GET", path.replace("2", "3"))
        fails(ask("alice", "GET", path), 404, 40403)
    assert ask("alice", "GET", "/schemas/ids/2/subjects") == (200, [])
    assert ask("alice", "GET", "/schemas/ids/2/versions") == (200, [])
    for method, path in (("GET", "/subjects/secret-key/versions"), ("GET", "/config/secret-key"),
                         ("GET", "/subjects/secret-key/versions/1"), ("POST", "/subjects/secret-key"),
                         ("GET", "/subjects/secret-key/versions/1/schema"),
                         ("GET", "/subjects/secret-key/versions/1/referencedby"),
                         ("POST", "/compatibility/subjects/secret-key/versions/latest")):
        fails(ask("alice", method, path, envelope(other)), 404, 40401, "secret-key")


def test_an_alias_opens_nothing(guarded):
    """Who asks for a subject by its alias must be allowed to see the subject that is meant."""
    assert guarded.register("secret", "secret-value")[0] == 200
    assert guarded.register("alice", "alice-value")[0] == 200
    for name, alias in (("alice-a", "secret-value"), ("alice-b", "alice-value")):
        assert guarded.ask("alice", "PUT", f"/config/{name}", {"alias": alias})[0] == 200
    for method, path in (("GET", "/versions"), ("GET", "/versions/1"), ("GET", "/versions/1/schema"),
                         ("POST", ""), ("POST", "/versions"), ("DELETE", ""), ("DELETE", "/versions/1")):
        fails(guarded.ask("alice", method, f"/subjects/alice-a{path}", envelope(AVRO)), 404, 40401)
        assert guarded.ask("alice", method, f"/subjects/alice-b{path}", envelope(AVRO))[0] == 200 or \
            (method, path) == ("DELETE", "/versions/1")
    assert guarded.ask("secret", "DELETE", "/subjects/secret-value") == (200, [1])  # still there, alone
    assert guarded.ask("alice", "GET", "/schemas/ids/1?includeSubjects=true&deleted=true")[1]["subjects"] == \
        ["alice-value"]


@pytest.mark.parametrize("profile", ["karapace", "confluent"])
def test_a_reference_opens_nothing(make_guarded, profile):
    """Who refers to a schema can have it resolved and compared, and keeps it from being deleted."""
    guarded = make_guarded(response_profile=profile)
    assert guarded.register("secret", "secret-value", record("S", "hidden:int"))[0] == 200
    assert guarded.register("alice", "alice-value", record("A", "a:int"))[0] == 200
    for subject, name in (("secret-value", "S"), ("alice-value", "A"), ("nobody", "N")):
        for version in (1, -1):
            body = {"schema": json.dumps(name),
                    "references": [{"name": name, "subject": subject, "version": version}]}
            for path in ("/subjects/alice-user/versions", "/subjects/alice-user",
                         "/compatibility/subjects/alice-user/versions/latest"):
                reply = guarded.ask("alice", "POST", path, body)
                if subject == "alice-value":
                    assert reply[0] == 200
                    continue
                fails(reply, *((404, 40401) if path == "/subjects/alice-user" and reply[0] == 404 else (422, 42201)))
                assert "hidden" not in reply[1]["message"]
        assert guarded.ask("alice", "DELETE", "/subjects/alice-user")[0] in (200, 404)
    assert guarded.ask("secret", "DELETE", "/subjects/secret-value") == (200, [1])  # nobody refers to it


def test_lists_are_filtered_in_the_other_profile(make_guarded):
    guarded = make_guarded(response_profile="confluent")
    guarded.register("alice", "alice-value")
    guarded.register("secret", "secret-value")
    assert guarded.ask("alice", "GET", "/subjects") == (200, ["alice-value"])
    assert [each["subject"] for each in guarded.ask("alice", "GET", "/schemas")[1]] == ["alice-value"]


@pytest.mark.parametrize("who", ["alice", "slow alice"])
def test_a_long_list_is_filtered_to_its_end(guarded, who):
    """The caller is asked about long after the handler has returned, and let go in the end."""
    for number in range(100):
        wide = {**record(f"R{number}", "a:int"), "doc": "d" * 2000}
        for owner in ("alice", "secret"):
            assert guarded.register(owner, f"{owner}-{number}", wide)[0] == 200
    for _ in range(2):
        reply = guarded.raw(who, "GET", "/schemas")
        assert reply.headers["Transfer-Encoding"] == "chunked"
        assert [each["subject"] for each in reply.json()] == [f"alice-{n}" for n in range(100)]
        assert guarded.raw(who, "HEAD", "/schemas").status_code == 200
    leave(guarded.daemon, "/schemas", f"Authorization: Test {who}\r\n")


def test_other_contexts(make_guarded):
    """Found by falling back, or named in the path: the right to the whole name counts."""
    guarded = make_guarded(response_profile="confluent")
    assert guarded.register(":.lab:secret", ":.lab:secret-value")[0] == 200
    assert guarded.register(":.lab:alice", ":.lab:alice-value")[0] == 200
    assert guarded.ask("alice", "GET", "/subjects/alice-value/versions") == (200, [1])
    assert guarded.ask("alice", "GET", "/contexts/.lab/subjects/alice-value/versions") == (200, [1])
    assert guarded.ask("alice", "GET", "/contexts/.lab/subjects") == (200, [":.lab:alice-value"])
    for path in ("/subjects/secret-value/versions", "/contexts/.lab/subjects/secret-value/versions",
                 "/contexts/lab/subjects/%73ecret-value/versions/1"):
        fails(guarded.ask("alice", "GET", path), 404, 40401, "secret-value")
    fails(guarded.ask("alice", "DELETE", "/contexts/.lab/subjects/bob-value"), 404, 40401)
    fails(guarded.ask("alice", "GET", "/schemas/ids/1?subject=secret-value"), 404, 40403)


def test_head(guarded):
    guarded.register("alice", "alice-value")
    guarded.register("secret", "secret-value")
    for who in ("alice", "slow alice"):
        full = guarded.raw(who, "GET", "/subjects/alice-value/versions/1")
        head = guarded.raw(who, "HEAD", "/subjects/alice-value/versions/1")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == full.headers["Content-Length"]
        assert guarded.raw(who, "HEAD", "/subjects/secret-value/versions/1").status_code == 404
        assert guarded.raw(who, "HEAD", "/config").status_code == 200


def test_a_service_guards_its_own_routes(make_guarded):
    guarded = make_guarded(plugins=("t_auth", "t_service", "avro"))
    assert guarded.ask(None, "GET", "/t/job") == (200, 55)
    assert guarded.ask(None, "GET", "/subjects")[0] == 401


def test_decisions_that_are_pending_do_not_stop_others(make_guarded):
    guarded = make_guarded(t_auth={"slow_ms": 1000})
    with socket.create_connection(("127.0.0.1", guarded.daemon.port), timeout=30) as client:
        client.sendall(b"GET /subjects HTTP/1.1\r\nHost: x\r\nAuthorization: Test slow alice\r\n\r\n"
                       b"GET /config HTTP/1.1\r\nHost: x\r\nAuthorization: Test bob\r\n"
                       b"Connection: close\r\n\r\n")
        begun = time.monotonic()
        assert guarded.ask("bob", "GET", "/subjects") == (200, [])
        assert time.monotonic() - begun < 1
        answer = b""
        while more := client.recv(65536):
            answer += more
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b"\r\n\r\n[]") < answer.index(b"compatibilityLevel")


def test_a_client_that_leaves_while_it_is_decided(make_guarded):
    guarded = make_guarded(t_auth={"slow_ms": 300})
    path = "/subjects/" + "x" * 2000 + "/versions"
    for who in ("slow alice", "slow mallory", "slow " + "y" * 3000) * 3:
        leave(guarded.daemon, path, f"Authorization: Test {who}\r\n", pause=0.02)
    time.sleep(0.5)  # the answers come when nobody is there
    assert guarded.ask("slow alice", "GET", "/subjects") == (200, [])


def test_a_decision_that_is_too_late(make_guarded):
    guarded = make_guarded(t_auth={"slow_ms": 3000}, http_request_timeout_ms=200)
    fails(guarded.ask("slow alice", "GET", "/subjects"), 503, 503)
    time.sleep(3)
    assert guarded.ask("alice", "GET", "/subjects") == (200, [])


@pytest.mark.parametrize("stays", [False, True])
def test_a_stop_while_it_is_decided(make_guarded, stays):
    guarded = make_guarded(t_auth={"slow_ms": 3600000}, shutdown_drain_ms=200)
    header = "Authorization: Test slow alice\r\n"
    leave(guarded.daemon, "/subjects", header)
    with socket.create_connection(("127.0.0.1", guarded.daemon.port), timeout=10) as client:
        if stays:
            client.sendall(f"GET /subjects HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode())
            time.sleep(0.1)
        guarded.daemon.stop()


def test_hangup_reloads_the_rules(make_guarded):
    guarded = make_guarded(t_auth={"slow_ms": 700})
    daemon = guarded.daemon

    def hangup():
        seen = daemon.log.count("INFO    scute reloaded")
        daemon.process.send_signal(signal.SIGHUP)
        assert until(lambda: daemon.log.count("INFO    scute reloaded") > seen), daemon.log

    assert guarded.register("alice", "alice-1")[0] == 200
    hangup()
    fails(guarded.register("alice", "alice-2"), 404, 40401)
    assert guarded.ask("alice", "GET", "/subjects") == (200, ["alice-1"])
    leave(daemon, "/subjects", "Authorization: Test slow alice\r\n")
    hangup()  # refused: somebody is being decided on
    assert "t_auth keeps its old rules: callers are being served" in daemon.log
    fails(guarded.register("alice", "alice-2"), 404, 40401)
    time.sleep(1)
    hangup()
    assert guarded.register("alice", "alice-2")[0] == 200


def test_an_authenticator_that_fails_leaves_nothing_open(tmp_path):
    said = refused(tmp_path, ["avro", "no_authenticate"])
    assert said == ('plugin "no_authenticate" is refused: required "authenticate" of its auth table is '
                    "NULL, wanted a value")
