# SPDX-License-Identifier: Apache-2.0
"""Bars of the format plugins: each beside its peers in the same run."""
import json
import pathlib
import statistics
import subprocess
import sys
import time

from scute import Daemon, all_formats, build_dir

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


READER = """
import http.client, statistics, sys, time
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
times, end = [], time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    began = time.perf_counter()
    connection.request("GET", "/schemas/ids/1")
    connection.getresponse().read()
    times.append((time.perf_counter() - began) * 1000)
    time.sleep(0.001)
print(statistics.quantiles(times, n=100)[98])
"""


class Readers:
    """GETs of somebody else, a thousand a second at most, while something large goes on."""

    def __init__(self, daemon, seconds):
        self.process = subprocess.Popen(
            [sys.executable, "-c", READER, str(daemon.port), str(seconds)], stdout=subprocess.PIPE,
            text=True)

    def end(self):
        """The 99th percentile, in ms."""
        return float(self.process.communicate()[0])


SECONDS = 4


def large(directory):
    daemon = Daemon(directory, http_request_max_size=8 * MEGABYTE, **all_formats()).start()
    daemon.register("small", '"int"')
    schema = large_schema()
    bodies = []
    for number in range(10):
        schema["title"] = str(number)
        bodies.append(json.dumps({"schemaType": "JSON", "schema": json.dumps(schema)}))
    registered, checked = [], []
    readers = Readers(daemon, SECONDS)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        number = len(registered)
        body = bodies[number % len(bodies)]
        registered.append(post(daemon, f"/subjects/s{number}/versions", body)[0])
        took, answer = post(daemon, f"/compatibility/subjects/s{number}/versions/latest", body)
        assert answer["is_compatible"]
        checked.append(took)
    print(f"  a JSON Schema of {len(bodies[0]) / 1e6:.2f} MB with 5,000 definitions: registered in "
          f"{statistics.median(registered):.0f} ms (bar 200), checked against itself in "
          f"{statistics.median(checked):.0f} ms (bar 500), GETs of others meanwhile p99 "
          f"{readers.end():.2f} ms (bar 5)", flush=True)
    daemon.stop()


def part_jsonschema(directory):
    beside_peers("bench_jsonschema.py")
    large(directory)


def part_protobuf(directory):
    del directory
    beside_peers("bench_protobuf.py")
