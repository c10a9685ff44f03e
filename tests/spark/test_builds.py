"""Builds on Spark and on DuckDB say the same: every fact and mart, full and carried on, late arrivals included.

What Spark made is compared twice: as readers find it in the warehouse, and each mart, views too, as Spark sees it.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lake import published
from tests.spark.builds import Place, company_lake, differences, history_lake

pytestmark = pytest.mark.timeout(1500)
LAKES: dict[str, Callable[[Path], Callable[[Path], object]]] = {"company": company_lake, "history": history_lake}


@pytest.fixture(scope="module", params=LAKES)
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Story":
    folder = tmp_path_factory.mktemp(request.param)
    return Story(folder, LAKES[request.param](folder / "duckdb"))


class Story:
    """Two places with one lake, in which one engine each builds."""

    def __init__(self, folder: Path, land_later: Callable[[Path], object]) -> None:
        self.duckdb = Place(folder / "duckdb")
        self.duckdb.build("duckdb")
        self.spark = self.duckdb.copied_to(folder / "spark")
        self._land_later = land_later

    def land_later(self) -> None:
        for place in (self.duckdb, self.spark):
            self._land_later(place.data)


def test_a_full_build_is_equal(places: Story) -> None:
    outcome = places.spark.build("spark")
    assert outcome.is_full
    assert not list(differences(places.spark, published(places.duckdb.data)))


def test_a_build_that_carries_on_is_equal(places: Story) -> None:
    places.land_later()
    expected = places.duckdb.build("duckdb")
    outcome = places.spark.build("spark")
    assert (outcome.is_full, outcome.new_segments) == (False, expected.new_segments)
    assert not list(differences(places.spark, published(places.duckdb.data)))
