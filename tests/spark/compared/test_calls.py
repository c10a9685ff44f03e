"""50,000 calls on Spark and on DuckDB: anew, and carried on with late arrivals. The longest of these tests."""

from functools import partial

import pytest

from tests.spark.builds import Story, history_lake
from tests.spark.session import local_session

pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("history"), history_lake, partial(local_session, compiles=True))


def test_a_full_build_is_equal(story: Story) -> None:
    story.builds_everything()


def test_a_build_that_carries_on_is_equal(story: Story) -> None:
    story.carries_on()
