"""The command `spanledger check`: options in, sentences and one row out, an exit code for CI."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from spanledger.exits import OUTSIDE_TOLERANCE, USAGE, Failure
from spanledger.option_types import FORMS, Percent
from spanledger.options import command
from spanledger.settings import Settings

KINDS = ("prompt", "model", "code")

_holder = click.Group()


@command(_holder, "data", example="spanledger check --workflow support-triage --prompt answer --margin 10%")
@click.option("--workflow", metavar="NAME", help="Workflow; needed where there are several.")
@click.option("--prompt", metavar="NAME", help="Compare versions of this prompt; '' for the one without a name.")
@click.option("--model", metavar="STEP", help="Compare the models that this step begins with; '' for no step.")
@click.option("--code", is_flag=True, help="Compare versions of the code.")
@click.option("--baseline", metavar="VERSION", help="Default: the version that appeared before the candidate.")
@click.option("--candidate", metavar="VERSION", help="Default: the version that appeared last.")
@click.option("--traffic-source", metavar="SOURCE", help="Default: eval where there is any, else production.")
@click.option("--environment", metavar="NAME", help="Environment; needed where there are several.")
@click.option("--organization", metavar="NAME", help="Organization; needed where there are several.")
@click.option("--margin", type=Percent(), default="10%", show_default=True, help="Rise that is allowed.")
@click.option(
    "--on-unclear", type=click.Choice(["pass", "fail"]), default="pass", show_default=True,
    help="What it means when nobody can tell yet.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="The number of tasks was fixed beforehand and is read once: tells sooner.")
@click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def check(settings: Settings, margin: Decimal, on_unclear: str, once: bool, form: str, output: Path | None,
          **said: Any) -> None:  # fmt: skip
    """Compare what a success costs with two versions; end with 5 when it rose beyond the margin for certain.

    The interval holds however often the same comparison is read again, unless --once is said.
    """
    from spanledger import version_check
    from spanledger.published import current

    wanted = version_check.Wanted(**_thing(said), **said)
    with current.opened(settings.data) as connection:
        checked = version_check.check(connection, wanted, margin, is_read_once=once)
    _show(checked, on_unclear, form, output)
    if version_check.is_failure(checked, on_unclear):
        click.get_current_context().exit(OUTSIDE_TOLERANCE)


def _thing(said: dict[str, Any]) -> dict[str, str]:
    """What has versions, taken out of what was said: kind and subject."""
    given = {kind: said.pop(kind) for kind in KINDS}
    chosen = [kind for kind, value in given.items() if value not in (None, False)]
    if len(chosen) > 1:
        raise Failure(f"--{chosen[0]} and --{chosen[1]} ask for two comparisons; say one", USAGE)
    return {"kind": kind, "subject": "" if kind == "code" else given[kind]} if chosen and (kind := chosen[0]) else {}


def _show(checked: Any, on_unclear: str, form: str, output: Path | None) -> None:
    """Sentences where people read; a row where programs do, with the sentences on standard error."""
    import duckdb
    import pyarrow as pa

    from spanledger import formats, version_check

    is_read = form == "table" and output is None
    for line in version_check.summary(checked, on_unclear):
        click.echo(line, err=not is_read)
    if not is_read:
        formats.write(duckdb.from_arrow(pa.Table.from_pylist([version_check.row(checked, on_unclear)])), form, output)
