# SPDX-License-Identifier: Apache-2.0
import os

import kill


def test_kill_at_random_points_on_kafka(daemon):
    count = 100 if "SCUTE_LONG" in os.environ else 20
    assert kill.rounds(daemon, count, writers_at_once=4, seconds_max=0.15) > count
