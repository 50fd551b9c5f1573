# SPDX-License-Identifier: Apache-2.0
"""A scute daemon under test: started on a free port, asked over real sockets, stopped or killed."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[1]
V1 = "application/vnd.schemaregistry.v1+json"
START_SECONDS = 60 if os.environ.get("ASAN_OPTIONS") else 20


def build_dir():
    """SCUTE_BUILD as script/test sets it, else the build directory that script/server makes."""
    return pathlib.Path(os.environ.get("SCUTE_BUILD", ROOT / "build"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def all_formats():
    """Configuration that loads every format of ours."""
    names = ["avro", "jsonschema", "protobuf"]
    return {"plugins": names, "plugin_path": ":".join(str(build_dir() / "plugins" / name) for name in names)}


class Daemon:
    """config: keys beside the ones every test needs. The directory outlives restarts."""

    def __init__(self, directory, **config):
        self.directory = pathlib.Path(directory)
        self.port = config.pop("port", None) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = {
            "store": "journal",
            "journal_path": str(self.directory / "journal"),
            "port": self.port,
            "karapace_rest": False,
            "plugins": ["avro"],
            "plugin_path": str(build_dir() / "plugins" / "avro"),
            **config,
        }
        self.popen = {}  # further arguments of subprocess.Popen
        self.process = None
        self.session = requests.Session()

    @property
    def log(self):
        path = self.directory / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def spawn(self, environment=None):
        path = self.directory / "config.json"
        path.write_text(json.dumps(self.config))
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(
                [str(build_dir() / "host" / "scute"), "serve", str(path)],
                stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})},
                **self.popen)
        return self

    def start(self, environment=None, seconds=START_SECONDS):
        self.spawn(environment)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"scute ended with {self.process.returncode}:\n{self.log}")
            try:
                if requests.get(self.url + "/subjects", timeout=5).status_code == 200:
                    return self
            except requests.ConnectionError:
                pass
            time.sleep(0.01)
        raise RuntimeError(f"scute is not ready after {seconds} s:\n{self.log}")

    def stop(self, seconds=30):
        """SIGTERM; the exit status is asserted: also a sanitizer's report ends up here."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            status = self.process.wait(seconds)
            assert status == 0, f"scute ended with {status}:\n{self.log}"
        for word in ("runtime error:", "AddressSanitizer", "LeakSanitizer"):
            assert word not in self.log, self.log

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def restart(self):
        self.stop()
        return self.start()

    # --- requests; every answer is (status, decoded body) ---

    def ask(self, method, path, body=None, headers=None, **options):
        data = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        head = {"Content-Type": V1} if data is not None else {}
        reply = self.session.request(method, self.url + path, data=data,
                                     headers={**head, **(headers or {})}, timeout=60, **options)
        try:
            return reply.status_code, reply.json()
        except ValueError:
            return reply.status_code, reply.text

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body, **options):
        return self.ask("POST", path, body, **options)

    def put(self, path, body, **options):
        return self.ask("PUT", path, body, **options)

    def delete(self, path, **options):
        return self.ask("DELETE", path, **options)

    def raw(self, method, path, body=None, headers=None):
        """The answer as it came: its bytes and headers matter."""
        data = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        head = {"Content-Type": V1} if data is not None else {}
        return self.session.request(method, self.url + path, data=data,
                                    headers={**head, **(headers or {})}, timeout=60)

    def register(self, subject, schema, query="", **members):
        """schema: a Python value or text. The id, asserted to have been given."""
        status, body = self.post(f"/subjects/{subject}/versions{query}", envelope(schema, **members))
        assert status == 200, body
        return body["id"]


def fails(answer, status, code, *words):
    """The answer is this error, in the registry's shape; words: parts of its message."""
    assert answer[0] == status, answer
    body = answer[1]
    assert isinstance(body, dict) and list(body) == ["error_code", "message"], body
    assert body["error_code"] == code, body
    assert isinstance(body["message"], str) and body["message"], body
    for word in words:
        assert word in body["message"], body
    return True


def canonical(schema):
    """The text under which Scute keeps an Avro schema: keys sorted, no spaces."""
    return json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def compact(schema):
    """The text under the profile confluent, when members are given in Java's order."""
    return json.dumps(schema, separators=(",", ":"), ensure_ascii=False)


def envelope(schema, **members):
    return {"schema": schema if isinstance(schema, str) else json.dumps(schema), **members}


def record(name, *fields):
    """fields: "name:type" or (name, type[, default])."""
    made = []
    for field in fields:
        if isinstance(field, str):
            field = tuple(field.split(":"))
        made.append({"name": field[0], "type": field[1],
                     **({"default": field[2]} if len(field) > 2 else {})})
    return {"type": "record", "name": name, "fields": made}
