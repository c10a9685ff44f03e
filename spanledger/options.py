"""Settings as options of a command: names, meanings and checks come from `spanledger.settings` alone."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from collector.data_format import FORMAT, HalfRestoredError, found_in, refusal
from spanledger.exits import FAILED, MEANING, USAGE, Failure
from spanledger.settings import PREFIX, Settings, SettingsError, load_settings

METAVARS = {
    "data": "DIR",
    "lake": "PLACE",
    "host": "ADDRESS",
    "port": "PORT",
    "file": "FILE",
    "s": "SECONDS",
    "currency": "CODE",
    "days": "DAYS",
    "months": "MONTHS",
    "engine": "ENGINE",
    "only": "BOOL",
}
"""How the value of an option is called in `--help`, by the last word of the setting's name."""


def command(
    group: click.Group, *names: str, example: str, is_loaded: bool = True, is_for_half_restored: bool = False
) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of ``group`` that gets the settings as its first argument; ``names`` of them are options too.

    ``is_loaded`` false hands over the options as they were given, for a command that judges settings itself. A command
    with ``data`` does not begin on a data directory of a later version, nor, unless it is made for that, on one whose
    restore was cut short.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def run(**given: Any) -> Any:
            arguments = {name: given.pop(name) for name in names}
            if not is_loaded:
                return function(arguments, **given)
            settings = _load(arguments)
            if "data" in arguments:
                _refuse_unfit(settings.data, is_for_half_restored)
            return function(settings, **given)

        with_options: Callable[..., Any] = run
        for name in reversed(names):
            with_options = _option(name)(with_options)
        name = function.__name__.removesuffix("_command").replace("_", "-")
        return group.command(name, epilog=f"\b\nExample:\n  {example}\n\n{MEANING}")(with_options)

    return decorate


def _load(arguments: dict[str, Any]) -> Settings:
    try:
        return load_settings(**arguments)
    except SettingsError as error:
        raise Failure(str(error), USAGE) from error


def _refuse_unfit(data: Path, is_for_half_restored: bool) -> None:
    try:
        found = found_in(data)
    except HalfRestoredError as error:
        if not is_for_half_restored:
            raise Failure(str(error), FAILED) from error
        return
    except (OSError, ValueError) as error:
        raise Failure(str(error), FAILED) from error
    if found > FORMAT:
        raise Failure(refusal(data, found), FAILED)


def _option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flag, variable = "--" + name.replace("_", "-"), PREFIX + name.upper()
    described = f"{Settings.model_fields[name].description} [{variable}]"
    return click.option(flag, name, metavar=METAVARS[name.rpartition("_")[2]], help=described)
