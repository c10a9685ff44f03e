"""The group of commands `spanledger forecast`; each command is a module beside this one, added to it in `cli`."""

import click

from spanledger.exits import MEANING


@click.group(epilog=MEANING)
def forecast() -> None:
    """What will be spent, how sure that is, and how right earlier forecasts were."""
