# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from broker import Broker  # noqa: E402
from scute import Daemon  # noqa: E402


@pytest.fixture(scope="session")
def kafka():
    broker = Broker()
    yield broker
    broker.close()


@pytest.fixture
def topic_name():
    return f"schemas-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def make_daemon(tmp_path, kafka, topic_name):
    """make_daemon(**config) starts one on a topic of the test's own; all are stopped at the end."""
    made = []

    def make(start=True, **config):
        directory = tmp_path / f"daemon{len(made)}"
        directory.mkdir()
        daemon = Daemon(directory, **{"store": "kafka", "bootstrap_uri": kafka.address,
                                      "topic_name": topic_name, **config})
        made.append(daemon)
        return daemon.start() if start else daemon

    yield make
    for daemon in made:
        daemon.stop()


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()
