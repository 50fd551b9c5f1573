#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes C of docs/openapi.json, without white space and with the program's version:
openapi.py VERSION openapi.json openapi_text.c"""
import hashlib
import json
import sys

BYTES_A_LINE = 20


def main(version, source, target):
    with open(source, encoding="utf-8") as file:
        document = json.load(file)
    document["info"]["version"] = version
    text = json.dumps(document, separators=(",", ":")).encode()
    lines = [",".join(str(byte) for byte in text[at:at + BYTES_A_LINE])
             for at in range(0, len(text), BYTES_A_LINE)]
    with open(target, "w", encoding="utf-8") as file:
        file.write("/* Made by openapi.py. */\n#include \"api/openapi.h\"\n\n"
                   "const char openapi_text[] = {\n" + ",\n".join(lines) + "\n};\n"
                   f"const size_t openapi_text_bytes = {len(text)};\n"
                   f"const char openapi_etag[] = \"\\\"{hashlib.sha256(text).hexdigest()[:32]}\\\"\";\n")


main(*sys.argv[1:])
