# SPDX-License-Identifier: Apache-2.0
"""JavaScript's clients: Confluent's, KafkaJS' and avro-schema-registry (tests/clients/node).

Versions are the newest that Node 18 runs, which is Debian 12's: KafkaJS' 4 wants Node 22.
"""
import pytest
from programs import build, cases, check, tool

pytestmark = pytest.mark.timeout(900)
PROGRAMS = {
    "confluent": [
        "registerLookUpGet", "fullResponse", "deletes", "deleteSubject", "compatibility", "config",
        "references", "errors", "associations", "avroSerializer", "jsonSerializer",
        "protobufSerializer", "protobufFirstMessage"],
    "kafkajs": [
        "avro", "lookUpAndLatest", "incompatible", "levelOfItsOwn", "json", "protobuf",
        "avroReferences", "jsonReferences", "protobufReferences", "errors"],
    "avro": ["keyAndMessage", "byId", "errors"],
}
CASES = [f"{program}.{name}" for program, names in PROGRAMS.items() for name in names]


@pytest.fixture(scope="module")
def results(all_registry):
    directory = build("node", [["npm", "install", "--no-package-lock", "--no-audit", "--no-fund",
                                "--ignore-scripts", "--loglevel=error"]])
    found = {}
    for program in PROGRAMS:
        found |= cases([tool("node"), f"{program}.mjs", all_registry.url, all_registry.profile], directory)
    return found


@pytest.mark.parametrize("case", CASES)
def test_case(results, case):
    check(results, case)
