"""The command `spanledger forecast feature`: what planned work will cost, from past tasks like it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import FAILED, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:
    from spanledger.forecasting.feature_estimate import Found, Planned

SCOPES = ("organization", "environment", "team", "project")
_holder = click.Group()


@command(_holder, "data", example="spanledger forecast feature --workflow support-triage --size L --tasks 20")
@click.option("--workflow", metavar="NAME", help="Of this workflow.")
@click.option("--size", metavar="NAME", help="Of this size: the tag spanledger.task.size.")
@click.option("--feature", metavar="NAME", help="Of this kind: the tag spanledger.feature.")
@click.option("--model", metavar="NAME", help="On this model: the one that a task spends most on.")
@click.option("--like", multiple=True, metavar="TASK", help="Like this past task; may be said again.")
@click.option("--step", metavar="NAME", help="What this step costs a task, not the whole task.")
@click.option("--tasks", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many are planned.")
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="Days of past tasks to read.")
@click.option("--traffic-source", metavar="SOURCE", default="production", show_default=True, help="Past tasks of it.")
@click.option("--organization", metavar="NAME", help="Past tasks of this organization.")
@click.option("--environment", metavar="NAME", help="Past tasks of this environment.")
@click.option("--team", metavar="NAME", help="Past tasks of this team.")
@click.option("--project", metavar="NAME", help="Past tasks of this project.")
@click.option("--past-tasks", is_flag=True, help="Write the past tasks that it rests on, newest first, instead.")
@click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def feature(settings: Settings, past_tasks: bool, form: str, output: Path | None, **said: Any) -> None:
    """Estimate what planned tasks cost together: a range from past tasks like them, and how many those are.

    Where few or none share all that was said, wider classes speak too: any model first, then any feature, any size, any
    workflow. Ends with 1 where there is no past task at all.
    """
    from spanledger.forecasting import feature_estimate
    from spanledger.published import current

    planned = _planned(said)
    with current.opened(settings.data) as connection:
        found = feature_estimate.find(connection, planned)
        listed = feature_estimate.nearest(connection, planned, found) if past_tasks else None
    if found.all is None:
        raise Failure(_nothing(planned), FAILED)
    if form == "table" and output is None and listed is None:
        _tell(planned, found)
    else:
        _write(feature_estimate.rows(planned, found) if listed is None else listed, form, output)


def _planned(said: dict[str, Any]) -> "Planned":
    from spanledger.forecasting.feature_estimate import Planned
    from transforms.feature_estimates import ASKED

    asked = {name: list(said[name]) if name == "like" else said[name] for name in ASKED if said[name]}
    filters = {name: (said[name],) for name in SCOPES if said[name]}
    return Planned(said["tasks"], said["days"], said["traffic_source"], asked, said["step"], filters)


def _nothing(planned: "Planned") -> str:
    step = f" with a step {planned.step}" if planned.step else ""
    return (
        f"no {planned.traffic_source} task{step} of known cost in the last {planned.days} days; say more --days, "
        "another --traffic-source, or fewer of --organization, --environment, --team and --project"
    )


def _tell(planned: "Planned", found: "Found") -> None:
    from app import figures
    from spanledger import formats
    from transforms.feature_estimates import basis

    what = f"step {planned.step} of tasks" if planned.step else "tasks"
    for total in [found.one] if planned.tasks == 1 else [found.one, found.all]:
        assert total is not None, "where the one exists, so do all"
        (low, high), (least, most) = ([figures.money(end) for end in total.range(share)] for share in (0.8, 0.95))
        counted = "one task" if total.tasks == 1 else f"{total.tasks:,} {what} together"
        middle = figures.money(total.quantile(0.5))
        click.echo(f"{counted} {found.past.asked}: about {middle}; 80 % {low} to {high}, 95 % {least} to {most}")
    click.echo(basis(found.past, found.all))
    names = ("past tasks", "of known cost", "p10", "median", "p90", "succeeded", "cost unknown", "cost zero")
    words = {ring.evidence.kept: ring.words for ring in found.past.rings}
    told = [_line(words[row["kept"]], row) for row in found.groups if row["kept"] in words]
    click.echo("\n".join(["", *formats.table(names, told)]))


def _line(words: str, row: dict[str, Any]) -> list[Any]:
    from app import figures

    costs = (figures.money(row[name]) for name in ("p10_usd", "median_usd", "p90_usd"))
    succeeded = f"{row['successes']} of {row['successes'] + row['failures']}"
    return [words, row["tasks"], *costs, succeeded, row["unknown_cost_tasks"], row["zero_cost_tasks"]]


def _write(rows: list[dict[str, Any]], form: str, output: Path | None) -> None:
    import duckdb
    import pyarrow as pa

    from spanledger import formats

    formats.write(duckdb.from_arrow(pa.Table.from_pylist(rows)), form, output)
