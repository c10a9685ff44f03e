"""The simulated company, with all recordings, on Spark and on DuckDB, after days were closed: anew, and carried on with
late arrivals, of closed days too."""

import pytest

from tests.spark.builds import Story, company_lake

pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("company"), company_lake, closes=True)


def test_a_full_build_is_equal(story: Story) -> None:
    story.builds_everything()


def test_a_build_that_carries_on_is_equal(story: Story) -> None:
    story.carries_on()
