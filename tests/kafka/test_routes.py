# SPDX-License-Identifier: Apache-2.0
"""tests/routes.py on a real broker: the answers are those of the journal store."""
import uuid

import pytest

import routes
from scute import Daemon, all_formats


@pytest.fixture(scope="module", params=["karapace", "confluent"])
def filled(request, tmp_path_factory, kafka):
    daemon = Daemon(tmp_path_factory.mktemp("routes"), store="kafka", bootstrap_uri=kafka.address,
                    topic_name=f"schemas-{uuid.uuid4().hex[:12]}", response_profile=request.param,
                    **all_formats())
    yield routes.prepare(daemon.start())
    daemon.stop()


@pytest.mark.parametrize("row", routes.ROWS, ids=str)
def test_row(filled, row):
    routes.check(filled, row)
