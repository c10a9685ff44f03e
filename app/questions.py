"""The questions: each a file `queries/<name>.sql`. Reports ask them too.

A question may select from a scope (`scoped_calls`, `scoped_tasks`), a file of `queries/scopes`, which holds the filters
once for all.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

QUERIES = Path(__file__).parent / "queries"
_OWN_WITH = re.compile(r"^WITH ", re.MULTILINE)
_PARAMETER = re.compile(r"\$([a-z_]+)")


@cache
def sql(name: str, *, is_of_lever: bool = False) -> str:
    """The text of a question with the scopes it selects from put in front; raises FileNotFoundError by name.

    ``is_of_lever``: of calls, only those behind the filter's levers (`scopes/of_lever`), which others need not plan.
    """
    return scoped((QUERIES / f"{name}.sql").read_text(), is_of_lever=is_of_lever)


def scoped(text: str, *, is_of_lever: bool = False) -> str:
    """A question's text with the scopes it selects from put in front."""
    scopes = [scope for scope in sorted((QUERIES / "scopes").glob("*.sql")) if scope.stem in text]
    if not scopes:
        return text
    heads = ",\n".join(_head(scope, is_of_lever=is_of_lever) for scope in scopes)
    return f"WITH {heads}\n" + _OWN_WITH.sub(", ", text, count=1)


def _head(scope: Path, *, is_of_lever: bool) -> str:
    narrower = scope.parent / "of_lever" / scope.name
    if not is_of_lever or not narrower.exists():
        return _named(scope.stem, scope)
    return f"{_named('filtered_calls', scope)},\n{_named(scope.stem, narrower)}"


def _named(name: str, file: Path) -> str:
    return f"{name} AS (\n{file.read_text().rstrip().rstrip(';')}\n)"


def bound(text: str, parameters: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Those of ``parameters`` that a question asks for; raises LookupError naming ``what`` where one is missing."""
    asked = set(_PARAMETER.findall(text))
    if missing := asked - set(parameters):
        raise LookupError(f"{what} needs the parameters {sorted(missing)}, which were not given")
    return {name: parameters[name] for name in asked}
