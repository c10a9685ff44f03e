"""One lake, one collector, and nothing lands in another lake unnoticed."""

import dataclasses
import os
import shutil
from pathlib import Path

import pytest

from collector.config import CollectorConfig
from collector.files import LockedError, make_folder
from collector.store import lake_place
from collector.store.lake_file import LakeError
from spanledger.building.build import Builder
from tests.collector.running import Collector, configuration


@pytest.fixture
def config(tmp_path: Path) -> CollectorConfig:
    config = configuration(tmp_path / "data", lake=tmp_path / "lake")
    make_folder(config.run)
    return config


def claimed(config: CollectorConfig) -> None:
    os.close(lake_place.claim(config))


def test_a_lake_that_is_gone_is_not_begun_anew(config: CollectorConfig, tmp_path: Path) -> None:
    claimed(config)
    lake_place.check(config)
    config.lake.rename(tmp_path / "away")
    with pytest.raises(lake_place.LakeGoneError, match=r"the lake is gone from .*: mount it or restore it"):
        lake_place.check(config)
    config.lake.mkdir()  # a mount point without its disk
    with pytest.raises(lake_place.LakeGoneError):
        claimed(config)
    assert list(config.lake.iterdir()) == []
    config.lake.rmdir()
    (tmp_path / "away").rename(config.lake)
    lake_place.check(config)
    claimed(config)


def test_nothing_is_built_of_a_lake_that_is_gone(config: CollectorConfig) -> None:
    claimed(config)
    shutil.rmtree(config.lake)
    with pytest.raises(LakeError, match="the lake is gone"):
        Builder(config.data, config.lake).build()
    assert not (config.data / "builds" / "CURRENT").exists()


def test_another_lake_in_its_place_is_noticed(config: CollectorConfig) -> None:
    claimed(config)
    shutil.rmtree(config.lake)
    other = dataclasses.replace(config, data=config.data.with_name("other"))
    make_folder(other.run)
    claimed(other)
    with pytest.raises(lake_place.LakeGoneError):
        lake_place.check(config)


def test_another_path_is_another_lake_and_a_lake_may_move(config: CollectorConfig, tmp_path: Path) -> None:
    claimed(config)
    claimed(dataclasses.replace(config, lake=tmp_path / "new"))
    claimed(config)
    config.lake.rename(tmp_path / "moved")
    claimed(dataclasses.replace(config, lake=tmp_path / "moved"))
    assert not config.lake.exists()


def test_forgetting_the_lake_begins_an_empty_one(config: CollectorConfig) -> None:
    claimed(config)
    shutil.rmtree(config.lake)
    (config.run / lake_place.NAME).unlink()
    claimed(config)
    lake_place.check(config)


def test_a_second_collector_on_one_lake_names_the_first(config: CollectorConfig) -> None:
    with Collector(config) as first:
        other = dataclasses.replace(config, data=config.data.with_name("other"))
        second = Collector(other)
        assert second.process.wait(60) != 0
        assert (
            f"the lake {config.lake} is in use by the collector with process id {first.process.pid}" in second.errors()
        )
        assert "SPANLEDGER_LAKE" in second.errors()
        assert first.stop() == 0
    held = lake_place.claim(config)
    with pytest.raises(LockedError):
        lake_place.claim(other)
    os.close(held)
