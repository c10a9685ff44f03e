"""How the cost explorer is started: Streamlit's command line and environment."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import app
from app.access.reader import FILE as LOGIN_VARIABLE
from app.limits import MEMORY, TIMEOUT
from collector.store.object_access import VARIABLES
from spanledger.running import preflight
from spanledger.running.login import read_login
from spanledger.running.ports import is_loopback
from spanledger.settings import Settings

MAIN = Path(app.__file__).parent / "main.py"
_ANYWHERE = {"0.0.0.0", "::"}


def arguments(settings: Settings) -> list[str]:
    """What follows `python -m`. Raises LoginError for a login file that cannot be used."""
    flags = {
        "server.address": settings.app_host,
        "server.port": str(settings.app_port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "logger.level": settings.log_level,
        **_tls(settings),
    }
    said = [*flags.items(), *_login(settings), *(("server.allowedHosts", name) for name in _names(settings))]
    return ["app.serve", "run", str(MAIN), *(part for name, value in said for part in (f"--{name}", value))]


def _login(settings: Settings) -> list[tuple[str, str]]:
    return [("secrets.files", str(settings.login_file.absolute()))] if settings.login_file else []


def _names(settings: Settings) -> list[str]:
    """The names that browsers may reach the explorer by. A site whose name was made to point here is none of them."""
    own = [name.strip() for name in settings.app_names.split(",") if name.strip()]
    if settings.login_file is not None:
        own.append(urlsplit(read_login(settings.login_file)["redirect_uri"]).hostname or "")
    near = ["localhost", "127.0.0.1", "::1"] if is_loopback(settings.app_host) else []
    return [*near, *own, *([] if settings.app_host in _ANYWHERE else [settings.app_host])]


def _tls(settings: Settings) -> dict[str, str]:
    if not preflight.app_door(settings).is_tls:
        return {}
    return {"server.sslCertFile": str(settings.tls_cert_file), "server.sslKeyFile": str(settings.tls_key_file)}


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with the settings that parts read from there said in full.

    What opens an object store is left out: the explorer reads builds, and nobody who asks it can read the lake."""
    said = {"SPANLEDGER_DATA": str(settings.data.absolute()), "SPANLEDGER_CURRENCY": settings.currency}
    said |= {TIMEOUT: str(settings.page_timeout_s), MEMORY: str(settings.page_memory_bytes)}
    said[LOGIN_VARIABLE] = str(settings.login_file.absolute()) if settings.login_file else ""
    if settings.fx_file:
        said["SPANLEDGER_FX_FILE"] = str(settings.fx_file.absolute())
    return {**{name: value for name, value in os.environ.items() if name not in VARIABLES}, **said}


def run_here(settings: Settings) -> None:
    """Become the explorer; does not return."""
    os.execve(sys.executable, [sys.executable, "-P", "-m", *arguments(settings)], environment(settings))
