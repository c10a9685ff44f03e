"""The commands `spanledger token new`, `list` and `revoke`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import click

from collector.door.tokens import DEFAULT_SCOPES, SCOPES, TokenFileError, load_tokens
from spanledger.exits import MEANING, USAGE, Failure
from spanledger.options import command
from spanledger.settings import PREFIX, Settings

DAY = ["%Y-%m-%d"]


@click.group(epilog=MEANING)
def token() -> None:
    """Tokens that senders and readers show: made, listed, revoked. Running collectors follow within a second."""


@command(token, "token_file", example="spanledger token new ci --organization acme --scope ingest --days 90")
@click.argument("name")
@click.option("--organization", required=True, metavar="NAME", help="Whose everything is that comes with it.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(list(SCOPES)),
    default=DEFAULT_SCOPES,
    show_default=True,
    help="; ".join(f"{name}: {meaning}" for name, meaning in SCOPES.items()) + ". May be said again.",
)
@click.option("--days", type=click.IntRange(min=1), help="Days that it holds; for ever unless said.")
@click.option("--from", "not_before", type=click.DateTime(DAY), metavar="DAY", help="First day (UTC) that it holds.")
@click.option("--secret", type=click.File("r"), help="File with a token of your own, - for standard input.")
def new_command(
    settings: Settings,
    name: str,
    organization: str,
    scopes: tuple[str, ...],
    days: int | None,
    not_before: datetime | None,
    secret: IO[str] | None,
) -> None:
    """Make a token, write its hash, and print it: this once, nobody can show it again."""
    from spanledger import token_file

    first = not_before.replace(tzinfo=UTC) if not_before else None
    expires = (first or datetime.now(UTC)) + timedelta(days=days) if days else None
    text = secret.read().strip() if secret else token_file.new_secret()
    path = _path(settings)
    try:
        token_file.add(*(path, name, text), organization=organization, scopes=scopes, not_before=first, expires=expires)
    except (TokenFileError, token_file.WeakTokenError, OSError) as error:
        raise Failure(str(error), USAGE) from error
    click.echo(f"the hash of {name} is in {path}; send 'authorization: Bearer' and:", err=True)
    if secret is None:
        click.echo(text)


@command(token, "token_file", example="spanledger token list")
def list_command(settings: Settings) -> None:
    """Who is known, as which organization, for what, and whether it holds."""
    from spanledger import formats, token_file

    try:
        known = load_tokens(_path(settings))
    except TokenFileError as error:
        raise Failure(str(error), USAGE) from error
    rows = [
        (
            *(kind, entry.name, entry.organization, " ".join(sorted(entry.scopes)), token_file.state(entry)),
            f"{datetime.fromtimestamp(entry.expires, UTC):%Y-%m-%d %H:%M}" if entry.expires else None,
        )
        for kind, entries in (("token", known.tokens), ("certificate", known.certificates))
        for entry in entries
    ]
    names = ("kind", "name", "organization", "scopes", "state", "expires (UTC)")
    for line in formats.table(names, rows):
        click.echo(line)


@command(token, "token_file", example="spanledger token revoke ci")
@click.argument("name")
def revoke_command(settings: Settings, name: str) -> None:
    """End a token or a certificate's entry now."""
    from spanledger import token_file

    try:
        token_file.revoke(_path(settings), name)
    except (TokenFileError, OSError) as error:
        raise Failure(str(error), USAGE) from error
    click.echo(f"{name} is revoked; running collectors follow within a second")


def _path(settings: Settings) -> Path:
    if settings.token_file is None:
        raise Failure(f"say which file: {PREFIX}TOKEN_FILE or --token-file", USAGE)
    return settings.token_file
