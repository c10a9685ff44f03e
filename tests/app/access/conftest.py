"""Builds with something of others of every kind, made once."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.app.access import planted


@pytest.fixture(scope="session")
def builds(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two data directories that differ in other teams' rows alone."""
    folder = tmp_path_factory.mktemp("scopes")
    for mark, is_other in zip(planted.MARKS, (False, True), strict=True):
        planted.publish(sample, folder / mark, mark, is_other=is_other)
    return folder / planted.MARKS[0], folder / planted.MARKS[1]
