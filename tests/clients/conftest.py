# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from broker import Broker  # noqa: E402
from scute import Daemon  # noqa: E402


@pytest.fixture(scope="session")
def kafka():
    broker = Broker()
    yield broker
    broker.close()


@pytest.fixture(params=["karapace", "confluent"])
def registry(request, tmp_path):
    daemon = Daemon(tmp_path, response_profile=request.param).start()
    yield daemon
    daemon.stop()
