# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from broker import Broker  # noqa: E402
from scute import Daemon, all_formats  # noqa: E402


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


@pytest.fixture(scope="module", params=["karapace", "confluent"])
def all_registry(request, tmp_path_factory):
    """One daemon with every format for the cases of a program, which keep to subjects of their own."""
    daemon = Daemon(tmp_path_factory.mktemp("registry"), response_profile=request.param, **all_formats())
    daemon.profile = request.param
    daemon.start()
    yield daemon
    daemon.stop()
