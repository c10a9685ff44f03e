"""Versions: what a success costs before and after a prompt, a model or the code changed, and what that proves."""

from dataclasses import replace
from typing import Any

from app import charts, choices, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column
from app.measures import Row
from app.palette import GREEN, GREY, VERMILLION
from transforms.version_compare import LEAST_SUCCESSES, LEAST_TASKS

KINDS = {"all": "All", "prompt": "Prompts", "model": "Models", "code": "Code"}
VERDICTS = {"worse": "Worse", "better": "Better", "unclear": "Can't tell yet"}
COLOURS = {"Worse": VERMILLION, "Better": GREEN, "Can't tell yet": GREY}
DRAWN = 12


def render(context: Context) -> None:
    rows = context.rows("versions", of_kind=None)
    headline(_sentence(rows), "Each version beside the one before it, over the whole life of both. " + words.VERSIONS)
    if not rows:
        return
    evidence.of(rows)
    kind = choices.one_of("kind", "Of", KINDS)
    rows = [_named(row) for row in rows if kind in ("all", row["kind"])]
    if not rows:
        finding(f"No {KINDS[kind].lower()} with two versions")
        return
    drawn = [row for row in rows if row["ratio_low"] is not None][:DRAWN]
    if drawn:
        finding(_told(rows), "Cost per success of the later version ÷ that of the earlier, with its 95 % interval")
        evidence.of(drawn)
        charts.ratio_intervals(drawn, COLOURS, leads=lambda row: _calls(context, row))
    finding(f"{figures.count(len(rows))} pairs of versions" if len(rows) > 1 else "One pair of versions")
    _table(rows)


def _sentence(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "Nothing has a second version yet: tag prompts with spanledger.prompt.version, code with service.version"
    told = [row for row in rows if row["verdict"] != "unclear"]
    if not told:
        return f"No version is known to be better or worse than the one before it ({figures.count(len(rows))} pairs)"
    lost = next((row for row in told if row["ratio"] is None), None)
    if lost is not None:
        return f"No task of {grids.text(lost['workflow_id'])} succeeds since {_change(lost)}"
    worst = max(told, key=lambda row: abs(row["ratio"] - 1))
    workflow, ratio = grids.text(worst["workflow_id"]), figures.multiple(worst["ratio"])
    return f"A success of {workflow} costs {ratio} what it did, since {_change(worst)}"


def _change(row: Row) -> str:
    return f"{_subject(row)} went from {row['version_before']} to {row['version_after']}"


def _subject(row: Row) -> str:
    return " ".join(part for part in (row["kind"], row["subject"]) if part)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """With the words that the chart and the table show."""
    return row | {
        "what": f"{grids.text(row['workflow_id'])} · {_subject(row)}",
        "pair": f"{row['version_before']} → {row['version_after']}",
        "said": VERDICTS[row["verdict"]],
    }


def _told(rows: list[dict[str, Any]]) -> str:
    counts = [(word, sum(row["said"] == word for row in rows)) for word in VERDICTS.values()]
    return ", ".join(f"{count} {word.lower()}" for word, count in counts if count).capitalize()


def _table(rows: list[dict[str, Any]]) -> None:
    grids.grid(
        rows,
        [
            Column("what", "What changed", html=lambda row: grids.explained(row["what"], row["pair"])),
            Column("traffic_source", "Traffic", is_minor=True),
            grids.money("cost_per_success_before_usd", "Before", definition=words.VERSION_COST, is_minor=True),
            grids.money("cost_per_success_after_usd", "After", is_minor=True),
            grids.number("ratio", "Ratio", figures.times, definition=words.RATIO),
            Column("ratio_low", "95 %", is_number=True, html=_ends, is_minor=True),
            Column("verdict", "Verdict", html=_verdict, definition=words.VERDICT),
            grids.number("tasks_before", "Tasks before", is_minor=True),
            grids.number("tasks_after", "after", is_minor=True),
        ],
    )


def _calls(context: Context, row: Row) -> str:
    """The calls of the later version; of code, which no filter names, those of its workflow."""
    named = {"prompt": "prompt", "model": "model"}.get(row["kind"])
    narrowed = {"workflow": row["workflow_id"], "source": row["traffic_source"]}
    if named is not None:
        narrowed[named] = row["version_after"]
    whole = replace(context.filters.shared_only(), period="all")
    return context.link("calls", whole.with_only(**narrowed))


def _ends(row: Row) -> str:
    if row["ratio_low"] is None:
        return figures.UNKNOWN
    return f"{figures.times(row['ratio_low'])} – {figures.times(row['ratio_high'])}"


def _verdict(row: Row) -> str:
    notes = []
    if row["more_tasks"] is not None:
        notes.append(f"about {figures.count(row['more_tasks'])} more tasks would tell")
    elif row["verdict"] == "worse" and row["ratio"] is None:
        notes.append(f"none of {figures.count(row['tasks_after'])} tasks succeeded")
    elif row["verdict"] == "unclear" and row["ratio_low"] is None:
        notes.append(f"nothing is read below {LEAST_TASKS} tasks and {LEAST_SUCCESSES} successes of each")
    elif row["verdict"] == "unclear":
        notes.append("more tasks of the later version alone would not tell")
    if row["mixed_before"] or row["mixed_after"]:
        notes.append(f"{figures.count(row['mixed_before'] + row['mixed_after'])} tasks tried both or others")
    if row["left_out_before"] or row["left_out_after"]:
        notes.append(
            f"{figures.count(row['left_out_before'] + row['left_out_after'])} of unknown outcome or cost left out"
        )
    if row["is_heavy_tailed"]:
        notes.append("one task far above the rest")
    return grids.explained(VERDICTS[row["verdict"]], "; ".join(notes))
