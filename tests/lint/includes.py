#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the rooms of the house and the doors between them."""
import os
import re

from tree import TOP, Report, files, lines

CORE = ("loop.h", "pool.h", "log.h", "metrics.h", "config.h")
SDK = ("sdk/scute/", "sdk/support/")

# A room's files may include what begins with one of these, and their own room. Paths are
# the checkout's. The first prefix that fits a file decides.
ROOMS = (
    ("sdk/scute/", ()),
    ("sdk/support/", ("sdk/scute/",)),
    ("host/base/", SDK),
    ("host/http/", SDK + ("host/base/", "host/loop.h", "host/log.h", "host/metrics.h")),
    ("host/store/", SDK + ("host/base/", "host/loop.h", "host/pool.h", "host/log.h", "host/config.h",
                           "host/metrics.h")),
    ("host/registry/", SDK + ("host/base/", "host/log.h", "host/loop.h", "host/pool.h", "host/metrics.h",
                              "host/store/store.h", "host/store/record.h", "host/plugin/table.h")),
    ("host/cluster/", SDK + ("host/base/", "host/loop.h", "host/log.h", "host/config.h", "host/metrics.h",
                             "host/http/client.h")),
    ("host/plugin/", SDK + ("host/base/", "host/http/router.h", "host/http/request.h",
                            "host/http/reply.h") + tuple("host/" + name for name in CORE)),
    ("host/api/", SDK + ("host/base/", "host/http/", "host/registry/", "host/cluster/",
                         "host/plugin/table.h", "host/store/store.h")
     + tuple("host/" + name for name in CORE)),
    ("host/tools/", SDK + ("host/base/", "host/store/", "host/registry/")
     + tuple("host/" + name for name in CORE)),
    ("host/main.c", ("host/", "sdk/")),  # these two only wire, so they see every room
    ("host/serve.c", ("host/", "sdk/")),
    ("host/", SDK + ("host/base/",)),
    ("sdk/example/", SDK),
)

# A third-party header appears in these files only.
LIBRARIES = (
    (re.compile(r"^ev\.h$"), ("host/loop.c",)),
    (re.compile(r"^llhttp\.h$"), ("host/http/conn", "host/http/head.c")),
    (re.compile(r"^librdkafka/"), ("host/store/kafka", "plugins/restproxy/", "tests/")),
    (re.compile(r"^openssl/"), ("host/http/tls", "host/api/guid.c", "host/cluster/", "plugins/auth/", "plugins/restproxy/",
                                "plugins/jsonschema/text.c", "host/tools/mkpasswd", "host/tools/anonymize", "tests/")),
    (re.compile(r"^xxhash\.h$"), ("host/tools/backup_", "tests/")),
    (re.compile(r"^curl/"), ("host/http/client", "tests/")),
    (re.compile(r"^cmocka\.h$"), ("tests/",)),
    (re.compile(r"^(jansson|avro|jwt)\.h$|^(avro|protobuf-c)/"), ("plugins/", "tests/")),
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(name):
    if name.startswith("plugins/"):
        own = "/".join(name.split("/")[:2]) + "/"
        return own, SDK
    for prefix, allowed in ROOMS:
        if name.startswith(prefix):
            return prefix, allowed
    return None, ()


def resolve(name, target):
    for start in (os.path.dirname(name), "host", "sdk"):
        path = os.path.normpath(os.path.join(start, target))
        if (TOP / path).is_file():
            return path
    return None


def is_own(room, path):
    """host/ as a room is the files that lie right there; the folders below are rooms of their own."""
    return path.startswith(room) and (room != "host/" or path.count("/") == 1)


def check(report, name):
    room, allowed = room_of(name)
    for number, line in enumerate(lines(name), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        for pattern, homes in LIBRARIES:
            if pattern.search(target) and not name.startswith(homes):
                report.add(name, number, f"<{target}> belongs into {' or '.join(homes)} only")
        if quote == "<" or room is None:
            continue
        path = resolve(name, target)
        if path is None:
            report.add(name, number, f'"{target}" is none of our files: use <> or fix the path')
        elif not is_own(room, path) and not path.startswith(allowed):
            report.add(name, number, f'{room} must not include "{target}"')


def main():
    report = Report("C files")
    sources = files(".c", ".h", ".def")
    for name in sources:
        check(report, name)
    report.close(len(sources))


main()
