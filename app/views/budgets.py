"""Budgets: what is spent of each, what the next request meets, what remains and for how long."""

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import streamlit as st

from app import budget_words, evidence, figures, grids
from app.budget_words import STATES, STOPPED
from app.cards import finding, headline
from app.context import Context
from app.filters import Filters
from app.grids import Column
from app.palette import GREY

Row = dict[str, Any]
MOST_COUNTERS = 20


def render(context: Context) -> None:
    listed, past = context.rows("budgets"), context.rows("past_budgets")
    rows, apart = [row for row in listed if row["holds"]], [row for row in listed if not row["holds"]]
    if not listed and not past:
        _empty()
        return
    headline(title(rows), "As of the last build. Filters of team, model and period do not narrow this page.")
    evidence.of(listed)
    if rows:
        _budgets(context, rows)
    for row in rows:
        if row["is_of_each"] and row["counters"]:
            _counters(context, row)
    if apart:
        _apart(apart)
    if past:
        _past(context, past)


def _empty() -> None:
    headline(
        "No budgets yet",
        "A budget says who may spend how much in which time, and what happens on the way. The smallest useful one:",
    )
    st.code(budget_words.SMALLEST, language="yaml")
    st.markdown(
        "Save it as `budgets.yaml`, then `spanledger budget validate budgets.yaml`, and start with "
        "`SPANLEDGER_BUDGETS_FILE=budgets.yaml`. The next build shows it here. A threshold with `policy: pause` stops "
        "requests of those who ask `POST /v1/budget/check` first."
    )


def title(rows: list[Row]) -> str:
    """How budgets stand, in a line; ``rows`` of `queries/budgets.sql`, those nearest to their limits first."""
    stopped = [row["budget_id"] for row in rows if row["state"] in STOPPED]
    told = [row["budget_id"] for row in rows if row["state"] in ("warned", "slowed")]
    count = f"{figures.count(len(rows))} budgets"
    if len(rows) == 1:
        how = "at its limit" if stopped else "beyond a threshold, not used up" if told else "within its limit"
        return f"{rows[0]['budget_id']} is {how}"
    if stopped:
        more = f" and {len(stopped) - 2} more" if len(stopped) > 2 else ""
        are = "is" if len(stopped) == 1 else "are"
        return f"{len(stopped)} of {count} {are} at the limit: {', '.join(stopped[:2])}{more}"
    if told:
        return f"{rows[0]['budget_id']} is nearest to its limit; none of {count} is used up"
    return f"All of {count} are within their limits" if rows else "No budget holds now"


def _budgets(context: Context, rows: list[Row]) -> None:
    finding("What is spent of each", "Where a budget counts one by one, the counter nearest to its limit is shown.")
    grids.grid(
        rows,
        [
            Column("budget_id", "Budget", html=lambda row: grids.explained(row["budget_id"], _meaning(row))),
            Column("state", "State", _state_name, budget_words.STATE, colour=_colour),
            Column("share_used", "Used", html=_used, is_number=True, is_minor=True),
            Column(
                "spent", "Spent", html=lambda row: _link(context, row, budget_words.spent(row)), is_number=True,
                definition=budget_words.SPENT,
            ),
            Column(
                "remaining", "Remains", html=_remains, is_number=True, is_minor=True, definition=budget_words.REMAINS
            ),
            Column(
                "window_end", "Ends in", html=lambda row: budget_words.ends(row, context.until_at), is_number=True,
                is_minor=True, definition=budget_words.ENDS,
            ),
            Column("owner", "Owner", is_minor=True),
        ],
    )  # fmt: skip
    said = "".join(
        f"<p class='sl-note sl-muted'>{escape(_override(row))}</p>" for row in rows if row["override_reason"]
    )
    if said:
        st.html(f'<div class="sl">{said}</div>')


def _meaning(row: grids.Row) -> str:
    parts = [row["description"], f"{budget_words.window(row)}: {row['scope']}"]
    return ". ".join(part for part in parts if part)


def _state_name(state: str | None) -> str:
    return STATES[state][0] if state else "Nothing counted"


def _colour(row: grids.Row) -> str:
    return STATES[row["state"]][1] if row["state"] else GREY


def _used(row: grids.Row) -> str:
    share = row["share_used"]
    if share is None:
        return figures.share(None)
    track = (
        f'<div class="track minor"><i style="width:{min(float(share), 1) * 100:.1f}%;'
        f'background:{_colour(row)}"></i></div>'
    )
    return f'<div class="sl-bar">{track}<span class="amount">{figures.share(share)}</span></div>'


def _remains(row: grids.Row) -> str:
    if row["remaining"] is None:
        return budget_words.amount(row["limit_in_force"], row["unit"])
    over = row["remaining"] < 0
    return f"{budget_words.amount(abs(row['remaining']), row['unit'])}{' over' if over else ''}"


def _override(row: Row) -> str:
    usual, now = (budget_words.amount(row[name], row["unit"]) for name in ("own_limit", "limit_in_force"))
    until = f"{row['override_to']:%Y-%m-%d %H:%M} UTC"
    said = f"{now} instead of {usual} until {until}: {row['override_reason']} ({row['override_by']})"
    return f"{row['budget_id']} has {said}"


def _counters(context: Context, row: Row) -> None:
    more = f", the {MOST_COUNTERS} nearest to the limit" if row["counters"] > MOST_COUNTERS else ""
    stopped = f", {figures.count(row['stopped'])} at the limit" if row["stopped"] else ""
    count = f"{figures.count(row['counters'])} counter{'' if row['counters'] == 1 else 's'}"
    with st.expander(f"{row['budget_id']}: {count}{stopped}{more}"):
        counters = context.rows("budget_counters", budget=row["budget_id"])
        shared = {
            name: row[name] for name in (*budget_words.FILTERS, "window_kind", "window_seconds", "limit_in_force")
        }
        evidence.of(counters)
        grids.grid(
            [{**shared, "unpriced_calls": 0, "uncounted_calls": 0, **one} for one in counters],
            [
                Column("counter_key", row["scope"].partition("each ")[2], budget_words.counter),
                Column("state", "State", _state_name, colour=_colour),
                Column("share_used", "Used", html=_used, is_number=True),
                Column("spent", "Spent", html=lambda one: _link(context, one, _spent_of(one)), is_number=True),
                Column("last_call_at", "Last call (UTC)", lambda at: f"{at:%Y-%m-%d %H:%M}", is_minor=True),
            ],
        )


def _spent_of(row: grids.Row) -> str:
    return (
        f"{budget_words.amount(row['spent'], row['unit'])} of {budget_words.amount(row['limit_amount'], row['unit'])}"
    )


def _apart(rows: list[Row]) -> None:
    """Budgets that the file names and that stop nobody: none of their versions holds at this time."""
    finding("Not in force", "No version of these holds now: they count nothing and stop nobody.")
    grids.grid(
        rows,
        [
            Column("budget_id", "Budget", html=lambda row: grids.explained(row["budget_id"], _meaning(row))),
            Column("own_limit", "Limit", html=_own_limit, is_number=True),
            Column("valid_from", "In force (UTC)", html=_when_in_force),
            Column("owner", "Owner", is_minor=True),
        ],
    )


def _own_limit(row: grids.Row) -> str:
    unit = "" if row["unit"] == "usd" else f" {row['unit']}"
    return f"{budget_words.amount(row['own_limit'], row['unit'])}{unit}"


def _when_in_force(row: grids.Row) -> str:
    if row["is_to_come"]:
        return f"from {row['valid_from']:%Y-%m-%d %H:%M}"
    return f"until {row['valid_to']:%Y-%m-%d %H:%M}"


def _past(context: Context, rows: list[Row]) -> None:
    finding(
        "Periods that are over and went beyond a threshold",
        "By the limit that was in force at their end; of several counters the one that went furthest.",
    )
    grids.grid(
        rows,
        [
            Column("budget_id", "Budget"),
            Column("window_start", "Since (UTC)", html=budget_words.period),
            Column("counter_key", "Counter", html=_furthest, is_minor=True),
            Column("state", "State", _state_name, colour=_colour),
            Column("share_used", "Used", html=_used, is_number=True, is_minor=True),
            Column("spent", "Spent", html=_spent_of, is_number=True),
            Column("owner", "Owner", is_minor=True),
        ],
    )


def _furthest(row: grids.Row) -> str:
    more = f" and {figures.count(row['counters'] - 1)} more" if row["counters"] > 1 else ""
    return escape(budget_words.counter(row["counter_key"]) + more)


def _link(context: Context, row: grids.Row, text: str) -> str:
    """The calls behind a number, where some were counted."""
    if not row["spent"]:
        return text
    values = {name: row[name] for name in budget_words.FILTERS if row[name] is not None}
    values |= budget_words.values_of(row["counter_key"])
    plain = Filters(_days(row), {})
    url = context.link(
        "calls", plain.with_only(**{budget_words.FILTERS[name]: value for name, value in values.items()})
    )
    return f'<a href="{url.replace("&", "&amp;")}" target="_self">{text}</a>'


def _days(row: grids.Row) -> str:
    """The days of a window, as the address names a period; windows that no midnight of UTC cuts reach into both."""
    if row["window_start"] is None:
        return "all"
    last = (row["window_end"] - timedelta(microseconds=1)).astimezone(UTC)
    return f"{row['window_start'].astimezone(UTC):%Y-%m-%d}..{min(last, datetime.max.replace(tzinfo=UTC)):%Y-%m-%d}"
