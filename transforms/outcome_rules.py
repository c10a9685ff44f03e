"""Outcome rules: what a score or a label says about a task, and how long a task may wait. Read from the user's YAML.

    evaluations:
      - workflow: triage-*          # one pattern or several; every workflow where left out
        evaluation: relevance       # one pattern or several
        success_at: 0.8             # at this score or better the task succeeded
        failure_below: 0.5          # below this one it failed; a score between them decides nothing
      - evaluation: toxicity
        lower_is_better: true
        success_at: 0.1
        failure_above: 0.4
      - evaluation: [verdict, user_*]
        success_labels: [pass, thumbs_up]
        failure_labels: [fail, thumbs_down]
    workflows:
      - workflow: nightly-*
        outcome_window: 7d          # a task without an outcome is pending for so long after its end
        run_error: failure          # a task that nobody judged and whose last run ended in error failed

In patterns `*` stands for any text and `?` for one character. Of the rules of an evaluation the first that matches
counts; of the entries of a workflow the first that matches and says the thing asked for. Labels are compared without
case and decide before scores.
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from transforms.patterns import covers
from transforms.yaml_lines import Value, read_yaml

ANY = ("*",)
SECTIONS = ("evaluations", "workflows")
EVALUATION_KEYS = (
    *("name", "workflow", "evaluation", "success_at", "failure_below", "failure_above", "lower_is_better"),
    *("success_labels", "failure_labels"),
)
WORKFLOW_KEYS = ("workflow", "outcome_window", "run_error")

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST_S = 3660 * 86400

TEXTS = pa.list_(pa.string())
EVALUATION_SCHEMA = pa.schema(
    [
        ("position", pa.int64()),
        ("rule", pa.string()),
        ("workflow", TEXTS),
        ("evaluation", TEXTS),
        ("lower_is_better", pa.bool_()),
        ("success_at", pa.float64()),
        ("failure_beyond", pa.float64()),
        ("success_labels", TEXTS),
        ("failure_labels", TEXTS),
    ]
)
WORKFLOW_SCHEMA = pa.schema(
    [
        ("position", pa.int64()),
        ("workflow", TEXTS),
        ("outcome_window_ns", pa.int64()),
        ("run_error", pa.string()),
    ]
)


@dataclass(frozen=True)
class EvaluationRule:
    """What the results of one kind of evaluation say. ``failure_beyond``: worse than this is a failure."""

    rule: str
    workflow: tuple[str, ...]
    evaluation: tuple[str, ...]
    lower_is_better: bool
    success_at: float | None
    failure_beyond: float | None
    success_labels: tuple[str, ...]  # lower case
    failure_labels: tuple[str, ...]


@dataclass(frozen=True)
class WorkflowRule:
    """What holds for the tasks of some workflows; None where nothing is said."""

    workflow: tuple[str, ...]
    outcome_window_ns: int | None
    run_error: str | None


@dataclass(frozen=True)
class OutcomeRules:
    """All rules, in their order."""

    evaluations: tuple[EvaluationRule, ...] = ()
    workflows: tuple[WorkflowRule, ...] = ()

    @property
    def digest(self) -> str:
        """Changes with anything the rules say, not with how the file is written."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


NO_RULES = OutcomeRules()


def read_outcome_rules(text: str, name: str) -> OutcomeRules:
    """The rules of a file. ``name`` stands in errors. Raises ConfigError naming file, line and key."""
    document = read_yaml(text, name)
    sections = document.fields(SECTIONS, f"keys {' and '.join(SECTIONS)}")
    if not sections:
        document.refuse(f"no rule stands here; there are the keys {' and '.join(SECTIONS)}")
    entries = {section: sections[section].items() if section in sections else [] for section in SECTIONS}
    evaluations = [_evaluation(entry, place) for place, entry in enumerate(entries["evaluations"], start=1)]
    _refuse_unreachable(entries["evaluations"], evaluations)
    return OutcomeRules(tuple(evaluations), tuple(_workflow(entry) for entry in entries["workflows"]))


def evaluation_table(rules: OutcomeRules) -> pa.Table:
    """The rules on evaluations, with `EVALUATION_SCHEMA`."""
    return _table(rules.evaluations, EVALUATION_SCHEMA)


def workflow_table(rules: OutcomeRules) -> pa.Table:
    """The rules on workflows, with `WORKFLOW_SCHEMA`."""
    return _table(rules.workflows, WORKFLOW_SCHEMA)


def _table(rules: Sequence[EvaluationRule | WorkflowRule], schema: pa.Schema) -> pa.Table:
    rows = [vars(rule) | {"position": place} for place, rule in enumerate(rules, start=1)]
    return pa.Table.from_pylist(rows, schema=schema)


def _evaluation(entry: Value, place: int) -> EvaluationRule:
    said = entry.fields(EVALUATION_KEYS, "keys with values, such as evaluation and success_at")
    if "evaluation" not in said:
        entry.refuse("expected the key evaluation: which results the rule judges")
    lower = said["lower_is_better"].one_of(("true", "false")) == "true" if "lower_is_better" in said else False
    success_at, failure_beyond = _thresholds(said, lower)
    succeeding, failing = (_labels(said, key) for key in ("success_labels", "failure_labels"))
    if both := sorted(set(succeeding) & set(failing)):
        said["failure_labels"].refuse(f"{both[0]!r} stands among the success_labels too")
    if success_at is None and failure_beyond is None and not succeeding and not failing:
        entry.refuse("the rule decides nothing; give success_at, failure_below or _above, success_labels or _labels")
    return EvaluationRule(
        rule=said["name"].text() if "name" in said else f"rule {place}",
        workflow=said["workflow"].texts() if "workflow" in said else ANY,
        evaluation=said["evaluation"].texts(),
        lower_is_better=lower,
        success_at=success_at,
        failure_beyond=failure_beyond,
        success_labels=succeeding,
        failure_labels=failing,
    )


def _thresholds(said: Mapping[str, Value], lower: bool) -> tuple[float | None, float | None]:
    right, wrong = ("failure_above", "failure_below") if lower else ("failure_below", "failure_above")
    if wrong in said:
        other = "lower_is_better is true" if lower else "higher is better; say lower_is_better: true if it is not"
        said[wrong].refuse(f"{other}, so what fails is said by {right}")
    success_at, failure_beyond = (_number(said[key]) if key in said else None for key in ("success_at", right))
    if success_at is not None and failure_beyond is not None:
        is_crossed = failure_beyond < success_at if lower else failure_beyond > success_at
        if is_crossed:
            beyond = "below" if lower else "above"
            said[right].refuse(f"{failure_beyond} is {beyond} success_at ({success_at}): a score would be both")
    return success_at, failure_beyond


def _labels(said: Mapping[str, Value], key: str) -> tuple[str, ...]:
    return tuple(label.strip().lower() for label in said[key].texts()) if key in said else ()


def _workflow(entry: Value) -> WorkflowRule:
    said = entry.fields(WORKFLOW_KEYS, "keys with values, such as workflow and outcome_window")
    if "workflow" not in said:
        entry.refuse("expected the key workflow: a name, patterns, or * for every one")
    if "outcome_window" not in said and "run_error" not in said:
        entry.refuse("it says nothing; give outcome_window or run_error")
    return WorkflowRule(
        workflow=said["workflow"].texts(),
        outcome_window_ns=_duration_ns(said["outcome_window"]) if "outcome_window" in said else None,
        run_error=said["run_error"].one_of(("failure", "unknown")) if "run_error" in said else None,
    )


def _number(value: Value) -> float:
    text = value.text()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    return number if math.isfinite(number) else value.refuse(f"expected a number, got {text!r}")


def _duration_ns(value: Value) -> int:
    text = value.text()
    found = re.fullmatch(r"(\d{1,9})\s*([smhdw])", text.strip())
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_S:
        value.refuse(f"expected a time of at most ten years such as 90m, 24h, 7d or 2w, got {text!r}")
    return seconds * 10**9


def _refuse_unreachable(entries: Sequence[Value], rules: Sequence[EvaluationRule]) -> None:
    """A rule that an earlier one leaves nothing to decide is a mistake."""
    for place, rule in enumerate(rules):
        for other, earlier in zip(entries[:place], rules[:place], strict=True):
            if covers(earlier.workflow, rule.workflow) and covers(earlier.evaluation, rule.evaluation):
                entries[place].refuse(
                    f"the rule is never asked: the one in line {other.line} matches all it matches; put the special "
                    "rule before the general one"
                )
