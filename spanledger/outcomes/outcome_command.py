"""The command `spanledger outcome`: one outcome from options, or many from a file."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import FAILED, USAGE, Failure
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:
    from transforms.outcome_lines import Reading
    from transforms.outcomes import Revision

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 10
"""Wrong lines, or unknown tasks, that are named; the rest are counted."""

TYPED = {
    "task": "task_id",
    "trace": "trace_id",
    "run": "workflow_run_id",
    "verdict": "outcome",
    "evaluation": "evaluation_name",
    "score": "score",
    "label": "label",
    "units": "units",
    "units_succeeded": "units_succeeded",
    "traffic_source": "traffic_source",
    "by": "judged_by",
    "at": "judged_at",
    "reason": "reason",
    "revision_id": "revision_id",
}
"""Options of one outcome, and the keys of a record they are."""

_holder = click.Group()


@command(_holder, "data", example="spanledger outcome success --task 4711 --by alice --reason 'merged as is'")
@click.argument("verdict", required=False, type=click.Choice(["success", "failure", "unknown"]))
@click.option("--task", metavar="ID", help="The task, as its spans name it.")
@click.option("--trace", metavar="HEX", help="Instead: the task's trace.")
@click.option("--run", metavar="ID", help="Instead: the task's workflow run.")
@click.option(
    "--traffic-source", metavar="SOURCE", help="Which of the tasks of that id; the only known one unless said."
)
@click.option("--evaluation", metavar="NAME", help="Instead of a verdict: what was evaluated, with --score or --label.")
@click.option("--score", type=float, help="The evaluation's number; the outcome rules judge it.")
@click.option("--label", metavar="WORD", help="The evaluation's word; the outcome rules judge it.")
@click.option("--units", type=int, help="How many cases the task holds.")
@click.option("--units-succeeded", type=int, help="How many of them succeeded.")
@click.option("--by", metavar="NAME", help="Who judged; the user unless said.")
@click.option("--at", metavar="TIME", help="When it was judged, ISO 8601 with time zone; now unless said.")
@click.option("--reason", help="Why.")
@click.option("--revision-id", metavar="ID", help="Your id of this statement; the same id is kept once.")
@click.option("--file", "files", type=FILE, multiple=True, help="Read a .csv, .jsonl or .json file; can be repeated.")
@click.option("--strict", is_flag=True, help="Keep nothing of a file that has a wrong line.")
@click.option("--organization", metavar="NAME", help="Whose tasks they are, where tasks carry an organization.")
@click.option(
    "--source", type=click.Choice(["human", "api", "file"]), help="Who says so; human for one typed, file for files."
)
def outcome(
    settings: Settings,
    files: tuple[Path, ...],
    strict: bool,
    organization: str | None,
    source: str | None,
    **typed: Any,
) -> None:
    """Say how tasks ended, whenever that becomes known: one from options, or many from files.

    Files may hold our own keys, scores exported by Langfuse, or assessments exported by MLflow. What was said stays; a
    later word is a revision, and `unknown` withdraws an earlier one. The next build takes them in.
    """
    said = {TYPED[name]: value for name, value in typed.items() if value is not None}
    if bool(files) == bool(said):
        raise Failure("expected either --file, or a verdict (or --evaluation) with --task, --trace or --run", USAGE)
    now = datetime.now(UTC)
    if files:
        _say_files(settings, files, now, organization, source, is_strict=strict)
    else:
        _say(settings, [_typed(said, now, organization, source or "human")], now)


def _typed(said: dict[str, Any], now: datetime, organization: str | None, source: str) -> "Revision":
    """One that a person typed: who and when are said, so that saying it again is another statement."""
    from transforms.outcomes import OutcomeError, read_revision

    record = {"judged_by": getpass.getuser(), "judged_at": now.isoformat(), **said}
    try:
        return read_revision(record, arrived_at=now, source=source, organization=organization)
    except OutcomeError as error:
        raise Failure(str(error), USAGE) from error


def _say_files(
    settings: Settings,
    paths: Sequence[Path],
    now: datetime,
    organization: str | None,
    source: str | None,
    *,
    is_strict: bool,
) -> None:
    from transforms.outcome_lines import OutcomeFileError, Reader

    reader = Reader(now, organization, source)
    try:
        readings = [reader.read(path.read_bytes(), str(path)) for path in paths]
    except (OutcomeFileError, OSError) as error:
        raise Failure(str(error), USAGE) from error
    errors = [error for reading in readings for error in reading.errors]
    for path, reading in zip(paths, readings, strict=True):
        click.echo(_described(path, reading))
    _complain(errors)
    if errors and is_strict:
        raise Failure(f"{len(errors)} wrong lines; nothing was kept (--strict)", FAILED)
    _say(settings, [one for reading in readings for one in reading.revisions], now)
    if errors:
        raise Failure(f"{len(errors)} lines were not kept; correct them and read the file again", FAILED)


def _described(path: Path, reading: "Reading") -> str:
    others = "".join(f", {number} left out: {what}" for what, number in sorted(reading.others.items()))
    return f"{path}: {reading.form}, {len(reading.revisions)} outcomes, {len(reading.errors)} wrong lines{others}"


def _complain(problems: Sequence[str]) -> None:
    for problem in problems[:SHOWN]:
        click.echo(problem, err=True)
    if len(problems) > SHOWN:
        click.echo(f"… and {len(problems) - SHOWN} more", err=True)


def _say(settings: Settings, revisions: Sequence["Revision"], now: datetime) -> None:
    from collector.store.lake_file import LakeError
    from spanledger.outcomes import outcome_saying

    try:
        said = outcome_saying.say(settings.data, revisions, now)
    except (OSError, LakeError) as error:
        raise Failure(f"the outcomes cannot be kept: {error}", FAILED) from error
    known = f"; {said.known} were known already" if said.known else ""
    click.echo(f"{said.new} new outcomes are kept and count from the next build on{known}")
    unknown = outcome_saying.unknown(settings.data, revisions)
    if unknown:
        click.echo(
            f"warning: the published build does not know {len(unknown)} of them; they count once it does", err=True
        )
        _complain(unknown)
