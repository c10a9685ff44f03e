"""The order of the tests."""

from tests.conftest import LONGEST, TESTS


def test_files_that_begin_first_are_there() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
