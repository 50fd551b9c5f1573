# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the files of the checkout, and how violations are reported."""
import pathlib
import subprocess
import sys

TOP = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parents[2]).resolve()
BUILD = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "build"


def files(*suffixes):
    """Paths below TOP, as strings, of what git tracks or would track; all suffixes when none is given."""
    listed = subprocess.run(
        ["git", "-C", str(TOP), "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True, text=True, check=True,
    ).stdout.split("\0")
    names = {name for name in listed if name and (TOP / name).is_file()}
    return sorted(name for name in names if not suffixes or name.endswith(suffixes))


def lines(name):
    return (TOP / name).read_text(encoding="utf-8", errors="replace").splitlines()


class Report:
    def __init__(self, looked_at):
        self.looked_at = looked_at
        self.count = 0

    def add(self, name, line, text):
        print(f"{name}:{line}: {text}")
        self.count += 1

    def close(self, n):
        """Exits; looking at nothing is a failure too."""
        if n == 0:
            print(f"no {self.looked_at} found")
        sys.exit(1 if self.count or n == 0 else 0)
