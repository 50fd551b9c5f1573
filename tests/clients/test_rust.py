# SPDX-License-Identifier: Apache-2.0
"""Rust's client schema_registry_converter (tests/clients/rust)."""
import pytest
from programs import build, cases, check

pytestmark = pytest.mark.timeout(900)
CASES = [f"converter.{name}" for name in (
    "register_look_up_get", "compatibility", "errors", "avro", "avro_references", "json_schema",
    "protobuf", "protobuf_raw")]


@pytest.fixture(scope="module")
def results(all_registry):
    # Without a lock file: of what fits the manifest, the newest that this rust-version builds.
    directory = build("rust", [["cargo", "build", "--quiet"]],
                      CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS="fallback")
    program = directory / "target" / "debug" / "scute-clients"
    return cases([program, all_registry.url, all_registry.profile], directory)


@pytest.mark.parametrize("case", CASES)
def test_case(results, case):
    check(results, case)
