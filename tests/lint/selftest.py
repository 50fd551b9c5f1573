#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lints find what they are there for: each is shown a small tree with one violation of each kind."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n"

# lint, file, text, what it must say
CASES = (
    ("includes.py", "host/base/map.c", HEAD + '#include "log.h"\n', 'host/base/map.c:2: host/base/ must not include "log.h"'),
    ("includes.py", "host/loop.c", HEAD + '#include "http/conn.h"\n', 'host/loop.c:2: host/ must not include "http/conn.h"'),
    ("includes.py", "host/base/map.c", HEAD + "#include <ev.h>\n", "host/base/map.c:2: <ev.h> belongs into"),
    ("includes.py", "plugins/avro/a.c", HEAD + '#include "log.h"\n', "plugins/avro/a.c:2: plugins/avro/ must not"),
    ("includes.py", "plugins/avro/a.c", HEAD + '#include "../json/b.h"\n', "plugins/avro/a.c:2: plugins/avro/ must not"),
    ("includes.py", "sdk/scute/a.h", HEAD + '#include "nowhere.h"\n', "is none of our files"),
    ("sizes.py", "host/long.c", HEAD + "int x;\n" * 800, "host/long.c:801: a file of 801 lines"),
    ("sizes.py", "host/f.c", HEAD + "int f(void)\n{\n" + "\tx();\n" * 71 + "}\n", "host/f.c:3: a function of 71 lines"),
    ("texts.py", "host/a.c", "int x;\n", "host/a.c:1: lacks its line"),
    ("texts.py", "script/a", "#!/bin/sh\n", "script/a:1: lacks its line"),
    ("texts.py", "host/a.c", HEAD + "/* " + "TO" + "DO later */\n", "host/a.c:2: a note to ourselves"),
    ("texts.py", "docs/a.md", "see /" + "work/main\n", "docs/a.md:1: a path of one machine"),
)
CLEAN = {"host/log.h": HEAD, "plugins/json/b.h": HEAD, "host/base/map.h": HEAD, "host/http/conn.h": HEAD,
         "host/serve.c": HEAD + '#include "http/conn.h"\n#include "log.h"\n',
         "host/loop.c": HEAD + '#include "log.h"\n#include <ev.h>\n',
         "host/base/list.c": HEAD + '#include "base/map.h"\n#include <string.h>\n',
         "host/ok.c": HEAD + "int f(void)\n{\n" + "\tx();\n" * 70 + "}\n"}


def run(lint, top):
    return subprocess.run([sys.executable, str(HERE / lint), str(top / "build"), str(top)],
                          capture_output=True, text=True, check=False)


def write(top, files):
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)


def compiled(top):
    """symbols.py: a plugin with two symbols, then with one."""
    failures = []
    for source, status in (("int a(void) { return 1; } int b(void) { return 2; }", 1), ("int a(void) { return 1; }", 0)):
        folder = top / "build" / "plugins" / "x"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(folder / "x.so")],
                       input=source, text=True, check=True)
        result = run("symbols.py", top)
        if result.returncode != status:
            failures.append(f"symbols.py: {status} expected: {result.stdout}{result.stderr}")
    return failures


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder) / "clean"
        write(top, CLEAN)
        for lint in ("includes.py", "sizes.py", "texts.py"):
            result = run(lint, top)
            if result.returncode != 0:
                failures.append(f"{lint} finds fault with a clean tree: {result.stdout}{result.stderr}")
        for number, (lint, name, text, expected) in enumerate(CASES):
            top = pathlib.Path(folder) / str(number)
            write(top, {**CLEAN, name: text})
            result = run(lint, top)
            if result.returncode != 1 or expected not in result.stdout:
                failures.append(f"{lint} should say {expected!r}: {result.stdout}{result.stderr}")
        failures += compiled(pathlib.Path(folder) / "symbols")
    for failure in failures:
        print(f"tests/lint/selftest.py: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
