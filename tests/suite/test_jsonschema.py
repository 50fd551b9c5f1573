# SPDX-License-Identifier: Apache-2.0
"""The official JSON Schema suite: all required tests of five drafts, and the optional ones counted.

SCUTE_JSON_SUITE is the folder with the suite's tests/ and remotes/; without it these tests fail.
"""
import collections
import json
import os
import pathlib
import subprocess

import pytest

DRAFTS = ['4', '6', '7', '2019-09', '2020-12']
# Fewer than these would mean that files were not found, or a suite that was cut down.
REQUIRED_AT_LEAST = {'4': 500, '6': 700, '7': 800, '2019-09': 1000, '2020-12': 1000}

# What we do otherwise, and why: (draft, file, group, test).
CONTENT = 'validation of string-encoded content based on media type'
BINARY = 'validation of binary string-encoding'
BOTH = 'validation of binary-encoded media type documents'
EXPECTED_FAILURES = {
    # Contents are an annotation, as in 2019-09 and later: strings are not decoded.
    ('7', 'content.json', CONTENT, 'an invalid JSON document'),
    ('7', 'content.json', BINARY, 'an invalid base64 string (% is not a valid character)'),
    ('7', 'content.json', BOTH, 'a validly-encoded invalid JSON document'),
    ('7', 'content.json', BOTH, 'an invalid base64 string that is valid JSON'),
}


def suite_folder():
    folder = os.environ.get('SCUTE_JSON_SUITE')
    assert folder, 'SCUTE_JSON_SUITE has to name the folder of the official suite'
    assert (pathlib.Path(folder) / 'tests').is_dir(), f'{folder} has no tests/'
    assert (pathlib.Path(folder) / 'remotes').is_dir(), f'{folder} has no remotes/'
    return pathlib.Path(folder)


def driver():
    build = pathlib.Path(os.environ.get('SCUTE_BUILD', 'build'))
    return build / 'tests' / 'unit' / 'jsonschema' / 'jsonschema_suite'


def run(draft, mode, files):
    """The verdicts of all tests in files."""
    done = subprocess.run([driver(), draft, mode, suite_folder() / 'remotes', *files],
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert not done.stderr, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_right(verdict):
    return verdict['got'] == ('valid' if verdict['expected'] else 'invalid')


def tell(verdict):
    return (f"{verdict['file']}: {verdict['group']}: {verdict['test']}: "
            f"expected {verdict['expected']}, got {verdict['got']}")


@pytest.mark.parametrize('draft', DRAFTS)
def test_required(draft):
    files = sorted((suite_folder() / 'tests' / f'draft{draft}').glob('*.json'))
    verdicts = run(draft, 'plain', files)
    wrong = [tell(verdict) for verdict in verdicts if not is_right(verdict)]
    assert len(verdicts) >= REQUIRED_AT_LEAST[draft]
    assert not wrong, '\n'.join(wrong)
    print(f'draft {draft}: {len(verdicts)} of {len(verdicts)} required tests pass')


@pytest.mark.parametrize('draft', DRAFTS)
def test_optional(draft):
    folder = suite_folder() / 'tests' / f'draft{draft}' / 'optional'
    verdicts = run(draft, 'plain', sorted(folder.glob('*.json')))
    verdicts += run(draft, 'format', sorted((folder / 'format').glob('*.json')))
    counts = collections.defaultdict(collections.Counter)
    wrong = set()
    for verdict in verdicts:
        name = str(pathlib.Path(verdict['file']).relative_to(folder))
        counts[name]['all'] += 1
        counts[name]['right'] += is_right(verdict)
        if not is_right(verdict):
            wrong.add((draft, name, verdict['group'], verdict['test']))
    for name, count in sorted(counts.items()):
        print(f"draft {draft}: optional/{name}: {count['right']} of {count['all']}")
    assert {'bignum.json', 'ecmascript-regex.json', 'format/date-time.json'} <= set(counts)
    assert wrong == {row for row in EXPECTED_FAILURES if row[0] == draft}
