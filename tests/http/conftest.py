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
def shared(tmp_path_factory):
    """One daemon for all tests of a file that leave nothing behind in it."""
    daemon = Daemon(tmp_path_factory.mktemp("shared")).start()
    yield daemon
    daemon.stop()
