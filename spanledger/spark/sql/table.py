"""The table of rules in docs/spark.md: `python -m spanledger.spark.sql.table` writes it anew."""

from pathlib import Path

from spanledger.spark.sql import translate  # noqa: F401  (its themes register the rules)
from spanledger.spark.sql.rules import RULES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "spark.md"
FROM, TO = "<!-- rules -->\n", "<!-- end of rules -->"


def rows() -> str:
    """The rules as a Markdown table."""
    lines = ["| DuckDB | Spark | because |", "|---|---|---|"]
    lines += [f"| {' | '.join(_cell(part) for part in (one.duckdb, one.spark, one.why))} |" for one in RULES]
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table of today."""
    before, rest = text.split(FROM)
    return before + FROM + rows() + TO + rest.split(TO)[1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
