"""Takes prompts, answers and persons out of requests that are to be shown to others; every figure stays.

What counts as content is said in `transforms.content`. A text keeps its shape (letters stay letters, digits digits,
its length), so that what is read from lengths and forms stays true; which letters is drawn from a key that is thrown
away, the same for equal texts. Inside objects the words of known formats, usage counts, models and the providers'
ids stay. `altered` proves that nothing that counts was changed.
"""

import ast
import hmac
import json
import random
import re
import string
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spanledger.conformance.folder import Body
from transforms import raw_usage
from transforms.columns import CANONICAL
from transforms.content import is_content, is_event_content
from transforms.normalise import NormaliseOptions, Request, normalise

_PERSONS = re.compile(
    r"(user|enduser)(\..*|_id)?|(.*\.)?user\.(id|email|name|full_name|hash)|langfuse\.user\.id|traceloop\..*user_id"
    r"|host\.(name|id|ip|mac)|process\.(command|command_args|command_line|executable\..*|owner)|client\.address"
)
"""Who, and on which machine: told by resources and tags, and nobody else's business."""

_NOT_COMPARED = {"input_hash", "output_hash", "user_id", "resource_user_id"}

_FORMAT = re.compile(
    r"""messages? | choices? | delta | contents? | parts? | text | role | type | id | model(_name|_id)? | modelVersion
    | object | created | index | logprobs | refusal | finish_reasons? | finishReason | stop_reason | stop_sequence
    | tool_calls | tool_call_id | function | name | arguments | (in|out)puts? | responses? | responseId | results?
    | candidates | system | instructions | prompts? | completions? | meta(data)? | (additional_)?kwargs
    | response_metadata | generations? | generation_info | llm_output | data | embeddings? | reply | replies | raw
    | provider | status | service_tier | system_fingerprint | annotations | audio | body | thinking | reasoning
    | summary | lc | lc_source | safetyRatings | documents | query | queries""",
    re.VERBOSE,
)
_COUNTING = re.compile(r"usage|token|cache|cached|thoughts|inferenceGeo|count", re.IGNORECASE)
_ENUMERATED = re.compile(
    r"model(_name|_id|Version)?|object|role|type|finish_reason|finishReason|stop_reason|status|service_tier|provider"
)
_WORD = re.compile(r"[\w.:/@-]{1,60}")
_SAYS_TEXT = re.compile(r"""[:=]\s*\\*['"]""")
_PROVIDER_ID = re.compile(r"(chatcmpl|cmpl|msg|resp|gen|req|run|call|toolu|rs|fc)[-_][\w-]{1,80}")


class Hider:
    """Hides under one key; see above."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hide(self, body: Body) -> tuple[Message, int]:
        """The request of ``body`` without content, and how many values were replaced. Raises FolderError."""
        message = body.message()
        return message, self._message(message, "")

    def _message(self, message: Message, event: str) -> int:
        """Every attribute below ``message``, and the bodies of log records that are more than a name."""
        replaced = 0
        said = getattr(message, "event_name", "") or (getattr(message, "name", "") if _is_event(message) else "")
        for field, value in message.ListFields():
            if field.message_type is None:
                continue
            if field.message_type is KeyValue.DESCRIPTOR:
                replaced += self._attributes(value, said or event)
            elif field.message_type is AnyValue.DESCRIPTOR:
                replaced += self._log_body(value)
            else:
                inner: Iterable[Message] = value if field.is_repeated else [value]
                replaced += sum(self._message(one, said or event) for one in inner)
        return replaced

    def _attributes(self, attributes: Iterable[KeyValue], event: str) -> int:
        replaced = 0
        for item in attributes:
            is_hidden = is_event_content(event, item.key) if event else is_content(item.key)
            if is_hidden or _PERSONS.fullmatch(item.key):
                self._value(item.value)
                replaced += 1
        return replaced

    def _log_body(self, value: AnyValue) -> int:
        if value.WhichOneof("value") == "string_value" and _WORD.fullmatch(value.string_value):
            return 0  # the event's name
        self._value(value)
        return 1

    def _value(self, value: AnyValue) -> None:
        match value.WhichOneof("value"):
            case "string_value":
                value.string_value = self.text(value.string_value)
            case "bytes_value":
                value.bytes_value = bytes(len(value.bytes_value))
            case "array_value":
                for item in value.array_value.values:
                    self._value(item)
            case "kvlist_value":
                for pair in value.kvlist_value.values:
                    if not _COUNTING.search(pair.key):
                        self._value(pair.value)

    def text(self, text: str) -> str:
        """Another text of the same form; objects written as JSON or as Python prints them stay objects."""
        if text[:1] in ("{", "[", '"', "("):
            for read, write in ((json.loads, _as_json), (_printed, repr)):
                try:
                    return write(self._walk(read(text), is_counted=False))
                except (ValueError, SyntaxError, MemoryError, RecursionError):
                    continue
        place = raw_usage.place_in_answer(text)
        if place is None or _SAYS_TEXT.search(text[place]):
            return self._scrambled(text)
        return self._scrambled(text[: place.start]) + text[place] + self._scrambled(text[place.stop :])

    def _walk(self, value: Any, *, is_counted: bool, key: str = "") -> Any:
        match value:
            case dict():
                return {
                    self._key_of(name): self._walk(
                        item, is_counted=is_counted or bool(_COUNTING.search(str(name))), key=str(name)
                    )
                    for name, item in value.items()
                }
            case list() | tuple():
                walked = [self._walk(item, is_counted=is_counted, key=key) for item in value]
                return tuple(walked) if isinstance(value, tuple) else walked
            case str():
                is_fact = (_ENUMERATED.fullmatch(key) and _WORD.fullmatch(value)) or _PROVIDER_ID.fullmatch(value)
                return value if is_fact else self.text(value)
            case bool() | None:
                return value
            case int() | float():
                return value if is_counted else type(value)(0)
        return value

    def _key_of(self, name: Any) -> Any:
        if not isinstance(name, str) or _FORMAT.fullmatch(name) or _COUNTING.search(name):
            return name
        return self._scrambled(name)

    def _scrambled(self, text: str) -> str:
        drawn = random.Random(hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256"))
        return "".join(_other(character, drawn) for character in text)


def _is_event(message: Message) -> bool:
    return message.DESCRIPTOR.name == "Event"


def _other(character: str, drawn: random.Random) -> str:
    for alphabet in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        if character in alphabet:
            return drawn.choice(alphabet)
    return character if character.isascii() else "¤"


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _printed(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of odd escapes inside somebody else's text
        return ast.literal_eval(text)


def altered(before: Sequence[Body], after: Sequence[Body]) -> list[str]:
    """What the lake would read differently, one line each: file, row and column. Hashes of content may differ."""
    found = []
    for one, other in zip(before, after, strict=True):
        rows = zip(_rows(one), _rows(other), strict=True)
        for number, (was, is_) in enumerate(rows, 1):
            columns = [name for name in CANONICAL if name not in _NOT_COMPARED and was[name] != is_[name]]
            found += [f"{one.file}, row {number}: {name} {was[name]!r} becomes {is_[name]!r}" for name in columns]
    return found


def _rows(body: Body) -> list[dict[str, Any]]:
    signal = {"traces": "span", "logs": "log", "metrics": "metric"}[body.signal.name]
    request = Request(body.message().SerializeToString(), 0, None, "recording", signal)
    rows: list[dict[str, Any]] = normalise([request], NormaliseOptions(True, bytes(32))).to_pylist()
    return rows
