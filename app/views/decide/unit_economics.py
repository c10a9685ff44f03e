"""Unit economics: what a request and a user cost and bring in, where that goes, and the month in which it turns."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, choices, decide_words, evidence, figures, grids
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.grids import Column
from app.views.decide import inputs
from transforms.decisions.checks import DecisionError
from transforms.decisions.projection import Growth, Turning, project, turning
from transforms.decisions.unit_economics import SCALES, Unit, share_known
from transforms.decisions.written import figure

Row = dict[str, Any]
FIGURES = ("cost_usd", "revenue_usd", "other_cost_usd", "requests", "active_users")
GOOD = {"good": True, "concerning": False}


@dataclass(frozen=True)
class Outlook:
    """What the page was asked for the months to come."""

    growth: Growth
    months: int
    target: Decimal


def render(context: Context) -> None:
    rows = context.rows("unit_economics")
    top = st.container()
    months = _scope(rows)
    try:
        with st.expander("The month to begin with, and where it goes"):
            now = _now(next((row for row in months if row["is_whole"]), None))
            outlook = _outlook()
        units = project(now, outlook.growth, outlook.months)
        found = None if now.gross_margin is None else turning(now, outlook.growth, outlook.months, outlook.target)
    except DecisionError as error:
        st.error(str(error), icon=":material/edit:")
        return
    with top:
        headline(_verdict(now, found, outlook), _sub(months, now))
    evidence.of(months)
    _cards(now, found, outlook)
    if found is None:
        _no_revenue()
    else:
        _fan(found, units, outlook)
    if months:
        _months(months)


def _scope(rows: list[Row]) -> list[Row]:
    """The months of the scope that is chosen, the newest first."""
    names = {(row["organization"], row["environment"], row["scope_kind"], row["scope"]): _name(row) for row in rows}
    if not names:
        return []
    labels = list(dict.fromkeys(names.values()))
    picked = choices.listed("of", "Of", {label: label for label in labels}, width=320)
    return [row for row in rows if _name(row) == picked]


def _name(row: Row) -> str:
    kind = row["scope_kind"]
    name = row["organization"] or "the organization" if kind == "organization" else f"{kind} {row['scope']}"
    return f"{name} · {row['environment']}" if row["environment"] else name


def _now(row: Row | None) -> Unit:
    """What is typed, else the last whole month."""
    labels = ("Models, US$", "Revenue, US$", "Other costs, US$", "Requests", "Active users")
    known = {
        name: "" if row is None or row[name] is None else f"{Decimal(row[name]).normalize():f}" for name in FIGURES
    }
    known["cost_usd"] = known["cost_usd"] or "0"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        said = {
            name: inputs.typed(
                name.removesuffix("_usd"), label, known[name], lambda text: figure(text) if text else None
            )
            for name, label in zip(FIGURES, labels, strict=True)
        }
    typed = {name: value for name, value in said.items() if value is not None}
    is_measured = row is not None and said["cost_usd"] == row["cost_usd"]
    return Unit(**typed, known_share=share_known(row) if row is not None and is_measured else Decimal(1))


def _outlook() -> Outlook:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        growth = Growth(
            inputs.change("users_growth", "Users grow by", "2%:5%:9%", decide_words.RATE),
            inputs.change("requests_growth", "Requests a user", "0%", decide_words.RATE),
            inputs.change("revenue_growth", "Revenue a user", "0%", decide_words.RATE),
            inputs.change("efficiency", "A request gets cheaper", "0%:2%:4%", decide_words.RATE),
        )
        return Outlook(growth, inputs.whole("months", "Months", "24"), inputs.percent("target", "Target margin", "60%"))


def _verdict(now: Unit, found: Turning | None, outlook: Outlook) -> str:
    if found is None:
        each = now.cost_per_request_usd
        least = "at least " if now.is_at_least else ""
        return (
            f"A request costs {least}{figures.money(each)}"
            if each is not None
            else "What a unit earns is not known yet"
        )
    margin = f"The gross margin is {'at most ' if now.is_at_least else ''}{_percent(now.gross_margin)}"
    does = f"falls below {_percent(outlook.target)}" if found.is_there_now else f"comes to {_percent(outlook.target)}"
    if found.expected is None:
        stays = "stays above" if found.is_there_now else "does not come to"
        return f"{margin} and {stays} {_percent(outlook.target)} within {outlook.months} months"
    return f"{margin} and {does} in {found.expected} month{'' if found.expected == 1 else 's'}"


def _sub(months: list[Row], now: Unit) -> str:
    whole = next((row for row in months if row["is_whole"]), None)
    if whole is None:
        return "No month of the data is whole yet: type one below. The period filter does not apply here."
    unknown = (
        f" The cost of {figures.count(whole['unknown_cost_calls'])} of its calls is unknown: all margins are at most"
    )
    note = f"{unknown} what is shown." if now.is_at_least else ""
    return f"{whole['month']:%B %Y}, the last whole month, carried on. The period filter does not apply here.{note}"


def _cards(now: Unit, found: Turning | None, outlook: Outlook) -> None:
    cards(
        [
            _card("Models ÷ revenue", now, "ai_cost_ratio", _percent, decide_words.AI_COST_RATIO),
            _card("Gross margin", now, "gross_margin", _percent, decide_words.GROSS_MARGIN),
            _card("Cost of a request", now, "cost_per_request_usd", figures.money, decide_words.COST_PER_REQUEST),
            Card(
                "It turns",
                _when(found.expected) if found else figures.UNKNOWN,
                decide_words.TURNS,
                range=f"{_when(found.p10)} – {_when(found.p90)}" if found else "",
                change=f"margin of {_percent(outlook.target)}",
            ),
        ]
    )


def _card(label: str, now: Unit, name: str, write: Callable[[Decimal | None], str], definition: str) -> Card:
    value, judged = getattr(now, name), now.judged[name]
    bound = ("at most " if SCALES[name].is_high_good else "at least ") if now.is_at_least else ""
    missing = "not known" if value is None else f"no verdict: cost of {_percent(1 - now.known_share)} of calls unknown"
    shown = f"{bound}{write(value)}" if value is not None else figures.UNKNOWN
    return Card(label, shown, definition, change=judged or missing, is_good=GOOD.get(judged or ""))


def _when(month: int | None) -> str:
    return "not in sight" if month is None else "now" if month == 0 else f"month {month}"


def _percent(value: Decimal | None) -> str:
    """Margins may lie below zero."""
    return figures.UNKNOWN if value is None else f"{value * 100:,.0f} %".replace("-", figures.MINUS)


def _no_revenue() -> None:
    finding(
        "Revenue is not known: no span tells it", "Type it above, or say it once for all months in a business file:"
    )
    st.code(decide_words.SMALLEST, language="csv")
    st.markdown(
        "Save it as `business.csv` and start with `SPANLEDGER_BUSINESS_FILE=business.csv`; Parquet is read as well. "
        "The next build shows it here. Columns `scope_kind` (team, project, workflow) and `scope` say it of a part."
    )


def _fan(found: Turning, units: list[Unit], outlook: Outlook) -> None:
    last = units[-1]
    never = f"; {figures.share(found.share_never)} of the paths do not turn" if found.share_never else ""
    margin = _percent(Decimal(str(found.margin_p50[-1])))
    finding(
        f"In {outlook.months} months half of the paths have a margin of {margin} or more",
        f"Band: eight in ten paths. Dashed: the target. Expected then: {figures.money(last.cost_usd)} a month "
        f"for models{never}.",
    )
    ends = zip(found.margin_p10, found.margin_p50, found.margin_p90, strict=True)
    rows = [{"at": month, "low": low, "middle": middle, "high": high} for month, (low, middle, high) in enumerate(ends)]
    evidence.worked_out(rows)
    charts.share_fan(rows, title="months from now", target=float(outlook.target))


def _months(rows: list[Row]) -> None:
    whole = [row for row in rows if row["is_whole"]]
    title = f"{len(whole)} whole month{'' if len(whole) == 1 else 's'} of the data"
    finding(title, "What the business file does not say is left open.")
    grids.grid(
        rows,
        [
            Column("month", "Month", html=_month),
            grids.money("cost_usd", "Models", bar=True),
            grids.money("revenue_usd", "Revenue", is_minor=True),
            grids.number("requests", "Requests", is_minor=True),
            grids.money("cost_per_request_usd", "A request", definition=decide_words.COST_PER_REQUEST),
            grids.money("cost_per_user_usd", "A user", definition=decide_words.COST_PER_USER, is_minor=True),
            grids.number("ai_cost_ratio", "÷ revenue", _ratio, definition=decide_words.AI_COST_RATIO, is_minor=True),
            grids.number("gross_margin", "Margin", _ratio, definition=decide_words.GROSS_MARGIN),
        ],
    )


def _month(row: grids.Row) -> str:
    notes = [] if row["is_whole"] else ["cut short"]
    if row["unknown_cost_calls"]:
        notes.append(f"cost of {figures.count(row['unknown_cost_calls'])} calls unknown")
    return grids.explained(f"{row['month']:%b %Y}", ", ".join(notes))


def _ratio(value: float | None) -> str:
    return _percent(None if value is None else Decimal(str(value)))
