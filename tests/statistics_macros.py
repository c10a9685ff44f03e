"""The SQL of `dbt_project/macros/intervals.sql`, made from the same text, for tests without a build."""

from jinja2 import Environment

from spanledger.published.project import PROJECT


def statements() -> str:
    """`create macro` statements of what a build puts into the warehouse, for the schema main."""
    return rendered("statistics_macros")


def rendered(macro: str, *arguments: str) -> str:
    """The SQL that a macro makes of SQL expressions."""
    text = (PROJECT / "macros" / "intervals.sql").read_text()
    return str(getattr(Environment(autoescape=False).from_string(text).make_module(), macro)(*arguments))
