# SPDX-License-Identifier: Apache-2.0
"""Go's clients: confluent-kafka-go's schemaregistry and franz-go's sr (tests/clients/go)."""
import pytest
from programs import build, cases, check
from scute import ROOT

pytestmark = pytest.mark.timeout(900)
CASES = [f"confluent.{name}" for name in (
    "registerLookUpGet", "deletes", "compatibility", "config", "references", "errors",
    "avroSerializer", "jsonSerializer", "protobufSerializer", "protobufNested",
    "protobufReferences")]
CASES += [f"franz.{name}" for name in (
    "registerLookUpGet", "byID", "deletes", "compatibility", "config", "mode", "references",
    "types", "allSchemas", "errors", "serde")]


@pytest.fixture(scope="module")
def results(all_registry):
    cache = ROOT / ".cache" / "clients"
    directory = build("go", [["go", "build", "-o", "clients", "."]],
                      GOFLAGS="-mod=mod -modcacherw", GOMODCACHE=str(cache / "go-modules"),
                      GOCACHE=str(cache / "go-build"))
    return cases([directory / "clients", all_registry.url, all_registry.profile], directory)


@pytest.mark.parametrize("case", CASES)
def test_case(results, case):
    check(results, case)
