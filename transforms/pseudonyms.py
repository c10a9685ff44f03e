"""User ids replaced by keyed hashes before anything is read out of a request: `user-` and 96 bits of HMAC-SHA-256.

The same id gives the same pseudonym for as long as the key stays, so users can still be counted and told apart. What
counts as an id: values of keys that name a user (or an e-mail address), in attributes, in maps and JSON inside them, of
spans, resources, scopes, events, links, log records and data points; every e-mail address elsewhere; and each id so
found wherever it stands as a word in the other texts of the same request. Content is left to `transforms.content`.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from transforms.content import is_content, is_event_content

REQUESTS: dict[str, type[Message]] = {
    "span": ExportTraceServiceRequest,
    "log": ExportLogsServiceRequest,
    "metric": ExportMetricsServiceRequest,
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAMES_USER = re.compile(
    r"(.*_)?(((end_?)?user(_pseudo)?(_(uu)?id|_e?mail|_name|_full_name|_login|_account_(uu)?id)?)|(user)?e_?mail(_address)?)"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DONE = re.compile(r"user-[0-9a-f]{24}")
_SHORTEST = 4  # of an id that is looked for in other texts; shorter ones stand there by chance


def pseudonym(text: str, key: bytes) -> str:
    """What stands for ``text``; a pseudonym stands for itself."""
    if not text or _DONE.fullmatch(text):
        return text
    return f"user-{hmac.digest(key, b'user:' + text.encode('utf-8', 'surrogatepass'), 'sha256').hex()[:24]}"


@lru_cache(maxsize=65536)
def names_user(key: str) -> bool:
    """Whether a key names a user or an e-mail address: `user.id`, `enduser.id`, `userId`, `metadata.user_email` …"""
    return _NAMES_USER.fullmatch(re.sub(r"[.\-:]", "_", _CAMEL.sub("_", key)).lower()) is not None


def pseudonymised(body: bytes, signal: str, key: bytes, own_keys: Iterable[str] = ()) -> bytes:
    """The export request ``body`` of ``signal`` (span, log, metric) without user ids; bytes that are none stay as they
    are. ``own_keys`` name users too.
    """
    request = REQUESTS[signal]()
    try:
        request.ParseFromString(body)
    except DecodeError:
        return body
    hiding = _Hiding(key, frozenset(own_keys))
    hiding.walk(request, is_content)
    hiding.finish()
    return request.SerializeToString()


IsContent = Callable[[str], bool]


class _Hiding:
    def __init__(self, key: bytes, own_keys: frozenset[str]) -> None:
        self._key = key
        self._own_keys = own_keys
        self._ids: dict[str, str] = {}
        self._texts: list[tuple[Any, str | int]] = []  # places of other texts: message and field, or list and position

    def walk(self, message: Message, is_hidden: IsContent) -> None:
        if isinstance(message, Span.Event):
            name = message.name
            is_hidden = lambda key: is_event_content(name, key)  # noqa: E731 -- bound to this event
        for field, value in message.ListFields():
            if field.type == field.TYPE_STRING:
                self._keep_place(message, field.name, value)
            elif field.type == field.TYPE_MESSAGE:
                for one in [value] if isinstance(value, Message) else value:
                    if isinstance(one, KeyValue):
                        self._attribute(one.key, one.value, is_hidden)
                    else:
                        self.walk(one, is_hidden)

    def finish(self) -> None:
        """Replace addresses, and the ids found, in all other texts."""
        known = sorted((text for text in self._ids if len(text) >= _SHORTEST), key=len, reverse=True)
        anywhere = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)") if known else None
        for place, name in self._texts:
            text = place[name] if isinstance(name, int) else getattr(place, name)
            new = _EMAIL.sub(self._replace, text) if "@" in text else text
            new = anywhere.sub(self._replace, new) if anywhere else new
            if new == text:
                continue
            if isinstance(name, int):
                place[name] = new
            else:
                setattr(place, name, new)

    def _attribute(self, key: str, value: AnyValue, is_hidden: IsContent) -> None:
        if key in self._own_keys or names_user(key):
            self._hide(value)
        elif not is_hidden(key):
            self._value(value, is_hidden)

    def _value(self, value: AnyValue, is_hidden: IsContent) -> None:
        kind = value.WhichOneof("value")
        if kind == "string_value":
            text = value.string_value
            if text[:1] in ("{", "[") and (new := self._json(text)) is not None:
                value.string_value = new
            self._texts.append((value, "string_value"))
        elif kind == "array_value":
            for one in value.array_value.values:
                self._value(one, is_hidden)
        elif kind == "kvlist_value":
            for pair in value.kvlist_value.values:
                self._attribute(pair.key, pair.value, is_hidden)

    def _hide(self, value: AnyValue) -> None:
        kind = value.WhichOneof("value")
        if kind == "string_value":
            value.string_value = self._hide_text(value.string_value)
        elif kind in ("int_value", "double_value", "bytes_value"):
            value.string_value = self._hide_text(str(getattr(value, kind)))
        elif kind == "array_value":
            for one in value.array_value.values:
                self._hide(one)
        elif kind == "kvlist_value":
            for pair in value.kvlist_value.values:
                self._hide(pair.value)

    def _hide_text(self, text: str) -> str:
        if text[:1] == '"':  # MLflow writes JSON
            try:
                return json.dumps(self._pseudonym(json.loads(text)))
            except (ValueError, TypeError):
                return self._pseudonym(text)
        return self._pseudonym(text)

    def _json(self, text: str) -> str | None:
        """``text`` with the users of its JSON replaced; None where there are none or it is no JSON."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return None
        found: list[bool] = []
        new = self._in_json(said, found)
        return json.dumps(new, ensure_ascii=False) if found else None

    def _in_json(self, said: Any, found: list[bool]) -> Any:
        if isinstance(said, list):
            return [self._in_json(one, found) for one in said]
        if not isinstance(said, dict):
            return said
        new = {}
        for key, value in said.items():
            if (key in self._own_keys or names_user(key)) and isinstance(value, str | int) and value != "":
                found.append(True)
                new[key] = self._pseudonym(str(value))
            else:
                new[key] = self._in_json(value, found)
        return new

    def _keep_place(self, message: Message, name: str, value: Any) -> None:
        if isinstance(value, str):
            self._texts.append((message, name))
        else:
            self._texts.extend((value, position) for position in range(len(value)))

    def _pseudonym(self, text: str) -> str:
        return self._ids.setdefault(text, pseudonym(text, self._key))

    def _replace(self, found: re.Match[str]) -> str:
        return self._pseudonym(found[0])
