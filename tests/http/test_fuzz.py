# SPDX-License-Identifier: Apache-2.0
"""The API fuzzer on a daemon: a short form each time, minutes of it with SCUTE_LONG=1."""
import os
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fuzz"))

from fuzz_api import LONG_SECONDS, SHORT_REQUESTS, fuzz  # noqa: E402

LONG = os.environ.get("SCUTE_LONG") == "1"


@pytest.mark.parametrize("profile", ["karapace", "confluent"])
def test_any_request(make_daemon, profile):
    seed = int(time.time()) if LONG else 1
    print("seed", seed)
    counts = fuzz(make_daemon(response_profile=profile), seed, LONG_SECONDS / 2 if LONG else 0)
    assert sum(counts.values()) >= SHORT_REQUESTS * 3 // 4
    assert counts[200] > sum(counts.values()) // 20
    assert counts[404] > 0 and counts[422] > 0
