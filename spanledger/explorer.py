"""How the cost explorer is started: Streamlit's command line and environment."""

import os
import sys
from pathlib import Path

import app
from spanledger.ports import LOOPBACK
from spanledger.settings import Settings

MAIN = Path(app.__file__).parent / "main.py"


def arguments(settings: Settings) -> list[str]:
    """What follows `python -m`. The explorer asks nobody for a password, so it stays on this machine."""
    flags = {
        "server.address": LOOPBACK,
        "server.port": str(settings.app_port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "logger.level": settings.log_level,
    }
    return ["streamlit", "run", str(MAIN), *(part for name, value in flags.items() for part in (f"--{name}", value))]


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with the settings that parts read from there said in full."""
    said = {"SPANLEDGER_DATA": str(settings.data.absolute()), "SPANLEDGER_CURRENCY": settings.currency}
    if settings.fx_file:
        said["SPANLEDGER_FX_FILE"] = str(settings.fx_file.absolute())
    return {**os.environ, **said}


def run_here(settings: Settings) -> None:
    """Become the explorer; does not return."""
    os.execve(sys.executable, [sys.executable, "-P", "-m", *arguments(settings)], environment(settings))
