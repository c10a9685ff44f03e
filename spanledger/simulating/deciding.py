"""Decisions from the shell: self-hosting, build or buy, total cost of ownership, unit economics."""

import click

from spanledger.simulating import buildbuy_command, selfhost_command, tco_command, unit_economics_command


def add_to(group: click.Group) -> None:
    """Add the commands to ``group``."""
    for each in (selfhost_command, buildbuy_command, tco_command, unit_economics_command):
        each.add_to(group)
