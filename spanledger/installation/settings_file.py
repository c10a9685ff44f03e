"""`run/settings/<command>.json`: the settings that a command runs with, each with its source and meaning."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from collector.files import make_folder, write_json
from spanledger.settings import Settings
from transforms.installation import SETTINGS, run_of

NOT_SET, HIDDEN = "not set", "set, not shown"
_SECRET = re.compile(r"(secret|password|token|key)$")
_USER_OF_URL = re.compile(r"//[^/@\s]*@")


def tell(settings: Settings, command: str) -> None:
    """Write them for the explorer. Raises OSError where the data directory cannot be written."""
    folder = run_of(settings.data.absolute()) / SETTINGS
    make_folder(folder)
    said = [
        {"name": name, "value": spelled(name, getattr(settings, name)), "source": settings.source(name)}
        | {"meaning": str(field.description)}
        for name, field in Settings.model_fields.items()
    ]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(folder / f"{command}.json", {"at": now, "pid": os.getpid(), "settings": said})


def spelled(name: str, value: Any) -> str:
    """A value in words. What is secret is not among them; the path of a file with secrets is none."""
    if value is None or value == "":
        return NOT_SET
    if isinstance(value, SecretStr) or (_SECRET.search(name) and not isinstance(value, Path)):
        return HIDDEN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and name.endswith("_s"):
        return f"{value:,g} s" if value < 1e6 else f"{value:,.0f} s"
    if isinstance(value, int) and not name.endswith("_port"):
        return f"{value:,}" + (" bytes" if name.endswith("_bytes") else "")
    return without_users(str(value))


def without_users(text: str) -> str:
    """Without the user and password that an address may hold."""
    return _USER_OF_URL.sub("//…@", text)
