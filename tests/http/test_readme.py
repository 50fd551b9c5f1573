# SPDX-License-Identifier: Apache-2.0
"""What README.md shows is what a user sees."""
import re
import shutil
import subprocess

import pytest

from scute import ROOT, all_formats


def examples():
    """(command, expected output) of every console block."""
    text = (ROOT / "README.md").read_text()
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield command, output.strip()


def test_examples_of_the_readme(make_daemon):
    daemon = make_daemon(**all_formats())
    if not shutil.which("curl"):
        pytest.fail("curl is needed for this test")
    found = list(examples())
    assert len(found) >= 7
    for command, expected in found:
        command = command.replace("http://localhost:8081", daemon.url)
        output = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
        assert output.stdout.strip() == expected, command
