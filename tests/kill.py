# SPDX-License-Identifier: Apache-2.0
"""kill -9 during concurrent writes: what was acknowledged is there afterwards, nothing twice."""
import http.client
import json
import random
import threading
import time

from scute import V1, record


class Writer(threading.Thread):
    """Registers, and now and then deletes, under subjects of its own; notes what was acknowledged."""

    def __init__(self, daemon, name, seed):
        super().__init__()
        self.daemon_under_test, self.subject, self.random = daemon, name, random.Random(seed)
        self.known = {}      # text -> id, acknowledged
        self.deleted = set() # numbers of versions whose soft delete was acknowledged
        self.doubtful = set()
        self.next = 0
        self.stopped = False

    def ask(self, connection, method, path, body=None):
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": V1})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())

    def step(self, connection):
        if self.known and self.random.random() < 0.1:
            number = self.random.randrange(1, len(self.known) + 1)
            self.doubtful.add(number)
            status, _ = self.ask(connection, "DELETE", f"/subjects/{self.subject}/versions/{number}")
            if status == 200:
                self.deleted.add(number)
            return
        self.next += 1
        text = json.dumps(record(f"{self.subject}_{self.next}", "a:int"))
        status, body = self.ask(connection, "POST", f"/subjects/{self.subject}/versions",
                                {"schema": text})
        if status == 200:
            self.known[text] = body["id"]

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon_under_test.port, timeout=60)
        try:
            while not self.stopped:
                self.step(connection)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # killed
        finally:
            connection.close()


def canonical(text):
    return json.dumps(json.loads(text), sort_keys=True)


def check(daemon, writers):
    """Every acknowledged write is served; no id stands for two texts, no version exists twice."""
    text_of, id_of, numbers = {}, {}, set()
    for item in daemon.get("/schemas?deleted=true")[1]:
        place = (item["subject"], item["version"])
        assert place not in numbers, f"{place} twice"
        numbers.add(place)
        text = canonical(item["schema"])
        assert text_of.setdefault(item["id"], text) == text, f"id {item['id']} for two schemas"
        assert id_of.setdefault(text, item["id"]) == item["id"], f"two ids for {text}"
    for writer in writers:
        for text, schema_id in writer.known.items():
            assert id_of.get(canonical(text)) == schema_id, f"{text} was acknowledged as {schema_id}"
        live = set()
        status, body = daemon.get(f"/subjects/{writer.subject}/versions")
        if status == 200:
            live = set(body)
        assert not live & writer.deleted, "an acknowledged delete is undone"
        everything = {number for subject, number in numbers if subject == writer.subject}
        assert everything == set(range(1, len(everything) + 1)), "a version is missing"
        assert everything - live <= writer.doubtful, "a version is deleted that nobody deleted"


def rounds(daemon, count, writers_at_once, seconds_max, seed=1):
    """count times: write at once, kill, start, check. Returns how many writes were acknowledged."""
    chance = random.Random(seed)
    writers = []
    daemon.put("/config", {"compatibility": "NONE"})
    for number in range(count):
        batch = [Writer(daemon, f"r{number}w{i}", seed * 1000 + number * 50 + i)
                 for i in range(writers_at_once)]
        for writer in batch:
            writer.start()
        time.sleep(chance.uniform(0, seconds_max))
        daemon.kill()
        for writer in batch:
            writer.stopped = True
            writer.join()
        writers += batch
        daemon.start()
        check(daemon, writers)
    return sum(len(writer.known) for writer in writers)
