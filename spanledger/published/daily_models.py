"""The daily models: tables with a date in their key, whose rows stay when the calls they were counted from go."""

import re
from dataclasses import dataclass
from functools import cache

from spanledger.published.project import PROJECT

_DATE_COLUMN = re.compile(r"date_column='(\w+)'")
ONE_RUN_OR_TASK = "regexp_matches(counter_key, '(^|&)(workflow_run_id|task_id)=')"
LEFT_OUT = {
    "int_budget_days": f"not ({ONE_RUN_OR_TASK} "
    "and max(date) over (partition by scope_key, counter_key) < getvariable('calls_from'))",
}
"""Rows that name one run or task go with it, once it has ended."""
UNNAMED = {
    "rpt_data_quality": "case when \"check\" = 'unresolved_outcome' then [] else subjects end as subjects",
}
"""Columns that would name single tasks, as they stay."""


@dataclass(frozen=True)
class DailyModel:
    """A model that is `materialized='daily'`."""

    name: str
    layer: str
    date_column: str

    @property
    def schema(self) -> str:
        """Where its table is."""
        return "main" if self.layer == "marts" else self.layer

    def closed_rows(self, published: str) -> str:
        """The query for its rows of days that close: from the variable `open_from` to before `calls_from`."""
        unnamed = f" replace ({UNNAMED[self.name]})" if self.name in UNNAMED else ""
        kept = f"qualify {LEFT_OUT[self.name]} and" if self.name in LEFT_OUT else "where"
        return (
            f"select *{unnamed} from {published}.{self.schema}.{self.name} {kept} {self.date_column} >= "
            f"getvariable('open_from') and {self.date_column} < getvariable('calls_from') order by all"
        )


@cache
def daily_models() -> tuple[DailyModel, ...]:
    """All of them, by name."""
    found = []
    for path in sorted((PROJECT / "models").rglob("*.sql"), key=lambda path: path.stem):
        text = path.read_text()
        if "materialized='daily'" in text:
            said = _DATE_COLUMN.search(text)
            found.append(DailyModel(path.stem, path.parent.name, said[1] if said else "date"))
    return tuple(found)
