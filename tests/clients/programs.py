# SPDX-License-Identifier: Apache-2.0
"""Programs of ours in other languages, around third-party clients: built once, run, their cases read."""
import hashlib
import os
import pathlib
import shutil
import subprocess

from scute import ROOT

HERE = pathlib.Path(__file__).resolve().parent
BUILD_SECONDS = 900
RUN_SECONDS = 150


def tool(name):
    path = shutil.which(name)
    assert path, f"{name} is missing: script/bootstrap test installs it"
    return path


def run(command, directory, seconds, **environment):
    """What the command printed on stdout; stderr is shown when it fails."""
    done = subprocess.run(command, cwd=directory, env={**os.environ, **environment}, timeout=seconds,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n" \
                                 f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def build(language, commands, **environment):
    """The directory below .cache where the language's sources lie, built. Built anew when they changed."""
    directory = ROOT / ".cache" / "clients" / language
    sources = sorted(path for path in (HERE / language).rglob("*") if path.is_file())
    digest = hashlib.sha256(repr([commands, environment]).encode())
    for path in sources:
        digest.update(str(path.relative_to(HERE)).encode() + b"\0" + path.read_bytes())
    stamp = directory / "stamp"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        stamp.unlink(missing_ok=True)
        for path in sources:
            target = directory / path.relative_to(HERE / language)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != path.read_bytes():
                shutil.copyfile(path, target)
        for command in commands:
            run([tool(command[0]), *command[1:]], directory, BUILD_SECONDS, **environment)
        stamp.write_text(digest.hexdigest())
    return directory


def cases(command, directory, **environment):
    """Runs a program that prints "ok CASE" or "failed CASE: why" a line. Gives {CASE: why or None}."""
    found = {}
    for line in run(command, directory, RUN_SECONDS, **environment).splitlines():
        word, _, rest = line.partition(" ")
        if word == "ok":
            found[rest] = None
        elif word == "failed":
            name, _, why = rest.partition(": ")
            found[name] = why or "no reason given"
    return found


def check(results, case):
    assert case in results, f"the program has no case {case}, only {sorted(results)}"
    assert results[case] is None, results[case].replace("\\n", "\n")
