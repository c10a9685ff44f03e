"""Channels: where their address comes from, what of it may be shown, and how a message goes there (by apprise).

apprise is imported with the first message: it takes a tenth of a second and most processes have nothing to say. It
keeps nothing on disk and asks nobody anything but the address it was given; its pictures, which receivers would fetch,
are left out. Addresses hold passwords: what is logged or shown is their scheme, and their host where it is one.
"""

import logging
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from transforms.alerts.rules import Channel
from transforms.alerts.words import Text

if TYPE_CHECKING:
    from apprise import AppriseAttachment

HOST_SCHEMES = frozenset(
    {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos", "syslog", "mqtt", "mqtts", "apprise"}
)
"""Schemes whose first part is a host; of all others it may be a token."""
_SHORTEST_SECRET = 4
_TALKATIVE = ("urllib3", "requests", "requests_oauthlib", "oauthlib")
"""What apprise stands on logs whole addresses when asked for details."""


@dataclass(frozen=True)
class Attached:
    """A file that goes with a message, to services that take files; the others get the message alone."""

    name: str
    mimetype: str
    content: bytes


class ChannelError(ValueError):
    """A channel that has no usable address; says why, without showing it."""


def address(channel: Channel, environment: Mapping[str, str] = os.environ) -> str:
    """The address of a channel. Raises ChannelError."""
    if channel.url is not None:
        return channel.url
    found = environment.get(channel.url_from or "", "").strip()
    if "://" not in found:
        state = "holds no address such as json://host/path" if found else "is not set"
        raise ChannelError(f"the environment variable {channel.url_from} {state}")
    return found


def shown(url: str) -> str:
    """What of an address may be shown: `json://hooks.example.com`, `slack://…`."""
    parts = urlsplit(url)
    is_host = parts.scheme in HOST_SCHEMES and parts.hostname is not None
    return f"{parts.scheme}://{parts.hostname if is_host else '…'}"


def described(channel: Channel, environment: Mapping[str, str] = os.environ) -> str:
    """The same of a channel; where its address is missing, why."""
    try:
        return shown(address(channel, environment))
    except ChannelError as error:
        return str(error)


def send(url: str, text: Text, attached: Sequence[Attached] = ()) -> str | None:
    """Hand a message to the service at ``url``; returns why it was not taken, None where it was.

    Waits as long as the service's own time limits say.
    """
    import apprise

    _quiet()
    asset = apprise.AppriseAsset(
        app_id="SpanLedger",
        app_desc="what LLM calls cost",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        storage_mode="memory",
    )
    with _Overheard() as heard:
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            said = heard.text or "no service takes it"
            return _scrubbed(f"the address {shown(url)} cannot be used: {said}", url)
        if urlsplit(url).scheme.startswith("mailto"):
            service.notify_format = apprise.NotifyFormat.TEXT
        is_taken = service.notify(
            body=text.body,
            title=text.title,
            notify_type=text.kind,
            body_format=apprise.NotifyFormat.TEXT,
            attach=_files(attached) if attached and service.attachment_support else None,
        )
        return None if is_taken else _scrubbed(heard.text or "the service did not take the message", url)


def _files(attached: Sequence[Attached]) -> "AppriseAttachment":
    from apprise import AppriseAttachment
    from apprise.attachment.memory import AttachMemory

    files = AppriseAttachment()
    for one in attached:
        held = AttachMemory(content=one.content, name=one.name, mimetype=one.mimetype)  # type: ignore[no-untyped-call]
        files.add(held)
    return files


def _quiet() -> None:
    logging.getLogger("apprise").propagate = False
    logging.getLogger("apprise").setLevel(logging.WARNING)  # its details hold whole addresses
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


class _Overheard(logging.Handler):
    """What apprise logs in this thread while it is open: the only place where it says why."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._said.append(record.getMessage())

    @property
    def text(self) -> str:
        """All of it on one line."""
        return " ".join(" ".join(self._said).split())

    def __enter__(self) -> "_Overheard":
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)


def _scrubbed(reason: str, url: str) -> str:
    """``reason`` without anything of the address that may be secret."""
    parts = urlsplit(url)
    pieces = [parts.username or "", parts.password or "", *re.split(r"[/?&=#]", parts.path + parts.fragment)]
    pieces += [value for _, value in parse_qsl(parts.query)]
    if parts.scheme not in HOST_SCHEMES:
        pieces.append(parts.netloc)
    for piece in sorted({*pieces, *map(unquote, pieces)}, key=len, reverse=True):
        if len(piece) >= _SHORTEST_SECRET:
            reason = reason.replace(piece, "…")
    return reason
