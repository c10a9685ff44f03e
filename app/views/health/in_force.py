"""Settings in force: each with its value, where it comes from and what it means. Secrets are not among them."""

from datetime import datetime
from pathlib import Path

from app import choices, grids
from app.cards import finding
from app.grids import Column
from app.installation import kept
from app.views.health import words

SHOWN = {"changed": "Changed", "all": "All"}


def section(data: Path, now: datetime) -> None:
    """Those of the command that was started last; another's where one is chosen."""
    every = kept.settings(data)
    if not every:
        finding(
            "Which settings are in force is not known here",
            "spanledger up, collect and app write theirs down when they start. This page was started otherwise.",
        )
        return
    by_command = {one.command: one for one in every}
    names = {command: f"spanledger {command}" for command in by_command}
    command = choices.one_of("of", "Settings of", names) if len(names) > 1 else every[0].command
    told = by_command[command]
    changed = [one for one in told.settings if one.source != "default"]
    finding(
        f"{len(changed)} of {len(told.settings)} settings are not the default",
        f"As spanledger {command} (process {told.pid}) was started with, {words.age(told.at, now)}",
    )
    shown = choices.one_of("settings", "Show", SHOWN)
    rows = [
        {"name": one.name, "value": one.value, "source": one.source, "meaning": one.meaning}
        for one in (told.settings if shown == "all" else changed)
    ]
    grids.grid(
        rows,
        [
            Column("name", "Setting", html=lambda row: grids.explained(row["name"], row["meaning"])),
            Column("value", "Value"),
            Column("source", "Comes from", is_minor=True),
        ],
    )
