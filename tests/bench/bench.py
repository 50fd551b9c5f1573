# SPDX-License-Identifier: Apache-2.0
"""Measures the bars. CPU time is the server process's own (utime + stime); latencies are medians."""
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench_formats import part_jsonschema, part_protobuf  # noqa: E402
from scute import ROOT, V1, Daemon, build_dir, free_port  # noqa: E402

ROUNDS = int(os.environ.get("SCUTE_BENCH_ROUNDS", "5"))
SECONDS = 2
TICKS = os.sysconf("SC_CLK_TCK")
OBJ = '{"type": "record", "name": "Obj", "fields":[{"name": "age", "type": "int"}]}'


def say(text):
    print(text, flush=True)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def wrk(url, connections=15, seconds=SECONDS, script=None):
    """Requests answered, and how many of them not with 2xx."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", str(script)]
    out = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return int(re.search(r"(\d+) requests in", out)[1]), int(bad[1]) if bad else 0


def cpu_per_request(pid, url, script=None):
    before = cpu_seconds(pid)
    done, bad = wrk(url, script=script)
    assert bad == 0, f"{bad} of {done} requests to {url} failed"
    return (cpu_seconds(pid) - before) * 1e6 / done


class Nginx:
    """One worker that returns fixed bytes."""

    def __init__(self, directory, body):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        path = pathlib.Path(directory) / "nginx.conf"
        quoted = body.replace("\\", "\\\\").replace("'", "\\'")
        path.write_text(f"""
worker_processes 1; daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:{self.port};
    location / {{ default_type application/vnd.schemaregistry.v1+json; return 200 '{quoted}'; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-c", str(path)], stderr=subprocess.DEVNULL)
        while socket.socket().connect_ex(("127.0.0.1", self.port)) != 0:
            time.sleep(0.05)
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True,
                                  text=True, check=True).stdout.split()
        self.worker = int(children[0])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def lua_post(directory, body):
    path = pathlib.Path(directory) / "post.lua"
    path.write_text(f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "{V1}"\n'
                    f"wrk.body = [==[{json.dumps(body)}]==]\n")
    return path


def lua_register(directory, field_count=8):
    """Every request registers a schema that was never seen, over 1,000 subjects."""
    path = pathlib.Path(directory) / "register.lua"
    path.write_text("""
local n = tonumber(os.getenv("SCUTE_BENCH_FIRST") or "0")
local fields = {}
for i = 1, %d do
  fields[i] = '{\\\\"name\\\\":\\\\"field_' .. i .. '\\\\",\\\\"type\\\\":\\\\"string\\\\"}'
end
local tail = table.concat(fields, ",") .. ']}"}'
request = function()
  n = n + 1
  local body = '{"schema": "{\\\\"type\\\\":\\\\"record\\\\",\\\\"name\\\\":\\\\"R' .. n ..
    '\\\\",\\\\"fields\\\\":[' .. tail
  return wrk.format("POST", "/subjects/s" .. (n %% 1000) .. "/versions",
    {["Content-Type"] = "%s"}, body)
end
""" % (field_count, V1))
    return path


def part_http(directory):
    daemon = Daemon(directory).start()
    daemon.register("test-key", OBJ)
    nginx = Nginx(directory, requests_text(daemon, "/schemas/ids/1"))
    post = lua_post(directory, {"schema": OBJ})
    pid = daemon.process.pid
    runs = {
        "nginx, same bytes": (nginx.worker, nginx.url, None),
        "GET /schemas/ids/1": (pid, daemon.url + "/schemas/ids/1", None),
        "POST a known schema": (pid, daemon.url + "/subjects/test-key/versions", post),
        "lookup": (pid, daemon.url + "/subjects/test-key", post),
        "compatibility check": (
            pid, daemon.url + "/compatibility/subjects/test-key/versions/latest", post),
    }
    figures = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (process, url, script) in runs.items():
            figures[name].append(cpu_per_request(process, url, script))
    medians = {name: statistics.median(values) for name, values in figures.items()}
    for name, median in medians.items():
        say(f"  {name}: {median:.1f} us CPU per request")
    ratio = medians["GET /schemas/ids/1"] / medians["nginx, same bytes"]
    say(f"  GET / nginx: {ratio:.2f} (bar 1.3); POST, lookup, check: bar 15 us")
    nginx.stop()
    daemon.stop()


def requests_text(daemon, path):
    return daemon.session.get(daemon.url + path).text


def part_memory(directory):
    times = []
    for _ in range(ROUNDS):
        shutil.rmtree(pathlib.Path(directory) / "journal", ignore_errors=True)
        daemon = Daemon(directory)
        began = time.monotonic()
        daemon.spawn()
        while socket.socket().connect_ex(("127.0.0.1", daemon.port)) != 0:
            time.sleep(0.001)
        while daemon.get("/subjects")[0] != 200:
            time.sleep(0.001)
        times.append((time.monotonic() - began) * 1000)
        rss = resident_kb(daemon.process.pid)
        daemon.stop()
    say(f"  ready on an empty journal: {statistics.median(times):.0f} ms (bar 50)")
    say(f"  resident when idle, journal: {rss / 1024:.1f} MB (bar 12)")


def part_register(directory):
    daemon = Daemon(directory).start()
    rates = []
    script = lua_register(directory)
    for round_number in range(ROUNDS):
        os.environ["SCUTE_BENCH_FIRST"] = str(round_number * 10_000_000)
        daemon.put("/config", {"compatibility": "NONE"})
        before = max_id(daemon)
        began = time.monotonic()
        wrk(daemon.url, connections=50, seconds=3, script=script)
        rates.append((max_id(daemon) - before) / (time.monotonic() - began))
    say(f"  new schemas on the journal, 50 connections: {statistics.median(rates):,.0f}/s (bar 5,000)")
    daemon.stop()


def max_id(daemon):
    text = requests_text(daemon, "/metrics")
    return int(re.search(r"^scute_registry_schemas (\d+)", text, re.M)[1])


def schema_text(number):
    fields = [{"name": f"field_{i}", "type": "string"} for i in range(1, 9)]
    return json.dumps({"fields": fields, "name": f"R{number}", "type": "record"},
                      separators=(",", ":"))


def start_timed(daemon, count):
    """Seconds until all of count schemas are served, and the daemon's resident kB."""
    began = time.monotonic()
    daemon.spawn()
    while time.monotonic() < began + 120:
        try:
            if daemon.get("/subjects?deleted=false")[0] == 200:
                break
        except OSError:
            pass
        time.sleep(0.005)
    seconds = time.monotonic() - began
    assert max_id(daemon) == count, f"{max_id(daemon)} of {count} schemas"
    return seconds, resident_kb(daemon.process.pid)


def fill_journal(daemon, count):
    script = lua_register(daemon.directory)
    daemon.put("/config", {"compatibility": "NONE"})
    round_number = 100
    while max_id(daemon) < count:
        os.environ["SCUTE_BENCH_FIRST"] = str(round_number * 10_000_000)
        round_number += 1
        wrk(daemon.url, connections=50, seconds=2, script=script)


def replay_journal(directory, count=100_000):
    daemon = Daemon(directory).start()
    idle = resident_kb(daemon.process.pid)
    fill_journal(daemon, count)
    text = len(daemon.get("/schemas/ids/1")[1]["schema"])
    daemon.restart()  # writes of clients that hung up were still on their way
    total = max_id(daemon)
    daemon.stop()
    seconds = []
    for _ in range(ROUNDS):
        taken, rss = start_timed(daemon, total)
        seconds.append(taken * count / total)
        daemon.stop()
    per_schema = (rss - idle) * 1024 / total
    say(f"  journal: {statistics.median(seconds):.2f} s for {count:,} schemas (bar 1.0; "
        f"scaled from {total:,})")
    say(f"  memory per schema: {per_schema:.0f} bytes with a text of {text} (bar text + 200: "
        f"{text + 200})")


class Kafka:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory) / "kafka"
        self.address = subprocess.run(
            [str(ROOT / "script/kafka"), "start", "--fresh", "--dir", str(self.directory), "--port",
             "any"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def stop(self):
        subprocess.run([str(ROOT / "script/kafka"), "stop", "--dir", str(self.directory)], check=True)


def kafka_daemon(directory, kafka, topic):
    return Daemon(directory, store="kafka", bootstrap_uri=kafka.address, topic_name=topic)


def fill_topic(kafka, topic, count):
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 20,
                         "queue.buffering.max.messages": 2 * count})
    for number in range(1, count + 1):
        subject, version = f"s{number % 1000}", (number - 1) // 1000 + 1
        key = {"keytype": "SCHEMA", "subject": subject, "version": version, "magic": 1}
        value = {"subject": subject, "version": version, "id": number,
                 "schema": schema_text(number), "deleted": False}
        producer.produce(topic, json.dumps(value, separators=(",", ":")),
                         json.dumps(key, separators=(",", ":")))
        producer.poll(0)
    producer.flush()


def replay_kafka(directory, kafka, count=100_000):
    daemon = kafka_daemon(directory, kafka, "replay").start()
    say(f"  resident when idle, Kafka: {resident_kb(daemon.process.pid) / 1024:.1f} MB (bar 15)")
    daemon.stop()
    fill_topic(kafka, "replay", count)
    seconds = []
    for _ in range(ROUNDS):
        taken, _ = start_timed(daemon, count)
        seconds.append(taken)
        daemon.stop()
    say(f"  Kafka: {statistics.median(seconds):.2f} s for {count:,} schemas (bar 3.0)")


def part_replay(directory):
    replay_journal(tempfile.mkdtemp(dir=directory))
    kafka = Kafka(directory)
    try:
        replay_kafka(tempfile.mkdtemp(dir=directory), kafka)
    finally:
        kafka.stop()


def post_on(connection, port, path, body):
    """One request on a raw socket: a client library's own time is not the server's."""
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {V1}\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
    reply = connection.recv(65536)
    assert reply.startswith(b"HTTP/1.1 200"), reply


def part_kafka(directory, samples=300):
    from confluent_kafka import Producer
    kafka = Kafka(directory)
    try:
        daemon = kafka_daemon(directory, kafka, "latency").start()
        daemon.put("/config", {"compatibility": "NONE"})
        producer = Producer({"bootstrap.servers": kafka.address, "acks": "all", "linger.ms": 0})
        connection = socket.create_connection(("127.0.0.1", daemon.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        broker, ours = [], []
        for number in range(samples + 20):
            began = time.perf_counter()
            producer.produce("latency", b'{"keytype":"NOOP","magic":0}', b"{}")
            producer.flush()
            middle = time.perf_counter()
            post_on(connection, daemon.port, f"/subjects/l{number % 50}/versions",
                    json.dumps({"schema": schema_text(number)}))
            if number >= 20:
                broker.append((middle - began) * 1000)
                ours.append((time.perf_counter() - middle) * 1000)
        a, b = statistics.median(broker), statistics.median(ours)
        say(f"  registration on Kafka: {b:.2f} ms, the broker's acks=all round trip beside it: "
            f"{a:.2f} ms, difference {b - a:.2f} ms (bar 1)")
        daemon.stop()
    finally:
        kafka.stop()


class Gets(threading.Thread):
    """Milliseconds of one GET after the other on a connection of its own, until stop()."""

    def __init__(self, daemon, path, pause=0.001):
        super().__init__()
        self.text = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        self.connection = socket.create_connection(("127.0.0.1", daemon.port))
        self.pause = pause
        self.times = []
        self.stopping = False
        self.start()

    def run(self):
        while not self.stopping:
            began = time.perf_counter()
            self.connection.sendall(self.text)
            reply = self.connection.recv(65536)
            self.times.append((time.perf_counter() - began) * 1000)
            assert reply.startswith(b"HTTP/1.1 200"), reply
            time.sleep(self.pause)

    def stop(self):
        self.stopping = True
        self.join()
        self.connection.close()
        return self.times

    @staticmethod
    def p99(times):
        return sorted(times)[len(times) * 99 // 100]


def register_many(daemon, subject, count):
    connection = socket.create_connection(("127.0.0.1", daemon.port))
    for number in range(count):
        post_on(connection, daemon.port, f"/subjects/{subject}/versions",
                json.dumps({"schema": evolved_text(number)}))
    connection.close()


def evolved_text(number):
    """A new version of the schema: compatible with all others in both directions."""
    schema = json.loads(schema_text(0))
    schema["fields"].append({"name": f"extra_{number}", "type": "int", "default": number})
    return json.dumps(schema, separators=(",", ":"))


def cpu_of(daemon, function):
    before = cpu_seconds(daemon.process.pid)
    function()
    return cpu_seconds(daemon.process.pid) - before


def part_compat(directory, versions=1000, rounds=20):
    daemon = Daemon(directory).start()
    daemon.put("/config", {"compatibility": "NONE"})
    register_many(daemon, "s", versions - 1)
    say(f"  resident before the first comparison: {resident_kb(daemon.process.pid) / 1024:.1f} MB")
    idle = Gets(daemon, "/schemas/ids/1")
    time.sleep(2)
    idle = idle.stop()
    connection = socket.create_connection(("127.0.0.1", daemon.port))

    def check(number):
        post_on(connection, daemon.port, "/compatibility/subjects/s/versions",
                json.dumps({"schema": evolved_text(number)}))

    daemon.put("/config", {"compatibility": "FULL"})
    singles = rounds * 100
    single = cpu_of(daemon, lambda: [check(10_000 + n) for n in range(singles)]) / singles
    daemon.put("/config", {"compatibility": "FULL_TRANSITIVE"})
    began = time.perf_counter()
    check(0)
    first = time.perf_counter() - began
    gets = Gets(daemon, "/schemas/ids/1")
    all_of_them = cpu_of(daemon, lambda: [check(20_000 + n) for n in range(singles)])
    times = gets.stop()
    all_of_them = (all_of_them - len(times) * 10e-6) / singles  # the GETs' own
    began = time.perf_counter()
    post_on(connection, daemon.port, "/subjects/s/versions",
            json.dumps({"schema": evolved_text(versions)}))
    taken = time.perf_counter() - began
    say(f"  one check: {single * 1e6:.1f} us CPU; {versions - 1} versions: "
        f"{all_of_them * 1e3:.2f} ms, the first time {first * 1e3:.0f} ms")
    say(f"  all / ({versions} single checks + 10 %): "
        f"{all_of_them / (versions * single * 1.1):.2f} (bar 1)")
    say(f"  registering version {versions}, transitive: {taken * 1e3:.1f} ms")
    say(f"  GET meanwhile: p99 {Gets.p99(times):.2f} ms of {len(times)} (bar 5); alone "
        f"{Gets.p99(idle):.2f} ms")
    say(f"  resident after: {resident_kb(daemon.process.pid) / 1024:.1f} MB")
    daemon.stop()


def first_byte_and_all(daemon, path):
    """Milliseconds to the first byte, seconds to the last, and how many there were."""
    connection = socket.create_connection(("127.0.0.1", daemon.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    began = time.perf_counter()
    count = len(connection.recv(1 << 16))
    first = (time.perf_counter() - began) * 1000
    while data := connection.recv(1 << 20):
        count += len(data)
    return first, time.perf_counter() - began, count


def part_listing(directory, count=100_000):
    daemon = Daemon(directory).start()
    fill_journal(daemon, count)
    daemon.restart()
    pid = daemon.process.pid
    before = resident_kb(pid)
    for _ in range(2):  # the kernel's first answer is still the peak of the replay
        first_byte_and_all(daemon, "/schemas")
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    gets = Gets(daemon, "/schemas/ids/1")
    runs = [first_byte_and_all(daemon, "/schemas") for _ in range(ROUNDS)]
    times = gets.stop()
    peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])
    say(f"  /schemas with {max_id(daemon):,} schemas: {runs[0][2] / 1e6:.0f} MB, first byte "
        f"{statistics.median(run[0] for run in runs):.1f} ms, all in "
        f"{statistics.median(run[1] for run in runs):.2f} s")
    say(f"  resident: {before / 1024:.1f} MB before, {peak / 1024:.1f} MB at the most")
    say(f"  GET meanwhile: p99 {Gets.p99(times):.2f} ms of {len(times)}")
    daemon.stop()


def part_lookup(directory, count=100_000):
    """Content that is there: among few schemas, among many, and in a subject of many versions."""
    figures = {}
    for name, total, versions in (("100 schemas", 100, 0), (f"{count:,} schemas", count, 0),
                                  ("10,000 versions of one subject", 0, 10_000)):
        daemon = Daemon(tempfile.mkdtemp(dir=directory)).start()
        daemon.put("/config", {"compatibility": "NONE"})
        if total > 1000:
            fill_journal(daemon, total)
            daemon.restart()  # writes of clients that hung up were still on their way
        register_many(daemon, "s", versions or 100)
        post = lua_post(directory, {"schema": evolved_text(50)})
        figures[name] = statistics.median(
            cpu_per_request(daemon.process.pid, daemon.url + "/subjects/s", post)
            for _ in range(ROUNDS))
        daemon.stop()
    few = figures["100 schemas"]
    for name, value in figures.items():
        say(f"  lookup by content, {name}: {value:.1f} us CPU, {value / few:.2f} of that at 100 "
            "(bar 1.5)")


PARTS = {"http": part_http, "memory": part_memory, "register": part_register, "replay": part_replay,
         "kafka": part_kafka, "jsonschema": part_jsonschema, "protobuf": part_protobuf,
         "compat": part_compat, "listing": part_listing, "lookup": part_lookup}


def main():
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"no such part: {' '.join(unknown)}; there are: {' '.join(PARTS)}")
    say(f"build {build_dir().name}, {ROUNDS} rounds, load {os.getloadavg()[0]:.1f}")
    for name in names:
        say(f"{name}:")
        with tempfile.TemporaryDirectory() as directory:
            PARTS[name](directory)


if __name__ == "__main__":
    main()
