"""Trace: one trace as a tree of spans, with what each call cost, when it ran and what its spend was worth."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from app import evidence, figures, grids
from app.cards import facts, finding, headline
from app.context import Context
from app.grids import Column
from app.palette import GREY, SPEND_CLASS
from app.views import call_costs, verdicts

SHOWN_SPANS = 500


def render(context: Context) -> None:
    trace = st.query_params.get("trace", "").strip().lower()
    if not trace:
        _ask(context)
        return
    spans = context.rows("trace_spans", trace_id=trace, org=st.query_params.get("org"))
    if not spans:
        st.warning(f"No trace {trace} in this build.", icon=":material/search_off:")
        _ask(context)
        return
    _head(context, trace, spans)
    marked = next((span for span in spans if span["span_id"] == st.query_params.get("span")), None)
    if marked is not None:
        call_costs.render(context, trace, marked, st.query_params.get("org"))
    shown = list(tree(spans))[:SHOWN_SPANS]
    hidden = f"the first {SHOWN_SPANS} of {len(spans)} are shown" if len(spans) > SHOWN_SPANS else ""
    finding(
        f"{len(spans)} spans, {sum(span['role'] == 'call' for span in spans)} of them calls"
        if len(spans) > 1
        else f"One span{', a call' if spans[0]['role'] == 'call' else ''}",
        hidden or "A call's cost leads to its charges, line by line.",
    )
    _grid(context, trace, shown, spans)


def _ask(context: Context) -> None:
    headline("Look at one trace", "Give its id, or choose one of the dearest below.")
    given = st.text_input("Trace id", placeholder="32 hex digits", max_chars=32, width=420)
    if given:
        st.query_params["trace"] = given
        st.rerun()
    finding("The dearest traces of the period")
    grids.grid(
        context.rows("dear_traces"),
        [
            Column(
                "trace_id",
                "Trace",
                href=lambda row: context.link("trace", trace=row["trace_id"], org=row["organization"] or ""),
            ),
            Column("workflow_id", "Workflow"),
            grids.money("cost_usd", "Cost", bar=True),
            grids.number("calls", "Calls", is_minor=True),
            Column("started_at", f"Start ({context.zone})", context.moment, is_minor=True),
        ],
    )


def _head(context: Context, trace: str, spans: list[dict[str, Any]]) -> None:
    known = [span["cost_usd"] for span in spans if span["cost_usd"] is not None]
    unpriced = sum(span["role"] == "call" and span["cost_usd"] is None for span in spans)
    first, last = _ends(spans)
    name = next((span["workflow_id"] for span in spans if span["workflow_id"]), spans[0]["name"])
    took = figures.duration((last - first).total_seconds() * 1000)
    headline(
        f"{name}: {'at least ' if unpriced else ''}{figures.money(sum(known, Decimal(0)))} in {took}",
        f"Trace {trace} · started {context.moment(first, has_seconds=True)} {context.zone}"
        + (f" · cost of {unpriced} calls unknown" if unpriced else ""),
    )
    days = [span["date"] for span in spans]
    asked = {"trace_id": trace, "org": st.query_params.get("org"), "from_date": min(days), "to_date": max(days)}
    tasks = context.rows("trace_tasks", **asked)
    evidence.of(spans, tasks)
    for task in tasks[:3]:
        pairs = {
            "Task": task["task_id"],
            "Outcome": verdicts.sentence(task),
            "Task's spend, all runs": figures.money(task["cost_usd"]),
            "Runs": figures.count(task["runs"]),
            "Traffic": task["traffic_source"],
            "Team": task["team"],
            "Run": task["workflow_run_id"],
        }
        facts((label, grids.text(value)) for label, value in pairs.items())
        verdicts.render(context, task)
    if len(tasks) > 3:
        st.caption(f"{len(tasks)} tasks have calls in this trace; the three dearest are described.")


def _ends(spans: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    return min(span["started_at"] for span in spans), max(_ended(span) for span in spans)


def _ended(span: dict[str, Any] | Any) -> datetime:
    return span["started_at"] + timedelta(milliseconds=span["duration_ms"] or 0)  # type: ignore[no-any-return]


def tree(spans: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The spans depth first, in order of start, each with its `depth`; a span whose parent is missing is a root."""
    ids = {span["span_id"] for span in spans}
    children: dict[str | None, list[dict[str, Any]]] = {}
    for span in sorted(spans, key=lambda span: (span["started_at"], span["span_id"])):
        parent = span["parent_span_id"] if span["parent_span_id"] in ids - {span["span_id"]} else None
        children.setdefault(parent, []).append(span)
    waiting, seen = [(0, span) for span in reversed(children.get(None, []))], set()
    while waiting:
        depth, span = waiting.pop()
        seen.add(span["span_id"])
        yield span | {"depth": depth}
        waiting += [(depth + 1, child) for child in reversed(children.get(span["span_id"], []))]
    yield from (span | {"depth": 0} for span in spans if span["span_id"] not in seen)  # a ring of parents


def _grid(context: Context, trace: str, shown: list[dict[str, Any]], spans: list[dict[str, Any]]) -> None:
    first, last = _ends(spans)
    marked = st.query_params.get("span")
    grids.grid(
        shown,
        [
            Column("name", "Span", html=lambda span: _name(span, marked)),
            Column("role", "Role", is_minor=True),
            Column("model", "Model", lambda value: value or "", is_minor=True),
            Column("cost_usd", "Cost", html=lambda span: _cost(context, trace, span), is_number=True),
            Column("input_tokens", "Tokens in", _tokens, is_number=True, is_minor=True),
            Column("output_tokens", "Tokens out", _tokens, is_number=True, is_minor=True),
            Column("lane", "Time", html=lambda span: _lane(span, first, last), is_minor=True),
            Column("duration_ms", "Took", figures.duration, is_number=True, is_minor=True),
            Column("spend_class", "Class", html=_class),
        ],
    )


def _tokens(value: int | None) -> str:
    return "" if value is None else figures.tokens(value)


def _name(span: dict[str, Any] | Any, marked: str | None) -> str:
    weight = "700" if span["span_id"] == marked else "400"
    error = ' <span class="sl-bad">error</span>' if span["has_error"] else ""
    indent = f"{min(span['depth'], 12) * 1.1:.1f}rem"
    return f'<span style="padding-left:{indent};font-weight:{weight}">{escape(span["name"])}</span>{error}'


def _cost(context: Context, trace: str, span: dict[str, Any] | Any) -> str:
    """A call's cost, with the exact figure on hover; it leads to what the call was charged."""
    if span["role"] != "call":
        return ""
    href = context.link("trace", trace=trace, org=span["organization"] or "", span=span["span_id"])
    exact, shown = figures.exact_money(span["cost_usd"]), figures.money(span["cost_usd"])
    return f'<a href="{escape(href)}" target="_self" title="{exact}">{shown}</a>'


def _class(span: dict[str, Any] | Any) -> str:
    if not span["spend_class"]:
        return ""
    colour = SPEND_CLASS.get(span["spend_class"], GREY)
    return f'<i class="sl-swatch" style="background:{colour}"></i>{escape(span["spend_class"].replace("_", " "))}'


def _lane(span: dict[str, Any] | Any, first: datetime, last: datetime) -> str:
    whole = max((last - first).total_seconds(), 1e-9)
    left = (span["started_at"] - first).total_seconds() / whole * 100
    width = (span["duration_ms"] or 0) / 1000 / whole * 100
    colour = SPEND_CLASS.get(span["spend_class"], "color-mix(in srgb, currentColor 35%, transparent)")
    return f'<div class="sl-lane"><i style="left:{left:.2f}%;width:{width:.2f}%;background:{colour}"></i></div>'
