"""The lock files pin every package by version and hash, from the package index alone, and cover pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+?))?(?: --hash=sha256:[0-9a-f]{64})+$"
)
CURE = "write requirements.lock again with hashes (CONTRIBUTING.md has the command)"
LOCK, SPARK_LOCK = "requirements.lock", "requirements-spark.lock"


def entries(lock: str = LOCK) -> list[str]:
    """One text a package, its continuation lines joined."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def locked(lock: str) -> dict[str, str]:
    """Versions by name."""
    return {canonicalize_name(line.partition("==")[0]): line.partition("==")[2].split()[0] for line in entries(lock)}


@pytest.mark.parametrize("lock", [LOCK, SPARK_LOCK])
def test_every_package_has_a_version_and_hashes_and_comes_from_the_index(lock: str) -> None:
    wrong = [line[:80] for line in entries(lock) if not ENTRY.match(line)]
    assert not wrong, f"these lines are not name==version with sha256 hashes: {wrong}; {CURE}"


def test_the_lock_covers_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    cover(locked(LOCK), [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]])


def test_the_lock_for_spark_covers_its_extra_and_repeats_nothing() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    cover(locked(SPARK_LOCK), project["project"]["optional-dependencies"]["spark"])
    both = set(locked(SPARK_LOCK)) & set(locked(LOCK))
    assert not both, f"{both} stand in both locks, which are installed into one environment; {CURE}"


def cover(versions: dict[str, str], wanted: list[str]) -> None:
    """Each requirement has a version that it allows."""
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is in pyproject.toml and not in the lock; {CURE}"
        assert requirement.specifier.contains(version), (
            f"the lock has {requirement.name} {version}, not {requirement}; {CURE}"
        )
