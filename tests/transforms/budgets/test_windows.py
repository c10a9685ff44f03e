"""Windows: where they begin and end, in which zone, and that they tile time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.budgets.windows import OF_DAYS, Window

AT = datetime(2026, 11, 22, 17, 8, 35, tzinfo=UTC)  # a Sunday


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year, month, day, hour


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (Window("hour"), utc(2026, 11, 22, 17), utc(2026, 11, 22, 18)),
        (Window("day"), utc(2026, 11, 22), utc(2026, 11, 23)),
        (Window("day", None, "Asia/Kolkata"), utc(2026, 11, 21, 18, 30), utc(2026, 11, 22, 18, 30)),
        (Window("week"), utc(2026, 11, 16), utc(2026, 11, 23)),
        (Window("month"), utc(2026, 11, 1), utc(2026, 12, 1)),
        (Window("month", None, "America/New_York"), utc(2026, 11, 1, 4), utc(2026, 12, 1, 5)),  # clocks went back
        (Window("quarter"), utc(2026, 10, 1), utc(2027, 1, 1)),
        (Window("rolling", 3600), utc(2026, 11, 22, 16), utc(2026, 11, 22, 17, 15)),
        (Window("run"), None, None),
        (Window("total"), None, None),
    ],
    ids=lambda value: value.kind + value.time_zone if isinstance(value, Window) else "",
)
def test_bounds(window: Window, start: datetime | None, end: datetime | None) -> None:
    assert window.bounds(AT) == (start, end)


@given(
    st.sampled_from(["hour", *OF_DAYS]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe"]),
    st.integers(946_684_800, 2_208_988_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_windows_tile_time(kind: str, zone: str, at: datetime) -> None:
    window = Window(kind, None, "UTC" if kind == "hour" else zone)
    start, end = window.bounds(at)
    assert start is not None
    assert end is not None
    assert start <= at < end
    assert window.bounds(start) == window.bounds(end - timedelta(microseconds=1)) == (start, end)
    assert window.bounds(end)[0] == end


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a time with a zone"):
        Window("day").bounds(AT.replace(tzinfo=None))
