"""A small data directory with a lake and a published build, made once."""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from tests.lake import land
from tests.once import once


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine days of the simulated company in a lake, and a build of them; to be read only."""

    def make(folder: Path) -> None:
        data = folder / "data"
        land(requests(simulate(7, 9, 0.05, end=date(2026, 11, 1))), data)
        Builder(data, data / "lake").build()

    return once(tmp_path_factory, "nine-days", make) / "data"


@pytest.fixture
def data(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to break, in a directory without a settings file, without settings in the environment."""
    for name in [name for name in os.environ if name.startswith("SPANLEDGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(made, tmp_path / "data"))
