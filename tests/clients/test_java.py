# SPDX-License-Identifier: Apache-2.0
"""Java's clients: Confluent's (inside Flink's connector), Flink's and Spring's (tests/clients/java)."""
import pytest
from programs import build, cases, check, tool

pytestmark = pytest.mark.timeout(900)
CASES = [f"confluent.{name}" for name in (
    "registerLookUpGet", "byId", "deletes", "compatibility", "config", "mode", "importMode",
    "references", "metadata", "errors", "types", "json", "protobuf")]
CASES += ["flink.avro", "flink.readerSchema", "spring.registerAndFetch", "spring.errors"]


@pytest.fixture(scope="module")
def results(all_registry):
    directory = build("java", [
        ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime",
         "-DoutputDirectory=jars"],
        ["javac", "-proc:none", "-sourcepath", ".", "-cp", "jars/*",
         "-d", "classes", "Main.java"]])
    return cases([tool("java"), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", "classes:jars/*",
                  "Main", all_registry.url, all_registry.profile], directory)


@pytest.mark.parametrize("case", CASES)
def test_case(results, case):
    check(results, case)
