"""Old links of the page "Why it changed" say the same in the filters' words."""

from datetime import date

import pytest

from app.times.old_links import renewed

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("asked", "period", "compare"),
    [
        ({"compare": "last_28_days"}, "2026-10-25..2026-11-21", "2026-09-27..2026-10-24"),
        ({"compare": "last_7_days"}, "2026-11-15..2026-11-21", "2026-11-08..2026-11-14"),
        ({"compare": "month", "month": "2026-10"}, "2026-10-01..2026-10-31", "2026-09-01..2026-09-30"),
        ({"compare": "month"}, "2026-11-01..2026-11-21", "2026-10-01..2026-10-21"),
        (
            {"compare": "days", "before": "2026-10-01..2026-10-10", "after": "2026-11-01..2026-11-05"},
            "2026-11-01..2026-11-05",
            "2026-10-01..2026-10-10",
        ),
    ],
)
def test_an_old_link_keeps_its_days(asked: dict[str, str], period: str, compare: str) -> None:
    given = {name: [value] for name, value in asked.items()} | {"team": ["legal"]}
    said = renewed(given, TODAY)
    assert said is not None
    assert (said["period"], said["compare"], said["team"]) == ([period], [compare], ["legal"])


@pytest.mark.parametrize(
    "asked", [{"compare": ["4w"]}, {}, {"compare": ["days"]}, {"compare": ["month"], "month": ["soon"]}]
)
def test_any_other_address_is_left_to_be_read(asked: dict[str, list[str]]) -> None:
    assert renewed(asked, TODAY) is None
