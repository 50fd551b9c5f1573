# SPDX-License-Identifier: Apache-2.0
"""Sequences of writes beside a small model of the registry: what it answers at once, and that no
acknowledged write is lost, or comes back, over a restart and over kill -9."""
import json
import os
import tempfile

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, \
    run_state_machine_as_test

from scute import Daemon, all_formats, envelope

LONG = os.environ.get("SCUTE_LONG") == "1"
NAMES = ["s", ":.lab:only there", "ü/x"]
LEVELS = ["NONE", "BACKWARD", "FULL", "FORWARD_TRANSITIVE"]
# All of one type can be read by all others, whatever the level: no field is without a default.
SCHEMAS = [("AVRO", {"type": "record", "name": "R", "fields": [
    {"name": f"f{n}", "type": "int", "default": 0} for n in range(many)]}) for many in range(4)]
SCHEMAS += [("PROTOBUF", 'syntax = "proto3";\nmessage M {\n' + "".join(
    f"  int32 f{n} = {n + 1};\n" for n in range(1, many + 1)) + "}\n") for many in range(1, 4)]
SCHEMAS += [("JSON", {"type": "object", "title": title}) for title in ("a", "b", "c")]


def path(name, tail=""):
    return "/subjects/" + name.replace("/", "%2F") + tail


def context(name):
    return ".lab" if name.startswith(":.lab:") else "."


class Subject:
    def __init__(self):
        self.versions = {}  # number: (index of the schema, deleted)
        self.level = None
        self.mode = None

    @property
    def live(self):
        return [number for number, (_, deleted) in sorted(self.versions.items()) if not deleted]

    @property
    def writable(self):
        return self.mode != "READONLY"


class Registry(RuleBasedStateMachine):
    profile = "karapace"

    @initialize()
    def begin(self):
        self.directory = tempfile.TemporaryDirectory()
        self.daemon = Daemon(self.directory.name, response_profile=self.profile, **all_formats()).start()
        self.subjects = {name: Subject() for name in NAMES}
        self.ids = {}      # (context, index of the schema): its id
        self.highest = {}  # context: the highest id that was ever given
        self.set_level(NAMES[0], "NONE")  # it takes schemas of any type

    def teardown(self):
        try:
            self.compare()
        finally:
            self.daemon.stop()
            self.directory.cleanup()

    # --- writes ---

    @rule(name=st.sampled_from(NAMES),
          indexes=st.lists(st.integers(0, len(SCHEMAS) - 1), min_size=1, max_size=4))
    def register_some(self, name, indexes):
        for index in indexes:
            self.register(name, index)

    def register(self, name, index):
        subject = self.subjects[name]
        kind, text = SCHEMAS[index]
        status, body = self.daemon.post(path(name, "/versions"), envelope(text, schemaType=kind))
        here = [number for number in subject.live if subject.versions[number][0] == index]
        if not here and not subject.writable:
            assert (status, body["error_code"]) == (422, 42205)
            return
        compared = subject.live if subject.level == "FORWARD_TRANSITIVE" else subject.live[-1:]
        others = {SCHEMAS[subject.versions[number][0]][0] for number in compared}
        if not here and others - {kind} and subject.level != "NONE":
            assert status == 409, body
            return
        assert status == 200, body
        key = (context(name), index)
        if here:
            assert body["id"] == self.ids[key]
            return
        if key in self.ids:
            assert body["id"] == self.ids[key]
        else:
            assert body["id"] > self.highest.get(key[0], 0)
            self.highest[key[0]] = self.ids[key] = body["id"]
        number = max(subject.versions, default=0) + 1
        self.forget_older(name, index)
        subject.versions[number] = (index, False)
        assert self.daemon.get(path(name, "/versions/latest"))[1]["version"] == number

    def forget_older(self, name, index):
        """Confluent takes the deleted version of the same content away when that comes back."""
        versions = self.subjects[name].versions
        there = self.daemon.get(path(name, "/versions?deleted=true"))[1]
        for number in [each for each in versions if each not in there]:
            assert versions.pop(number) == (index, True)

    @rule(name=st.sampled_from(NAMES), permanent=st.booleans())
    def delete_subject(self, name, permanent):
        subject = self.subjects[name]
        status, body = self.daemon.delete(path(name, f"?permanent={str(permanent).lower()}"))
        if not subject.versions:
            assert (status, body["error_code"]) in ((404, 40401), (422, 42205)), body
        elif not subject.writable:
            assert (status, body["error_code"]) == (422, 42205)
        elif permanent and subject.live:
            assert (status, body["error_code"]) == (404, 40405)
        elif permanent:
            assert (status, body) == (200, sorted(subject.versions))
            self.subjects[name] = Subject()
            self.drop_ids(context(name))
        elif not subject.live:
            assert (status, body["error_code"]) == (404, 40404)
        else:
            assert (status, body) == (200, subject.live)
            subject.versions = {number: (index, True) for number, (index, _) in subject.versions.items()}

    def drop_ids(self, where):
        """What no version holds any more may get a new id."""
        held = {index for name, subject in self.subjects.items() if context(name) == where
                for index, _ in subject.versions.values()}
        self.ids = {key: value for key, value in self.ids.items() if key[0] != where or key[1] in held}

    @rule(name=st.sampled_from(NAMES), data=st.data(), permanent=st.booleans())
    def delete_version(self, name, data, permanent):
        subject = self.subjects[name]
        number = data.draw(st.sampled_from(sorted(subject.versions) + [77]))
        status, body = self.daemon.delete(
            path(name, f"/versions/{number}?permanent={str(permanent).lower()}"))
        if number not in subject.versions or not subject.writable:
            assert status in (404, 422), body
            return
        index, deleted = subject.versions[number]
        if deleted != permanent:
            assert (status, body["error_code"]) == (404, 40406 if deleted else 40407), body
            return
        assert (status, body) == (200, number)
        if permanent:
            del subject.versions[number]
            if not subject.versions:
                self.subjects[name] = Subject()
            self.drop_ids(context(name))
        else:
            subject.versions[number] = (index, True)

    @rule(name=st.sampled_from(NAMES), level=st.sampled_from(LEVELS + [None]))
    def set_level(self, name, level):
        subject = self.subjects[name]
        if level:
            status, body = self.daemon.put("/config" + path(name)[len("/subjects"):], {"compatibility": level})
        else:
            status, body = self.daemon.delete("/config" + path(name)[len("/subjects"):])
        if not subject.writable:
            assert status in (404, 422), body
        elif level or subject.level or self.profile == "karapace":
            assert status == 200, body
            subject.level = level
        else:
            assert (status, body["error_code"]) == (404, 40401)

    @rule(name=st.sampled_from(NAMES), mode=st.sampled_from(["READONLY", "READWRITE", None]))
    def set_mode(self, name, mode):
        subject = self.subjects[name]
        where = "/mode" + path(name)[len("/subjects"):]
        status, body = self.daemon.put(where, {"mode": mode}) if mode else self.daemon.delete(where)
        if mode or subject.mode:
            assert (status, body) == (200, {"mode": mode or subject.mode})
            subject.mode = mode
        else:
            assert (status, body["error_code"]) == (404, 40401)

    # --- restarts ---

    @rule()
    def restart(self):
        self.daemon.restart()
        self.compare()

    @rule()
    def kill(self):
        self.daemon.kill()
        self.daemon.start()
        self.compare()

    @invariant()
    def lists(self):
        live = {name for name, subject in self.subjects.items() if subject.live}
        assert set(self.daemon.get("/subjects")[1]) == live

    @rule()
    def compare(self):
        for name, subject in self.subjects.items():
            status, body = self.daemon.get(path(name, "/versions?deleted=true"))
            assert (status, body) == (200, sorted(subject.versions)) if subject.versions else status == 404
            assert self.daemon.get(path(name, "/versions"))[1] == subject.live or not subject.live
            for number, (index, deleted) in subject.versions.items():
                answer = self.daemon.get(path(name, f"/versions/{number}?deleted=true"))[1]
                assert answer["id"] == self.ids[context(name), index], (name, number, answer)
                assert answer.get("deleted", deleted) == deleted
                assert self.same(index, answer)
            level = self.daemon.get("/config" + path(name)[len("/subjects"):])
            assert level == (200, {"compatibilityLevel": subject.level}) if subject.level else level[0] == 404
            mode = self.daemon.get("/mode" + path(name)[len("/subjects"):])
            if subject.mode:
                assert mode == (200, {"mode": subject.mode})

    @staticmethod
    def same(index, answer):
        kind, text = SCHEMAS[index]
        assert answer.get("schemaType", "AVRO") == kind
        if kind == "PROTOBUF":
            return [line.split() for line in answer["schema"].splitlines() if line.split()] == \
                [line.split() for line in text.splitlines()]
        return json.loads(answer["schema"]) == text


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("profile", ["karapace", "confluent"])
def test_sequences(profile):
    machine = type("Registry", (Registry,), {"profile": profile})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=500 if LONG else 25, stateful_step_count=60 if LONG else 40, deadline=None,
        phases=[Phase.generate] + [Phase.shrink] * LONG, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck)))
