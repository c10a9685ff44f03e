"""Every compiled model can be said in Spark, with nothing in it that nobody compared.

What has no rule and no counterpart is refused by `translate` itself. Beyond that, a function that is not in `known.txt`
was in no model when whole builds were compared: add a query with it to `meaning/`, and when that is equal, its name to
the list; else write a rule, or say it in the model otherwise.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from spanledger.spark.sql import translate
from spanledger.spark.sql.rules import NotTranslatedError
from spanledger.spark.sql.translate import deep
from tests.spark import dump

HERE = Path(__file__).parent
KNOWN = set((HERE / "known.txt").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of a small build."""
    folder = tmp_path_factory.mktemp("lint") / "dump"
    dump.main(["full", str(folder), "--calls", "200", "--days", "2"])
    return folder


def test_every_model_is_understood(compiled: Path) -> None:
    columns = json.loads((compiled / "types.json").read_text(encoding="utf-8"))
    refused = {}
    for path in sorted((compiled / "sql").glob("*.sql")):
        text = re.sub(r'"?\b(?:scratch|warehouse)\b"?\.', "", path.read_text(encoding="utf-8"))
        if said := _complaint(text, lambda table: [name for name, _ in columns[table]]):
            refused[path.stem] = said
    assert refused == {}


@pytest.mark.parametrize(
    ("construct", "says"),
    [
        ("hash(a)", "order or compare by what the rows say"),
        ("substr(a, 0, 2)", "start at 1"),
        ("extract(dow from a)", "date_trunc"),
        ("list(a)", "say `order by`"),
        ("string_agg(a, ',')", "say `order by`"),
        ("regexp_replace(a, 'x', 'y')", "anchor it or say 'g'"),
        ("cast(a as timestamp_ns)", "bigint"),
        ("first(a)", "arg_min"),
        ("a[2:3]", "a part of a list"),
        ("jaro_similarity(a, b)", "known.txt"),
    ],
)
def test_what_differs_is_refused_with_advice(construct: str, says: str) -> None:
    assert says in _complaint(f"select {construct} from t", lambda _: ["a", "b"])


def _complaint(text: str, columns_of: Callable[[str], list[str]]) -> str:
    try:
        translate(text, columns_of)
    except NotTranslatedError as error:
        return str(error)
    unknown = sorted(_names(text) - KNOWN)
    return f"never compared on both engines, see known.txt: {', '.join(unknown)}" if unknown else ""


def _names(text: str) -> set[str]:
    with deep():
        tree = sqlglot.parse_one(text, read="duckdb")
    return {
        node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__
        for node in tree.walk()
        if isinstance(node, exp.Func)
    }
