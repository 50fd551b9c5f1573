# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from scute import Daemon  # noqa: E402


@pytest.fixture
def make_daemon(tmp_path):
    """make_daemon(**config) starts one; all are stopped at the end, cleanly."""
    made = []

    def make(start=True, **config):
        directory = tmp_path / f"daemon{len(made)}"
        directory.mkdir()
        daemon = Daemon(directory, **config)
        made.append(daemon)
        return daemon.start() if start else daemon

    yield make
    for daemon in made:
        daemon.stop()


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()


@pytest.fixture
def confluent(make_daemon):
    return make_daemon(response_profile="confluent")


@pytest.fixture(params=["karapace", "confluent"])
def any_profile(request, make_daemon):
    return make_daemon(response_profile=request.param)


@pytest.fixture(scope="module")
def make_shared(tmp_path_factory):
    """As make_daemon, for tests of a file that do not disturb one another."""
    made = []

    def make(**config):
        made.append(Daemon(tmp_path_factory.mktemp("shared"), **config).start())
        return made[-1]

    yield make
    for daemon in made:
        daemon.stop()


@pytest.fixture(scope="module")
def shared(make_shared):
    return make_shared()


@pytest.fixture(scope="module", params=["karapace", "confluent"])
def shared_any_profile(request, make_shared):
    return make_shared(response_profile=request.param)
