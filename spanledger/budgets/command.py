"""The commands `spanledger budget validate`, `status` and `check`."""

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from spanledger.exits import MEANING, OUTSIDE_TOLERANCE, USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:
    from transforms.budgets.budget import Budget

SHOWN = ("budget_id", "key", "unit", "limit", "spent", "reserved", "remaining", "window_end", "verdict")


@click.group(epilog=MEANING)
def budget() -> None:
    """What may be spent by whom: the budgets file, how its counters stand, and whether a request may go on."""


@command(budget, "budgets_file", example="spanledger budget validate budgets.yaml")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def validate(settings: Settings, file: Path | None) -> None:
    """Read a budgets file, the settings' own unless one is named. A mistake is said with its line and key."""
    from spanledger.budgets.reading import read_book
    from transforms.yaml_lines import ConfigError

    path = file or settings.budgets_file
    if path is None:
        raise Failure("no budgets file: name one, or set budgets_file", USAGE)
    try:
        book = read_book(path)
    except ConfigError as error:
        raise Failure(str(error), USAGE) from error
    for one in book.budgets:
        click.echo(_line(one))
    click.echo(f"{path}: {_count(len(book.budgets), 'budget')}, {_count(len(book.overrides), 'override')}")


@command(budget, "data", example="spanledger budget status --budget research-month")
@click.option("--budget", "name", default="", help="Only this budget.")
@click.option("--all", "has_past", is_flag=True, help="Periods that are over, too.")
@click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def status(settings: Settings, name: str, has_past: bool, form: str, output: Path | None) -> None:
    """How every counter stood at the published build: limit, spent, reserved, what remains, state."""
    from spanledger import formats
    from spanledger.published import current

    with current.opened(settings.data) as connection:
        asked = {"budget": name, "has_past": has_past}
        formats.write(connection.sql(current.question("budget_status"), params=asked), form, output)


@command(budget, "host", "http_port", example="spanledger budget check --scope team=research --cost-usd 0.12")
@click.option("--scope", "scopes", multiple=True, metavar="NAME=VALUE", help="What is asked for; may be said again.")
@click.option("--cost-usd", metavar="DOLLARS", help="What it may cost.")
@click.option("--tokens", type=click.IntRange(min=0), help="How many tokens it may take.")
@click.option("--steps", type=click.IntRange(min=0), help="How many model calls it may take; 1 unless said.")
@click.option("--model", help="Instead of a cost: the model, with its tokens.")
@click.option("--input-tokens", type=click.IntRange(min=0), help="Tokens it will read.")
@click.option("--output-tokens", type=click.IntRange(min=0), help="Tokens it may write.")
@click.option("--like-workflow", metavar="NAME", help="Instead: as much as the last runs of this workflow.")
@click.option("--priority", type=click.IntRange(0, 100), help="The larger the more important; 50 unless said.")
@click.option("--reserve", is_flag=True, help="Keep what is granted until it is settled, released, or expires.")
@click.option("--ttl-s", type=click.IntRange(min=1), help="When a reservation expires.")
@click.option("--reservation-id", metavar="ID", help="Your id of the reservation: asking again reserves once.")
@click.option("--url", help="Where the collector is; its address in the settings unless said.")
@click.option("--token", "secret", type=click.File("r"), help="File with the token to show, - for standard input.")
@click.option("--deadline-s", type=click.FloatRange(min=0.01), default=5.0, show_default=True, help="How long to wait.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="What to write.")
def check(settings: Settings, secret: IO[str] | None, **said: Any) -> None:
    """Ask the running collector whether a request may go on. Ends with 5 where it may not, or needs an approval."""
    import json

    from spanledger.budgets import asking
    from transforms.budgets.decision import GRANTED

    url = said["url"] or f"{'https' if settings.tls_cert_file else 'http'}://{settings.host}:{settings.http_port}"
    answer = asking.check(url, _asked(said), secret.read().strip() if secret else None, said["deadline_s"])
    if said["form"] == "json":
        click.echo(json.dumps(answer, indent=2))
    else:
        _tell(answer)
    if answer["verdict"] not in GRANTED:
        click.get_current_context().exit(OUTSIDE_TOLERANCE)


@command(budget, "data", example="spanledger budget alternatives contract-review draft --model claude-opus-4-8")
@click.argument("workflow")
@click.argument("step")
@click.option("--model", required=True, help="The model that it uses now.")
@click.option("--organization", default="", metavar="NAME", help="Which evaluated it, where several did.")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    help="Of evaluations, before the organization's newest.",
)
@click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def alternatives(
    settings: Settings,
    workflow: str,
    step: str,
    model: str,
    organization: str,
    days: int,
    form: str,
    output: Path | None,
) -> None:
    """Which models the evaluations of a step support: those shown to lose 10 of 100 tasks at most, the cheapest first.

    No verdict below 30 evaluated tasks of either model; a task counts where one model alone answered at the step.
    """
    from spanledger import formats
    from spanledger.budgets import alternatives as judging
    from spanledger.published import current

    with current.opened(settings.data) as connection:
        formats.write(judging.rows(connection, (workflow, step), model, days, organization), form, output)


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    """The body of the question: what was typed, under the service's names."""
    names = {"usd": "cost_usd", **{name: name for name in ("tokens", "steps", "model", "like_workflow")}}
    names |= {name: name for name in ("input_tokens", "output_tokens")}
    estimate = {name: said[typed] for name, typed in names.items() if said[typed] is not None}
    more = {name: said[name] for name in ("priority", "ttl_s", "reservation_id") if said[name] is not None}
    return {"scope": dict(map(_pair, said["scopes"])), "estimate": estimate, "reserve": said["reserve"], **more}


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise Failure(f"--scope {text}: expected NAME=VALUE, such as team=research", USAGE)
    return name, value


def _tell(answer: dict[str, Any]) -> None:
    from spanledger import formats

    click.echo(answer["verdict"])
    for words in (*answer["reasons"], *answer.get("notes", ())):
        click.echo(f"  {words}")
    if answer.get("reservation_id"):
        click.echo(f"  reserved as {answer['reservation_id']} until {answer['expires_at']}")
    if answer.get("alternative_model"):
        click.echo(f"  cheaper, and as good in the evaluations: {answer['alternative_model']}")
    rows = [[counter.get(name) for name in SHOWN] for counter in answer["counters"]]
    if rows:
        click.echo("\n".join(formats.table(SHOWN, rows)))


def _line(one: "Budget") -> str:
    from transforms.budgets.decision import amount
    from transforms.budgets.tables import scope_words, threshold_words
    from transforms.budgets.windows import TOTAL

    hours = f"{(one.window.seconds or 0) / 3600:g}"
    window = (
        f"in any {hours} h" if one.window.seconds else f"a {one.window.kind}" if one.window.kind != TOTAL else "ever"
    )
    return f"{one.budget_id}: {amount(one.limit, one.unit)} {window}, {scope_words(one)}; {threshold_words(one)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
