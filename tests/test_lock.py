"""The lock file pins every package by version and hash, from the package index alone, and covers pyproject.toml."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+?))?(?: --hash=sha256:[0-9a-f]{64})+$"
)
CURE = "write requirements.lock again with hashes (CONTRIBUTING.md has the command)"


def entries() -> list[str]:
    """One text a package, its continuation lines joined."""
    text = (ROOT / "requirements.lock").read_text().replace("\\\n", " ")
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def test_every_package_has_a_version_and_hashes_and_comes_from_the_index() -> None:
    wrong = [line[:80] for line in entries() if not ENTRY.match(line)]
    assert not wrong, f"these lines are not name==version with sha256 hashes: {wrong}; {CURE}"


def test_the_lock_covers_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2].split()[0] for line in entries()}
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is in pyproject.toml and not in the lock; {CURE}"
        assert requirement.specifier.contains(version), (
            f"the lock has {requirement.name} {version}, not {requirement}; {CURE}"
        )
