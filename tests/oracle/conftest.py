# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from ours import Oracle  # noqa: E402


@pytest.fixture(scope="session")
def oracle():
    """The plugin under test."""
    made = Oracle()
    yield made
    made.close()
