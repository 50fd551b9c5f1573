#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each plugin of ours exports exactly one symbol: its entry point."""
import subprocess

from tree import BUILD, Report


def main():
    report = Report("plugins in the build")
    plugins = sorted((BUILD / "plugins").glob("*/*.so"))
    for plugin in plugins:
        listed = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", str(plugin)],
                                capture_output=True, text=True, check=True).stdout
        names = [line.split()[0] for line in listed.splitlines()]
        if len(names) != 1:
            report.add(plugin, 1, f"exports {len(names)} symbols, not one: {' '.join(names[:10])}")
    report.close(len(plugins))


main()
