# SPDX-License-Identifier: Apache-2.0
"""Bars of the format plugins: each beside its peers in the same run."""
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import threading
import time

from scute import V1, Daemon, all_formats, build_dir

HERE = pathlib.Path(__file__).resolve().parent
MEGABYTE = 1 << 20


def beside_peers(script):
    """The script prints figures and bars itself; a missed bar is told, not an error of the run."""
    subprocess.run([sys.executable, str(HERE / script), str(build_dir())], check=False)


def large_schema(count=5000):
    pad = "x" * 100
    made = {}
    for i in range(count):
        made[f"type{i}"] = {"type": "object", "description": pad, "properties": {
            "id": {"type": "integer"}, "next": {"$ref": f"#/definitions/type{(i * 7 + 1) % count}"}}}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": made,
            "properties": {"first": {"$ref": "#/definitions/type0"}}}


def post(daemon, path, body):
    began = time.perf_counter()
    status, answer = daemon.post(path, body)
    assert status == 200, answer
    return (time.perf_counter() - began) * 1000, answer


class Readers:
    """GETs of others, one after the other, while something large goes on."""

    def __init__(self, daemon):
        self.times = []
        self.going = True
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while self.going:
            began = time.perf_counter()
            self.connection.request("GET", "/schemas/ids/1", headers={"Accept": V1})
            self.connection.getresponse().read()
            self.times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.0005)

    def end(self):
        self.going = False
        self.thread.join()
        return statistics.quantiles(self.times, n=100)[98], len(self.times)


def large(directory):
    daemon = Daemon(directory, http_request_max_size=8 * MEGABYTE, **all_formats()).start()
    daemon.register("small", '"int"')
    schema = large_schema()
    text = json.dumps(schema)
    registered, checked, slowest = [], [], []
    for number in range(5):
        schema["title"] = str(number)
        body = json.dumps({"schemaType": "JSON", "schema": json.dumps(schema)})
        readers = Readers(daemon)
        registered.append(post(daemon, f"/subjects/s{number}/versions", body)[0])
        took, answer = post(daemon, f"/compatibility/subjects/s{number}/versions/latest", body)
        assert answer["is_compatible"]
        checked.append(took)
        slowest.append(readers.end()[0])
    print(f"  a JSON Schema of {len(text) / 1e6:.2f} MB with 5,000 definitions: registered in "
          f"{statistics.median(registered):.0f} ms (bar 200), checked against itself in "
          f"{statistics.median(checked):.0f} ms (bar 500), GETs of others meanwhile p99 "
          f"{statistics.median(slowest):.2f} ms (bar 5)", flush=True)
    daemon.stop()


def part_jsonschema(directory):
    beside_peers("bench_jsonschema.py")
    large(directory)


def part_protobuf(directory):
    del directory
    beside_peers("bench_protobuf.py")
