"""The SQL functions that a build puts into the warehouse, made from the same text, for tests without a build."""

from jinja2 import Environment

from spanledger.published.models import PROJECT


def statements() -> str:
    """`create macro` statements of `dbt_project/macros/intervals.sql`, for the schema main."""
    text = (PROJECT / "macros" / "intervals.sql").read_text()
    return str(Environment(autoescape=False).from_string(text).make_module().statistics_macros())  # type: ignore[attr-defined]
