"""The dbt project: where it is, what it says of its models, and which version of it this is. Nothing here loads dbt."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # ships no types

PROJECT = Path(__file__).resolve().parent.parent.parent / "dbt_project"
DUCKDB = "duckdb"
"""The target of `profiles.yml` that makes the warehouse."""


def digest() -> bytes:
    """SHA-256 of the project's files: other models, other digest. 32 bytes."""
    result = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in {".sql", ".yml"} and "target" not in path.parts:
            result.update(path.name.encode() + path.read_bytes())
    return result.digest()


def described(layer: str) -> Iterator[dict[str, Any]]:
    """What the project says of each model of a layer that has columns: their names, types and descriptions."""
    for path in sorted((PROJECT / "models" / layer).glob("*.yml")):
        yield from yaml.load(path.read_text(), yaml.CSafeLoader).get("models", [])
