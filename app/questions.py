"""The questions: each a file `queries/<name>.sql`. Reports ask them too.

A question may select from a scope (`scoped_calls`, `scoped_spend`, `scoped_tasks`), a file of `queries/scopes`, which
holds the filters once for all. Folders below hold the same scope for filters that few pages set.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.filters import DEFAULT_ZONE, DRILL

QUERIES = Path(__file__).parent / "queries"
_OWN_WITH = re.compile(r"^WITH ", re.MULTILINE)
_PARAMETER = re.compile(r"\$([a-z_]+)")
_SCOPE = re.compile(r"\bscoped_[a-z_]+")
_COMMENT = re.compile(r"--.*")
_OF_CALLS = re.compile(
    r"\b(fct_(calls|call_charges|call_shapes|spans|tasks|tasks_direct|workflow_runs|outcomes)"
    r"|rpt_(agent_loops|escalation_chains|lever_calls|tasks_daily))\b"
)
_BY_DAY = {"scoped_sums", "scoped_charges", "scoped_rates", "scoped_task_sums"}
"""Scopes that read sums by day, and calls only of days that the period or its zone cuts."""


def asked(name: str, parameters: Mapping[str, Any]) -> str:
    """The text of a question for the filters that ``parameters`` set: of calls, only where sums do not know them.

    Raises FileNotFoundError by name.
    """
    is_of_calls = any(parameters.get(dimension) for dimension in DRILL)
    is_of_lever = bool(parameters.get("lever"))
    return sql(name, is_of_lever=is_of_lever, is_of_calls=is_of_calls)


@cache
def sql(name: str, *, is_of_lever: bool = False, is_of_calls: bool = False) -> str:
    """The text of a question with the scopes it selects from put in front; raises FileNotFoundError by name.

    ``is_of_lever``: of calls, only those behind the filter's levers (`scopes/of_lever`), which others need not plan.
    ``is_of_calls``: spend is summed from the calls (`scopes/of_calls`).
    """
    return scoped(own(name), is_of_lever=is_of_lever, is_of_calls=is_of_calls)


@cache
def own(name: str) -> str:
    """The text of a question as its file says it; raises FileNotFoundError by name."""
    return (QUERIES / f"{name}.sql").read_text()


def scoped(text: str, *, is_of_lever: bool = False, is_of_calls: bool = False) -> str:
    """A question's text with the scopes it selects from put in front."""
    scopes = {scope.stem: scope for scope in sorted((QUERIES / "scopes").glob("*.sql"))}
    if is_of_calls:
        scopes |= {scope.stem: scope for scope in (QUERIES / "scopes" / "of_calls").glob("*.sql")}
    heads = [_head(scopes[name], is_of_lever=is_of_lever) for name in _used(scopes, text)]
    if not heads:
        return text
    together = ",\n".join(heads)
    return f"WITH {together}\n" + _OWN_WITH.sub(", ", text, count=1)


def reads_calls(text: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a question, as it stands in its file, is answered over its period from single calls, tasks or spans.

    Not where sums by day answer it, as they do for whole days of UTC and filters that they know."""
    is_of_calls = any(parameters.get(dimension) for dimension in DRILL)
    by_day = set() if is_of_calls or parameters.get("tz", DEFAULT_ZONE) != DEFAULT_ZONE else _BY_DAY
    by_day = by_day - {"scoped_task_sums"} if parameters.get("model") else by_day  # of no model does it know a part
    scopes = {scope.stem: scope for scope in (QUERIES / "scopes").glob("*.sql") if scope.stem not in by_day}
    if is_of_calls:
        scopes |= {scope.stem: scope for scope in (QUERIES / "scopes" / "of_calls").glob("*.sql")}
    asked = "\n".join([text, *(scopes[name].read_text() for name in _used(scopes, text))])
    asked = _COMMENT.sub("", asked)
    return "first" in _PARAMETER.findall(asked) and _OF_CALLS.search(asked) is not None


def _used(scopes: Mapping[str, Path], text: str) -> list[str]:
    """The scopes that ``text`` selects from, and those that they do: each after all that it selects from itself."""
    met, ordered = set[str](), list[str]()

    def meet(text: str) -> None:
        for name in _SCOPE.findall(text):
            if name in scopes and name not in met:
                met.add(name)
                meet(scopes[name].read_text())
                ordered.append(name)

    meet(text)
    return ordered


def _head(scope: Path, *, is_of_lever: bool) -> str:
    narrower = QUERIES / "scopes" / "of_lever" / scope.name
    if not is_of_lever or not narrower.exists():
        return _named(scope.stem, scope)
    return f"{_named('filtered_calls', scope)},\n{_named(scope.stem, narrower)}"


def _named(name: str, file: Path) -> str:
    """Planned where it is selected from: a question that selects twice would else keep every column of every call."""
    return f"{name} AS NOT MATERIALIZED (\n{file.read_text().rstrip().rstrip(';')}\n)"


def bound(text: str, parameters: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Those of ``parameters`` that a question asks for; raises LookupError naming ``what`` where one is missing."""
    asked = set(_PARAMETER.findall(text))
    if missing := asked - set(parameters):
        raise LookupError(f"{what} needs the parameters {sorted(missing)}, which were not given")
    return {name: parameters[name] for name in asked}
