# SPDX-License-Identifier: Apache-2.0
import os

import kill

ROUNDS_A_JOURNAL = 10  # then a new one: what is checked grows with every round


def test_kill_at_random_points_on_the_journal(make_daemon):
    slow = "ASAN_OPTIONS" in os.environ
    count = 1000 if "SCUTE_LONG" in os.environ else 20 if slow else 200
    acknowledged = 0
    for seed in range(count // ROUNDS_A_JOURNAL):
        daemon = make_daemon()
        acknowledged += kill.rounds(daemon, ROUNDS_A_JOURNAL, writers_at_once=8, seconds_max=0.08,
                                    seed=seed)
        daemon.stop()
    assert acknowledged > count
