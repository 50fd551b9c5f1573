# SPDX-License-Identifier: Apache-2.0
"""scute backup on a journal: formats, refusals, exit codes, and a daemon on what was restored."""
import json
import os
import pty
import signal
import subprocess
import time

import pytest

from backups import (RECORDS, Backup, answers, json_bytes, read_v2, read_v3, schema_key, schema_value,
                     write_v2, write_v3)
from scute import build_dir


@pytest.fixture
def make_backup(tmp_path):
    """make_backup(name) runs the tool on a journal of that name."""
    def make(name="journal", **config):
        directory = tmp_path / f"tool-{name}"
        directory.mkdir(exist_ok=True)
        return Backup(directory, store="journal", journal_path=str(tmp_path / name), **config)
    return make


@pytest.fixture
def filled(make_backup, tmp_path):
    """The tool on a journal with RECORDS in it."""
    backup = make_backup()
    write_v2(tmp_path / "records.log", RECORDS)
    backup.run("restore", "--location", tmp_path / "records.log")
    return backup


def contents(backup):
    out, _ = backup.run("get", "--location", "-")
    return read_v2(out) if out else []


# --- formats ---

def test_version_2_there_and_back(filled, make_backup, tmp_path):
    out, err = filled.run("get", "--location", tmp_path / "v2.log")
    assert (out, err) == (b"", "")
    assert read_v2((tmp_path / "v2.log").read_bytes()) == RECORDS
    other = make_backup("other")
    _, err = other.run("restore", "--location", tmp_path / "v2.log")
    assert f"{len(RECORDS)} records restored into journal {tmp_path / 'other'}" in err
    assert contents(other) == RECORDS


def test_the_console_form_there_and_back(filled, make_backup, tmp_path):
    out, _ = filled.run("get", "--location", "-", "--format", "console")
    assert out == b"".join(k + b"\t" + (b"null" if v is None else v) + b"\n" for k, v in RECORDS)
    (tmp_path / "schemas.log").write_bytes(out)
    other = make_backup("other")
    other.run("restore", "--location", tmp_path / "schemas.log")
    assert contents(other) == RECORDS


def test_version_1_is_restored(make_backup, tmp_path):
    pairs = [[key.decode(), None if value is None else value.decode()] for key, value in RECORDS]
    (tmp_path / "v1.log").write_text(json.dumps(pairs, indent=1))
    backup = make_backup()
    backup.run("restore", "--location", tmp_path / "v1.log")
    assert contents(backup) == RECORDS


def test_version_3_there_and_back(filled, make_backup, tmp_path):
    before = int(time.time() * 1000) - 100_000
    filled.run("get", "--location", tmp_path / "v3", "--use-format-v3", "--replication-factor", 3)
    assert sorted(os.listdir(tmp_path / "v3")) == ["_schemas.metadata", "_schemas:0.data"]
    metadata, records = read_v3(tmp_path / "v3", "_schemas")
    assert [(r["key"], r["value"]) for r in records] == RECORDS
    assert [r["offset"] for r in records] == list(range(len(RECORDS)))
    assert all(before < r["timestamp"] < before + 200_000 for r in records)
    assert (metadata["version"], metadata["tool_name"], metadata["topic_name"]) == (3, "scute", "_schemas")
    assert (metadata["partition_count"], metadata["replication_factor"]) == (1, 3)
    assert metadata["topic_configurations"] == {"cleanup.policy": "compact"}
    assert before < metadata["started_at"] <= metadata["finished_at"]
    other = make_backup("other")
    other.run("restore", "--location", tmp_path / "v3")
    assert contents(other) == RECORDS
    other.run("get", "--location", "again", "--use-format-v3", "--replication-factor", 3)
    assert read_v3(other.directory / "again", "_schemas")[1] == records


def test_version_3_of_karapace_keeps_headers_and_times(make_backup, tmp_path):
    """Many records, so that checkpoints of both kinds stand in it."""
    records = [(f"k{i}".encode(), b"v" * (i * 37 % 3000) if i % 5 else None,
                [(b"X-Registry-Version", b"karapace-5.2.0"), (b"n", b"")][:i % 3], i * 2 + 5,
                1600000000000 + i) for i in range(700)]
    write_v3(tmp_path / "v3", "_schemas", records)
    backup = make_backup()
    for level in ("file", "record"):
        out, _ = backup.run("verify", "--level", level, "--location", tmp_path / "v3")
        assert out.decode().splitlines() == ["Integrity of _schemas:0.data is intact.",
                                             "✅ Verified 1 data files in backup OK."]
    backup.run("restore", "--location", tmp_path / "v3" / "_schemas.metadata")
    backup.run("get", "--location", "again", "--use-format-v3", "--replication-factor", 1)
    _, again = read_v3(backup.directory / "again", "_schemas")
    assert [(r["key"], r["value"], [(h["key"], h["value"]) for h in r["headers"]], r["timestamp"])
            for r in again] == [(k, v, h, t) for k, v, h, _, t in records]


def test_what_restoring_corrects(make_backup, tmp_path):
    """Older key orders become canonical, but for version 3; empty values become null."""
    legacy = [(schema_key("s", 1, legacy=True), schema_value("s", 1, 1, "int")),
              (schema_key("s", 2), b""),
              (json_bytes({"subject": None, "magic": 0, "keytype": "CONFIG"}), b""),
              (b"not a key", b"")]
    write_v2(tmp_path / "v2.log", legacy)
    old = make_backup("old")
    _, err = old.run("restore", "--location", tmp_path / "v2.log", "--verbose")
    assert contents(old) == [
        (schema_key("s", 1), legacy[0][1]), (schema_key("s", 2), None),
        (json_bytes({"keytype": "CONFIG", "subject": None, "magic": 0}), None), (b"not a key", b"")]
    assert "2 keys were brought into their canonical order, 2 empty values became null" in err
    write_v3(tmp_path / "v3", "_schemas",
             [(k, v, [], i, 1600000000000) for i, (k, v) in enumerate(legacy)])
    new = make_backup("new")
    new.run("restore", "--location", tmp_path / "v3")
    assert contents(new) == [(legacy[0][0], legacy[0][1]), (legacy[1][0], None),
                             (legacy[2][0], None), legacy[3]]


def test_an_empty_journal(make_backup, make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.stop()
    backup = Backup(tmp_path, store="journal", journal_path=daemon.config["journal_path"])
    out, err = backup.run("get", "--location", "v2.log")
    assert "there are no records to back up; nothing was written" in err
    assert not (tmp_path / "v2.log").exists()
    assert backup.run("get", "--location", "")[0] == b""
    backup.run("get", "--location", "v3", "--use-format-v3", "--replication-factor", 1)
    metadata, records = read_v3(tmp_path / "v3", "_schemas")
    assert (records, metadata["record_count"], metadata["data_files"]) == ([], 0, [])
    out, _ = backup.run("verify", "--location", "v3", "--level", "record")
    assert out.decode() == "✅ Verified 0 data files in backup OK.\n"
    backup.run("restore", "--location", "v3")
    assert "0 records restored" in backup.run("restore", "--location", "v3")[1]


# --- a daemon ---

def test_a_restored_daemon_answers_the_same(make_daemon, make_backup, tmp_path):
    first = make_daemon()
    first.register("a-value", {"type": "record", "name": "R", "fields": []})
    first.register("a-value", {"type": "record", "name": "R", "fields": [
        {"name": "f", "type": "int", "default": 0}]})
    first.register("gone", '"string"')
    first.delete("/subjects/gone")
    first.put("/config/a-value", {"compatibility": "FULL"})
    # Beside the running daemon, whatever it does.
    backup = Backup(tmp_path, store="journal", journal_path=first.config["journal_path"])
    backup.run("get", "--location", "v2.log")
    backup.run("get", "--location", "v3", "--use-format-v3", "--replication-factor", 1)
    _, err = backup.run("restore", "--location", "v2.log", "--into-non-empty", status=1)
    assert f"is in use by process {first.process.pid}" in err
    expected = answers(first)
    for location in ("v2.log", "v3"):
        other = make_daemon(start=False)
        Backup(other.directory, store="journal", journal_path=other.config["journal_path"]).run(
            "restore", "--location", tmp_path / location)
        other.start()
        assert answers(other) == expected
        # Ids go on behind the highest that was given out.
        assert other.register("new", '"bytes"') == 4


def test_a_backup_beside_busy_writers_is_consistent(make_daemon, tmp_path):
    """Every record is whole, and none is missing below the last."""
    daemon = make_daemon()
    backup = Backup(tmp_path, store="journal", journal_path=daemon.config["journal_path"])
    seen = 0
    for i in range(60):
        daemon.register(f"s{i}", {"type": "record", "name": f"R{i}", "fields": []})
        if i % 3 == 2:
            records = contents(backup)
            subjects = [json.loads(key)["subject"] for key, _ in records if b"SCHEMA" in key]
            assert subjects == [f"s{j}" for j in range(i + 1)]
            seen += 1
    assert seen == 20


# --- refusals ---

def test_targets_of_get_are_protected(filled, tmp_path):
    target = tmp_path / "there"
    target.write_text("mine")
    _, err = filled.run("get", "--location", target, status=1)
    assert "it exists already; --overwrite replaces it" in err and target.read_text() == "mine"
    filled.run("get", "--location", target, "--overwrite")
    assert read_v2(target.read_bytes()) == RECORDS
    (tmp_path / "dir").mkdir()
    _, err = filled.run("get", "--location", tmp_path / "dir", "--overwrite", status=1)
    assert "it is a directory" in err
    _, err = filled.run("get", "--location", tmp_path / "dir", "--use-format-v3", "--replication-factor",
                        1, status=1)
    assert "it exists already" in err
    _, err = filled.run("get", "--location", "-", "--use-format-v3", "--replication-factor", 1, status=1)
    assert "can not go to standard output" in err
    _, err = filled.run("get", "--location", tmp_path / "no" / "dir", status=1)
    assert "No such file or directory" in err


def test_a_target_that_is_not_empty_is_refused(filled, tmp_path):
    write_v2(tmp_path / "more.log", [(schema_key("b", 1), schema_value("b", 1, 9, "int"))])
    _, err = filled.run("restore", "--location", tmp_path / "more.log", status=1)
    assert "is not empty; --into-non-empty appends to it" in err
    assert contents(filled) == RECORDS
    filled.run("restore", "--location", tmp_path / "more.log", "--into-non-empty")
    assert len(contents(filled)) == len(RECORDS) + 1


def test_noops_do_not_count_as_contents(make_backup, tmp_path):
    backup = make_backup()
    noop = (json_bytes({"keytype": "NOOP", "magic": 0}), b"")
    write_v2(tmp_path / "noop.log", [noop])
    backup.run("restore", "--location", tmp_path / "noop.log")
    write_v2(tmp_path / "records.log", RECORDS)
    backup.run("restore", "--location", tmp_path / "records.log")
    assert contents(backup)[1:] == RECORDS


def test_a_journal_that_is_not_there(make_backup, tmp_path):
    backup = make_backup("nowhere")
    _, err = backup.run("get", "--location", "-", status=1)
    assert "does not exist" in err
    write_v2(tmp_path / "records.log", RECORDS)
    _, err = backup.run("restore", "--location", tmp_path / "records.log", "--skip-topic-creation",
                        status=1)
    assert "does not exist, and --skip-topic-creation was given" in err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("data, status, words", [
    (b"", 3, ["empty"]),
    (b"/V2\n7B7D\t7B7D\n7B7\t7B\n", 3, ["bad:3:", "odd number"]),
    (b"/V2\n7B7D\t7B7D\n7B7D\t7B", 3, ["bad:3:", "cut off"]),
    (b"{}\t{}\nno tab\n", 3, ["bad:2:", "no tab"]),
    (b"[[\"a\",\"b\"],[\"a\"", 3, ["bad: byte 15:", "ends within a record"]),
    (b"/V3\n\x00\x00\x00\x01\x06", 3, ["bad: ", "damaged"]),
])
def test_a_damaged_backup_changes_nothing(make_backup, tmp_path, data, status, words):
    (tmp_path / "bad").write_bytes(data)
    backup = make_backup()
    _, err = backup.run("restore", "--location", tmp_path / "bad", status=status)
    assert all(word in err for word in words), err
    assert not (tmp_path / "journal").exists()


def test_a_damaged_version_3_changes_nothing(filled, make_backup, tmp_path):
    filled.run("get", "--location", tmp_path / "v3", "--use-format-v3", "--replication-factor", 1)
    data = tmp_path / "v3" / "_schemas:0.data"
    good = data.read_bytes()
    target = make_backup("target")
    for bad in (good[:-1], good + b"\0", good[:50] + b"X" + good[51:], b""):
        data.write_bytes(bad)
        _, err = target.run("restore", "--location", tmp_path / "v3", status=3)
        assert "_schemas:0.data: byte" in err or "checksum" in err
        for level in ("file", "record"):
            out, _ = target.run("verify", "--level", level, "--location", tmp_path / "v3", status=1)
            lines = out.decode().splitlines()
            assert lines[0] == "Integrity of _schemas:0.data is not intact!"
            assert lines[-1] == "💥 Failed to verify integrity of some data files."
    data.unlink()
    target.run("restore", "--location", tmp_path / "v3", status=3)
    target.run("verify", "--level", "file", "--location", tmp_path / "v3", status=1)
    assert not (tmp_path / "target").exists()


def test_standard_input_is_refused(make_backup):
    backup = make_backup()
    for command in (["restore"], ["inspect"], ["verify", "--level", "file"]):
        for location in ("-", ""):
            _, err = backup.run(*command, "--location", location, status=1)
            assert "standard input" in err
    _, err = backup.run("restore", "--location", "/dev/null", status=1)
    assert "not a regular file" in err
    _, err = backup.run("restore", "--location", "nothing", status=1)
    assert "No such file" in err


def test_the_topic_of_version_3_must_be_the_same(make_backup, tmp_path):
    write_v3(tmp_path / "v3", "other", [(b"k", b"v", [], 0, 1600000000000)])
    backup = make_backup()
    _, err = backup.run("restore", "--location", tmp_path / "v3", status=1)
    assert "the backup is of topic other, not of _schemas; --topic other restores it" in err
    backup.run("restore", "--location", tmp_path / "v3", "--topic", "other")
    assert contents(backup) == [(b"k", b"v")]
    backup.run("get", "--location", "again", "--use-format-v3", "--replication-factor", 1,
               "--topic", "third")
    assert read_v3(backup.directory / "again", "third")[0]["topic_name"] == "third"
    _, err = backup.run("get", "--location", "again2", "--use-format-v3", "--replication-factor", 1,
                        "--topic", "a/b", status=1)
    assert "can not be part of a file's name" in err


def test_wrong_usage_and_wrong_configuration(make_backup, tmp_path):
    backup = make_backup()
    for arguments, words in [
            (["get"], "required: --location"),
            (["get", "--location", "x", "--use-format-v3"], "required: --replication-factor"),
            (["restore", "--location", "x", "--what"], "unrecognized"),
            (["verify", "--location", "x"], "required: --level")]:
        _, err = backup.run(*arguments, status=2)
        assert words in err and "karapace_schema_backup" in err
    process = subprocess.run([str(backup.program)], capture_output=True, check=False)
    assert process.returncode == 2 and b"usage: karapace_schema_backup COMMAND" in process.stderr
    process = subprocess.run([str(build_dir() / "host" / "scute"), "backup", "get", "--help"],
                             capture_output=True, check=False)
    assert process.returncode == 0 and b"usage: scute backup get" in process.stdout
    write_v2(tmp_path / "v2", RECORDS)
    _, err = backup.run("restore", "--location", tmp_path / "v2", "--override-replication-factor", 2,
                        status=1)
    assert "for backups of version 3" in err
    backup.config.write_text("{")
    _, err = backup.run("get", "--location", "x", status=1)
    assert "error:" in err and "backup.json" in err


# --- the rest ---

def test_inspect(filled, make_backup, tmp_path):
    filled.run("get", "--location", tmp_path / "v3", "--use-format-v3", "--replication-factor", 2)
    metadata, _ = read_v3(tmp_path / "v3", "_schemas")
    out, _ = filled.run("inspect", "--location", tmp_path / "v3")
    told = json.loads(out)
    assert list(told) == ["version", "tool_name", "tool_version", "started_at", "finished_at", "topic_name",
                          "topic_id", "partition_count", "record_count", "replication_factor",
                          "topic_configurations", "checksum_algorithm", "data_files"]
    assert told["data_files"] == [{
        "filename": "_schemas:0.data", "partition": 0,
        "checksum_hex": metadata["data_files"][0]["checksum"].hex(), "record_count": len(RECORDS),
        "start_offset": 0, "end_offset": len(RECORDS) - 1}]
    assert told["started_at"].endswith("+00:00") and told["checksum_algorithm"] == "xxhash3_64_be"
    write_v2(tmp_path / "v2", RECORDS)
    assert json.loads(filled.run("inspect", "--location", tmp_path / "v2")[0]) == {"version": 2}
    (tmp_path / "v1").write_text("[]")
    assert json.loads(filled.run("inspect", "--location", tmp_path / "v1")[0]) == {"version": 1}
    (tmp_path / "console").write_text("{}\t{}\n")
    told = json.loads(filled.run("inspect", "--location", tmp_path / "console")[0])
    assert told == {"version": None, "format": "console"}
    _, err = filled.run("verify", "--level", "file", "--location", tmp_path / "v2", status=1)
    assert "only backups of version 3" in err


def test_the_anonymised_export_names_nobody(make_backup, make_daemon, tmp_path):
    secret = {"type": "record", "name": "SecretName", "namespace": "secret.space", "doc": "secret doc",
              "fields": [{"name": "secret_field", "type": "string", "default": "secret default"},
                         {"name": "e", "type": {"type": "enum", "name": "SecretEnum",
                                                "symbols": ["SECRET_A", "SECRET_B"]}}]}
    daemon = make_daemon()
    daemon.register("secret-subject", secret)
    daemon.put("/config/secret-subject", {"compatibility": "FULL"})
    daemon.stop()
    backup = Backup(tmp_path, store="journal", journal_path=daemon.config["journal_path"])
    out, err = backup.run("export-anonymized-avro-schemas", "--location", "-")
    records = read_v2(out)
    assert err == ""
    assert all(b"secret" not in part.lower() for record in records for part in record)
    other = make_daemon(start=False)
    (tmp_path / "anonymous.log").write_bytes(out)
    Backup(other.directory, store="journal", journal_path=other.config["journal_path"]).run(
        "restore", "--location", tmp_path / "anonymous.log")
    other.start()
    subject, = other.get("/subjects")[1]
    schema = json.loads(other.get(f"/subjects/{subject}/versions/1")[1]["schema"])
    assert [field["type"] if isinstance(field["type"], str) else field["type"]["type"]
            for field in schema["fields"]] == ["string", "enum"]
    assert other.get(f"/config/{subject}")[1] == {"compatibilityLevel": "FULL"}
    # It is a schema that can be registered.
    assert other.post("/subjects/again/versions", {"schema": json.dumps(schema)})[0] == 200


def test_progress_is_for_terminals(filled, tmp_path):
    many = [(schema_key("s", i + 1), schema_value("s", i + 1, i + 1, "x" * 100)) for i in range(20000)]
    write_v2(tmp_path / "many.log", many)
    _, err = filled.run("restore", "--location", tmp_path / "many.log", "--into-non-empty")
    assert "\r" not in err and err.count("\n") == 1
    main, side = pty.openpty()
    process = subprocess.Popen(
        [str(filled.program), "get", "--config", str(filled.config), "--location", "big.log"],
        stdout=subprocess.PIPE, stderr=side, cwd=filled.directory)
    os.close(side)
    said = b""
    try:
        while chunk := os.read(main, 1000):
            said += chunk
    except OSError:
        pass  # the other side is closed
    os.close(main)
    assert process.wait(60) == 0
    assert b"\r" in said and b"error" not in said


def test_an_interrupt_leaves_nothing(filled, make_backup, tmp_path):
    """The reader of standard output does not read, so that the tool is surely at work."""
    big = [(schema_key("s", i + 1), b"v" * 10000) for i in range(3000)]
    write_v2(tmp_path / "big.log", big)
    filled.run("restore", "--location", tmp_path / "big.log", "--into-non-empty")
    process = filled.start("get", "--location", "-")
    process.stdout.read(1000)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 2
    assert b"interrupted" in process.communicate()[1]
    other = make_backup("other")
    process = other.start("restore", "--location", tmp_path / "big.log")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    if process.returncode == 0:
        assert b"records restored" in err  # it was faster
    else:
        assert process.returncode in (2, -signal.SIGTERM) and not (tmp_path / "other").exists()


def test_a_closed_pipe_is_an_error(filled, tmp_path):
    big = [(schema_key("s", i + 1), b"v" * 10000) for i in range(300)]
    write_v2(tmp_path / "big.log", big)
    filled.run("restore", "--location", tmp_path / "big.log", "--into-non-empty")
    process = filled.start("get", "--location", "-")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and b"standard output: cannot write: Broken pipe" in err
