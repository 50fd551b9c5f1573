# SPDX-License-Identifier: Apache-2.0
import quickstart
from scute import all_formats


def test_quickstart(daemon):
    quickstart.run(daemon)


def test_quickstart_survives_a_restart(daemon):
    quickstart.run(daemon)
    before = [daemon.get(path) for path in ("/subjects", "/subjects?deleted=true", "/config",
                                            "/config/test-key", "/schemas", "/schemas/ids/1")]
    daemon.restart()
    assert before == [daemon.get(path) for path in ("/subjects", "/subjects?deleted=true", "/config",
                                                    "/config/test-key", "/schemas", "/schemas/ids/1")]


def test_json_schema_after_avro(make_daemon):
    quickstart.run_json(make_daemon(**all_formats()))
