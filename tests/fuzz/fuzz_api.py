#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzzes a running registry over HTTP: sensible, odd and broken requests to every route.

Whatever comes: no 5xx but 503 and 507, each error in the registry's shape, an id for ever the
same schema, and after a restart the state of before. By hand: fuzz_api.py [seconds [seed]].
"""
import json
import pathlib
import random
import sys
import tempfile
import time
from urllib.parse import quote

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("tests", "tests/http"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

from scute import V1, Daemon  # noqa: E402
from wire import Client  # noqa: E402

SHORT_REQUESTS = 800
LONG_SECONDS = 180
PIPELINED_MAX = 4

SUBJECTS = ["a", "b", "c d", "ä", "x/y", ":.ctx:s", ":.:", "__GLOBAL", "__EMPTY", "", ".", "..", "%", "*", "\x01",
            "k" * 300, "versions", "latest"]
VERSIONS = ["1", "2", "3", "latest", "-1", "0", "-2", "2147483647", "2147483648", "99999999999999999999", "01", "+1",
            "1.0", "1e0", "", "x", "null", " 1", "LATEST"]
FLAGS = ["deleted", "deletedOnly", "permanent", "normalize", "verbose", "force", "defaultToGlobal", "latestOnly"]
QUERIES = ["subjectPrefix=a", "subjectPrefix=:*:", "limit=1", "limit=-1", "limit=x", "offset=1", "offset=99999999999",
           "format=", "format=resolved", "fetchMaxId=true", "subject=a", "subject=", "&", "=", "%zz", "a=b&a=c",
           "referenceFormat=x", "ruleType=", "deleted", "deleted=1", "deleted=TRUE", "permanent=%74rue"]
TYPES = ["AVRO", "JSON", "PROTOBUF", "avro", "", "X", None, 1, []]
LEVELS = ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FULL", "full_transitive", "", "X", None, 1, True, {}]
LARGE = [3000, 20_000, 100_000]  # bytes; such schemas are parsed and compared beside the loop
SCALARS = [None, True, 0, -1, 2 ** 31, 1e300, "", "x", "\ud83d\ude00", [], {}, [[]], {"a": None}]

ROUTES = [
    ("POST", "/subjects/{s}/versions"), ("POST", "/subjects/{s}/versions"), ("POST", "/subjects/{s}"),
    ("POST", "/compatibility/subjects/{s}/versions/{v}"), ("POST", "/compatibility/subjects/{s}/versions"),
    ("GET", "/subjects"), ("GET", "/subjects/{s}/versions"), ("GET", "/subjects/{s}/versions/{v}"),
    ("GET", "/subjects/{s}/versions/{v}/schema"), ("GET", "/subjects/{s}/versions/{v}/referencedby"),
    ("DELETE", "/subjects/{s}"), ("DELETE", "/subjects/{s}/versions/{v}"),
    ("GET", "/schemas"), ("GET", "/schemas/types"), ("GET", "/schemas/ids/{v}"), ("GET", "/schemas/ids/{v}/schema"),
    ("GET", "/schemas/ids/{v}/versions"), ("GET", "/schemas/ids/{v}/subjects"),
    ("GET", "/config"), ("PUT", "/config"), ("DELETE", "/config"),
    ("GET", "/config/{s}"), ("PUT", "/config/{s}"), ("DELETE", "/config/{s}"),
    ("GET", "/"), ("GET", "/_health"), ("GET", "/master_available"), ("GET", "/metrics"),
    ("GET", "/mode"), ("GET", "/mode/{s}"), ("PUT", "/mode/{s}"), ("GET", "/contexts"), ("GET", "/no/{s}/{v}"),
]


class Requests:
    """Makes requests. The same seed makes the same ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def any(self, choices):
        return self.random.choice(choices)

    def lucky(self, one_in):
        return self.random.randrange(one_in) == 0

    def subject(self):
        return quote(self.any(SUBJECTS[:3] if self.lucky(2) else SUBJECTS), safe=self.any(["", "/:"]))

    def number(self):
        return self.any(VERSIONS[:5]) if self.lucky(2) else quote(self.any([*VERSIONS, str(self.random.randrange(60))]))

    def avro(self, depth=0):
        """A schema, most often a valid one."""
        kind = self.random.randrange(12)
        if depth > 3 or kind < 4:
            return self.any(["int", "long", "string", "null", "bytes", "R", "nope"] if self.lucky(8) else
                            ["int", "long", "string", "null"])
        if kind < 8:
            names = self.random.sample(["a", "b", "c", "d"], self.random.randrange(4))
            return {"type": "record", "name": self.any(["R", "S", "n.T", "R1", "1"]), "fields": [
                {"name": name, "type": self.avro(depth + 1),
                 **({"default": self.any(SCALARS)} if self.lucky(4) else {})} for name in names]}
        if kind == 8:
            return {"type": "enum", "name": "E" + str(depth), "symbols": self.any([["A"], ["A", "B"], [], ["A", "A"]])}
        if kind == 9:
            return [self.avro(depth + 1) for _ in range(self.random.randrange(3))]
        if kind == 10:
            return {"type": self.any(["array", "map"]), self.any(["items", "values"]): self.avro(depth + 1)}
        return {"type": "fixed", "name": "F", "size": self.any([0, 1, 16, -1, "4", 2 ** 40])}

    def references(self):
        return [self.any([{"name": "R", "subject": self.any(SUBJECTS), "version": self.any([1, 2, -1, 0, "1"])},
                          {"name": "R"}, None, "R"]) for _ in range(self.random.randrange(3))]

    def envelope(self):
        schema = self.avro()
        if self.lucky(40) and isinstance(schema, dict):
            schema["doc"] = "x" * self.any(LARGE)
        body = {"schema": schema if self.lucky(15) else json.dumps(schema)}
        if self.lucky(6):
            body["schemaType"] = self.any(TYPES)
        if self.lucky(6):
            body["references"] = self.references() if self.lucky(2) else self.any(SCALARS)
        if self.lucky(8):
            body[self.any(["metadata", "ruleSet", "id", "version", "x", "schema"])] = self.any(SCALARS)
        return body

    def body(self, method, path):
        if method == "GET" and not self.lucky(20):
            return b""
        if path.startswith("/config") or path.startswith("/mode"):
            value = {self.any(["compatibility", "compatibility", "mode", "x"]): self.any(LEVELS)}
        else:
            value = self.envelope()
        if self.lucky(20):
            value = self.any(SCALARS)
        return self.spoil(json.dumps(value).encode(), 12)

    def spoil(self, data, one_in):
        """Now and then some bytes of it are others."""
        if not self.lucky(one_in):
            return data
        data = bytearray(data)
        for _ in range(self.random.randrange(1, 5)):
            at = self.random.randrange(len(data) + 1)
            piece = self.any([bytes([self.random.randrange(256)]), b'"', b"{", b"\\ud800", b"\\u0000", b"\xff", b""])
            data[at:at + self.random.randrange(4)] = piece
        return bytes(data)

    def target(self, path):
        path = path.replace("{s}", self.subject()).replace("{v}", self.number())
        query = []
        while self.lucky(2) and len(query) < 4:
            query.append(self.any(FLAGS) + "=" + self.any(["true", "true", "false"]) if not self.lucky(3)
                         else self.any(QUERIES))
        return path + ("?" + "&".join(query) if query else "")

    def request(self):
        """(bytes, whether the head is as it should be, whether it is a HEAD)"""
        method, path = self.any(ROUTES)
        if self.lucky(25):
            method = self.any(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
        body = self.body(method, path)
        kind = V1 if not self.lucky(20) else self.any(["application/json", "text/plain", "", "x", "*/*"])
        lines = [f"{method} {self.target(path)} HTTP/1.1", "Host: x"]
        if body:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        if self.lucky(15):
            lines.append("Accept: " + self.any(["*/*", V1, "text/html", "application/json;q=0", ";", "a/b, */*;q=x"]))
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        spoiled = self.spoil(head, 30)
        return spoiled + body, spoiled == head, method == "HEAD"


class Fuzzer:
    def __init__(self, daemon, seed):
        self.daemon = daemon
        self.requests = Requests(seed)
        self.client = None
        self.meaning = {}  # of each id ever seen
        self.counts = {}

    def connect(self):
        if self.client is None:
            self.client = Client(("127.0.0.1", self.daemon.port), timeout=60)
        return self.client

    def disconnect(self):
        if self.client is not None:
            self.client.sock.close()
        self.client = None

    def check(self, reply, request, sound=True):
        """What every answer must look like. A spoiled head may ask for a method or version that nobody has."""
        told = (request[:2000], reply.status, reply.headers, reply.body[:2000])
        allowed = (503, 507) if sound else (501, 503, 505, 507)
        assert 200 <= reply.status < 500 or reply.status in allowed, told
        kind = reply.headers.get("content-type", "")
        if reply.status >= 400:
            body = json.loads(reply.body)
            assert list(body) == ["error_code", "message"], told
            code = body["error_code"]
            assert isinstance(code, int) and str(code).startswith(str(reply.status)) or reply.status >= 500, told
            assert isinstance(body["message"], str) and body["message"], told
        elif "json" in kind and reply.body:
            json.loads(reply.body)
        self.counts[reply.status] = self.counts.get(reply.status, 0) + 1

    def exchange(self):
        """A few requests, sent at once; one whose head is spoiled goes alone, and the last on its connection."""
        batch = [self.requests.request()]
        while batch[-1][1] and len(batch) < PIPELINED_MAX and self.requests.lucky(4):
            batch.append(self.requests.request())
        if not batch[-1][1] and len(batch) > 1:
            batch.pop()
        sound = batch[-1][1]
        client = self.connect()
        client.send(b"".join(request for request, _, _ in batch))
        if not sound:
            self.exchange_spoiled(client, batch[0][0])
            return 1
        for request, _, head in batch:
            reply = client.reply(head)
            if not head:
                self.check(reply, request)
            if reply.headers.get("connection", "").lower() == "close":
                self.disconnect()
                break
        return len(batch)

    def exchange_spoiled(self, client, request):
        """Nobody knows how many answers that is: at least one, or an end."""
        client.sock.shutdown(1)
        head = request.lstrip(b"\r\n").startswith(b"HEAD")
        try:
            while not head:
                self.check(client.reply(), request, sound=False)
        except EOFError:
            pass
        self.disconnect()

    def check_ids(self):
        """An id once given out stands for one schema, for ever."""
        status, schemas = self.daemon.get("/schemas?deleted=true")
        assert status == 200, schemas
        for schema in schemas:
            content = (schema.get("schemaType", "AVRO"), schema["schema"], json.dumps(schema.get("references", [])))
            assert self.meaning.setdefault(schema["id"], content) == content, (schema, self.meaning[schema["id"]])
        return schemas

    def state(self):
        """All that can be asked, as after a restart it must be again."""
        subjects = self.daemon.get("/subjects?deleted=true&subjectPrefix=:*:")
        levels = [self.daemon.get("/config/" + quote(name, safe="")) for name in sorted(subjects[1])]
        schemas = self.check_ids()
        return (sorted(subjects[1]), self.daemon.get("/config"), levels,
                sorted(map(json.dumps, schemas)), self.daemon.get("/subjects"))

    def run(self, go_on):
        n = 0
        while go_on(n):
            before = n
            n += self.exchange()
            if n // 500 != before // 500:
                self.check_ids()
            if n // 20000 != before // 20000:
                self.restart()
        self.restart()
        return n

    def restart(self):
        self.disconnect()
        before = self.state()
        self.daemon.restart()
        after = self.state()
        assert before == after, (before, after)


def fuzz(daemon, seed, seconds=0):
    """seconds 0: the short form. Returns how many requests got which status."""
    end = time.monotonic() + seconds
    fuzzer = Fuzzer(daemon, seed)
    fuzzer.run(lambda n: time.monotonic() < end if seconds else n < SHORT_REQUESTS)
    assert "Sanitizer" not in daemon.log and "Assertion" not in daemon.log, daemon.log
    return fuzzer.counts


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else LONG_SECONDS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print("seed", seed, flush=True)
    for profile in ("karapace", "confluent"):
        with tempfile.TemporaryDirectory() as directory:
            daemon = Daemon(directory, response_profile=profile).start()
            print(profile, sorted(fuzz(daemon, seed, seconds / 2).items()), flush=True)
            daemon.stop()


if __name__ == "__main__":
    main()
