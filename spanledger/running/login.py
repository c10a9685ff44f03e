"""The explorer's login file: Streamlit's table `[auth]` (OpenID Connect) and who may see what, checked before use.

[auth]
redirect_uri = "https://costs.example.com/oauth2callback"
cookie_secret = "at least 32 random characters"
client_id = "…"
client_secret = "…"
server_metadata_url = "https://accounts.example.com/.well-known/openid-configuration"

[allow]
groups = ["finops"]

[[scope]]
domains = ["example.com"]
organization = "acme"
teams = ["search"]
"""

import importlib.util
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.access.login_file import LoginFileError, read_rules
from spanledger.running.ports import is_loopback
from spanledger.settings import PREFIX, Settings

_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SECRET_LENGTH = 32
_CALLBACK = "/oauth2callback"


class LoginError(ValueError):
    """The explorer would show figures to anyone, or its login file cannot be used."""


def check_explorer(settings: Settings) -> None:
    """Raises LoginError unless who may reach the explorer is asked who they are."""
    if settings.login_file is not None:
        read_login(settings.login_file)
        _refuse_missing_parts()
    elif not is_loopback(settings.app_host):
        raise LoginError(
            f"the cost explorer on {settings.app_host} would show every figure to anyone on the network: "
            f"set {PREFIX}LOGIN_FILE, or listen on 127.0.0.1 ({PREFIX}APP_HOST)"
        )


def read_login(path: Path) -> Mapping[str, Any]:
    """The `[auth]` table of ``path``. Raises LoginError, naming the file and the key."""
    try:
        tables = tomllib.loads(path.read_text())
        read_rules(tables)
    except (OSError, ValueError, LoginFileError) as error:
        raise LoginError(f"login file {path}: {error}") from error
    auth = tables.get("auth")
    if not isinstance(auth, dict):
        raise LoginError(f"login file {path}: expected a table [auth]")
    for key in _NEEDED:
        if not isinstance(auth.get(key), str) or not auth[key]:
            raise LoginError(f"login file {path}: [auth] needs {key}")
    if len(auth["cookie_secret"]) < _SECRET_LENGTH:
        raise LoginError(f"login file {path}: cookie_secret must be at least {_SECRET_LENGTH} random characters")
    for key in ("redirect_uri", "server_metadata_url"):
        _refuse_plain(auth[key], f"login file {path}: {key}")
    if not urlsplit(auth["redirect_uri"]).path.endswith(_CALLBACK):
        raise LoginError(f"login file {path}: redirect_uri is the explorer's address with {_CALLBACK} behind it")
    return auth


def _refuse_plain(address: str, where: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise LoginError(f"{where} must begin with https:// (http:// only on this machine)")


def _refuse_missing_parts() -> None:
    for module in ("authlib", "httpx"):
        if importlib.util.find_spec(module) is None:
            raise LoginError(f"the login needs the package {module}: pip install 'spanledger[login]'")
