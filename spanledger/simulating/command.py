"""The group of commands `spanledger simulate`; each command is a module beside this one, added to it in `cli`."""

import click

from spanledger.exits import MEANING


@click.group(epilog=MEANING)
def simulate() -> None:
    """What would be paid if something were done otherwise, worked out on your own calls or on figures you name."""
