"""Input and output hashes: what was asked and answered, told apart from how it was written down.

The same messages come as indexed attributes (``gen_ai.prompt.0.content``), as JSON in one string, as structured
key-value lists, or inside a whole request (`transforms.envelopes`); all are brought to one list of [role, content]
before hashing. Left out are ids, models, settings and finish reasons, so a repeat of the same request has the same hash
whatever answered it. No hash is made from texts that a library blanked out itself. `input.value` and
`traceloop.entity.input` are no requests: they hold the arguments of whatever function a span stands for.
"""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.attributes import Attributes, Kind
from transforms.envelopes import answered, asked

Message = list[Any]
"""[role, content]: content is a text, or a list of texts and tool calls and results."""

_ROLES = {"human": "user", "ai": "assistant", "model": "assistant"}
_TYPES = (
    "human",
    "ai",
    "system",
    "tool",
    "user",
    "assistant",
)  # of LangChain\'s messages: their roles; no sets, as what is sent may not hash
_BLANK = frozenset({"<REDACTED>", "[REDACTED]", "__REDACTED__", "{}"})
_DIGITS = 32  # 128 bits of the hash, in hex
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

_INPUTS = (
    ("gen_ai.system_instructions", "gen_ai.input.messages"),
    ("gen_ai.prompt",),
    ("llm.input_messages",),
    ("llm.prompts",),
    ("embedding.embeddings",),
    ("ai.prompt.messages",),
    ("ai.prompt",),
    ("ai.values",),
    ("ai.value",),
    ("langfuse.observation.input",),
    ("mlflow.spanInputs",),
    ("lmnr.span.input",),
    ("gen_ai.prompt_json",),
    ("gcp.vertex.agent.llm_request",),
    ("haystack.component.input",),
    ("genkit:input",),
    ("braintrust.input_json",),
    ("llm.messages",),
    ("request_data",),
    ("events",),
    ("reranker.query", "reranker.input_documents"),
    ("inputs",),
    ("gen_ai.tool.call.arguments",),
)
_OUTPUTS = (
    ("gen_ai.output.messages",),
    ("gen_ai.completion",),
    ("llm.output_messages",),
    ("llm.completions",),
    ("ai.response.text", "ai.response.toolCalls"),
    ("ai.response.object",),
    ("langfuse.observation.output",),
    ("mlflow.spanOutputs",),
    ("lmnr.span.output",),
    ("gen_ai.completion_json",),
    ("gcp.vertex.agent.llm_response",),
    ("haystack.component.output",),
    ("genkit:output",),
    ("braintrust.output_json",),
    ("response_data",),
    ("events",),
    ("outputs",),
)
_INDEXED = frozenset(
    {
        "gen_ai.prompt", "gen_ai.completion", "gen_ai.system_instructions", "gen_ai.input.messages",
        "gen_ai.output.messages", "llm.input_messages", "llm.output_messages", "llm.prompts", "llm.completions",
        "embedding.embeddings", "reranker.input_documents",
    }
)  # fmt: skip
"""Roots that may be spread over indexed keys; the others are one attribute."""
_ARGUMENTS = ("gen_ai.tool.call.arguments",)
"""What a tool was called with: no messages, compared as the JSON it is."""
_CALLS = ("tool_use", "tool-call")
_RESULTS = ("tool_result", "tool-result", "function_call_output")
_IDS = frozenset(
    {"id", "type", "tool_call_id", "call_id", "tool_use_id", "toolCallId", "cache_control", "providerOptions"}
)
_WRAPPERS = ("message", "embedding", "document", "prompt", "completion", "kwargs")
_PART_WRAPPERS = ("message_content", "tool_call", "function", "function_call", "functionCall")
_NO_MESSAGE = re.compile(r"gen_ai\.prompt\.(name|version|variable\..*)")


def message_hashes(attributes: Attributes, hash_key: bytes) -> dict[str, pa.Array]:
    """``input_hash`` and ``output_hash`` per owner: 32 hex digits, null where no message was recorded."""
    return {
        "input_hash": _hashes(attributes, _INPUTS, "user", hash_key),
        "output_hash": _hashes(attributes, _OUTPUTS, "assistant", hash_key),
    }


def _hashes(attributes: Attributes, spellings: Sequence[tuple[str, ...]], role: str, hash_key: bytes) -> pa.Array:
    result: list[str | None] = [None] * attributes.owners
    for roots in spellings:
        for owner, values in _trees(attributes, roots).items():
            if result[owner] is None:
                result[owner] = _hash_said([(root, values[root]) for root in roots if root in values], role, hash_key)
    return pa.array(result, pa.string())


def _hash_said(said: list[tuple[str, Any]], role: str, hash_key: bytes) -> str | None:
    try:
        return hash_of([message for root, value in said for message in _messages(root, value, role)], hash_key)
    except RecursionError:  # nested beyond reason: no hash rather than no row
        return None


def hash_of(messages: list[Message], hash_key: bytes) -> str | None:
    """32 hex digits for ``messages`` in one canonical form; None where they are blank or nested beyond reason."""
    try:
        text = _CANONICAL.encode(messages)
    except RecursionError:
        return None
    if not messages or any(_is_blank(content) for _, content in messages):
        return None
    # JSON texts may spell half a surrogate pair, which UTF-8 has no bytes for
    return hmac.digest(hash_key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:_DIGITS]


def _is_blank(content: Any) -> bool:
    return content == [] or (isinstance(content, str) and content.upper() in _BLANK)


def _trees(attributes: Attributes, roots: Sequence[str]) -> dict[int, dict[str, Any]]:
    """For each owner the value under each root; indexed keys below a root are put together as nested dicts."""
    found: dict[int, dict[str, Any]] = {}
    # in the order of keys, not of arrival: where a key and one below it both stand, the same one wins always
    for key, code in sorted((key, code) for code, key in enumerate(attributes.keys)):
        root = next((one for one in roots if key == one or (one in _INDEXED and key.startswith(f"{one}."))), None)
        if root is None or _NO_MESSAGE.fullmatch(key):
            continue
        path = key[len(root) + 1 :].split(".") if key != root else []
        at = attributes.at_code(code)
        texts = attributes.texts(at).to_pylist()
        structured = np.isin(attributes.kind[at], (Kind.ARRAY, Kind.KVLIST)).tolist()
        for owner, is_json, text in zip(attributes.owner[at].tolist(), structured, texts, strict=True):
            _put(found.setdefault(owner, {}), [root, *path], json.loads(text) if is_json else text)
    return found


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        below = tree.get(part)
        if not isinstance(below, dict):
            below = tree[part] = {}
        tree = below
    tree.setdefault(path[-1], value)


def _messages(root: str, value: Any, role: str) -> list[Message]:
    if root in _ARGUMENTS:
        return [["tool", parsed(value)]]
    value = _listed(parsed(value) if root in _INDEXED else _unquoted(parsed(value)))
    if root == "gen_ai.system_instructions":
        return [["system", _content(value)]]
    if root == "ai.response.toolCalls":  # the answer's message, told in two attributes
        return [[role, _content(value)]]
    return [_message(item, role) for item in (asked(value) if role == "user" else answered(value))]


def _message(item: Any, role: str) -> Message:
    if isinstance(item, dict):
        # OpenInference puts each message below a key of that name, LangChain's own form below `kwargs`
        if "role" not in item:
            for wrapper in _WRAPPERS:
                if isinstance(item.get(wrapper), dict):
                    item = item[wrapper]
        said: Any = next((item[key] for key in ("parts", "content", "contents", "text") if item.get(key)), [])
        parts = _parts(said) + _parts(item.get("tool_calls") or [])
        return [_role(item, role), _single(parts)]
    return [role, _content(item)]


def _role(item: dict[str, Any], role: str) -> str:
    said = str(item.get("role") or (item.get("type") if item.get("type") in _TYPES else role)).lower()
    return _ROLES.get(said, said)


def _content(value: Any) -> Any:
    return _single(_parts(value))


def _single(parts: list[Any]) -> Any:
    """Texts next to each other are one text; a text alone stands without a list."""
    joined: list[Any] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined[0] if len(joined) == 1 and isinstance(joined[0], str) else joined


def _parts(value: Any) -> list[Any]:
    value = _listed(value)
    return [part for item in (value if isinstance(value, list) else [value]) for part in _part(item)]


def _part(item: Any) -> list[Any]:
    if not isinstance(item, dict):
        return [] if item is None or item == "" else [item if isinstance(item, str) else parsed(item)]
    plain = _plain_text(item)
    if plain is not None:
        return [plain]
    for wrapper in _PART_WRAPPERS:
        if isinstance(item.get(wrapper), dict):
            item = item[wrapper]
    name = item.get("toolName", item.get("name"))
    for arguments in ("arguments", "args", *(("input",) if item.get("type") in _CALLS else ())):
        if arguments in item and name is not None:
            return [{"call": name, "arguments": parsed(item[arguments])}]
    for key in ("text", "content", "response", "result"):
        if isinstance(item.get(key), str):
            return [item[key]]
    if item.get("type") in _RESULTS:
        return _parts(item.get("content") or item.get("output") or [])
    if item.keys() == {"type", "value"}:  # what a tool gave back, in the AI SDK's words
        return [item["value"]]
    facts = {key: part for key, part in item.items() if key not in _IDS}
    return [facts] if facts else []


def _plain_text(item: dict[str, Any]) -> str | None:
    """What most parts say, known without a look for all the others' keys."""
    if item.get("type") != "text":
        return None
    said = item.get("text")
    if len(item) == 2 and not isinstance(said, str):
        said = item.get("content")
    return said if isinstance(said, str) else None


def parsed(value: Any) -> Any:
    """JSON inside a string, as what it says; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _unquoted(value: Any) -> Any:
    """Texts that stand as JSON strings, alone or in a list, as what they say."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [_unquoted(item) for item in value]
    if isinstance(value, str) and value[:1] == '"':
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _listed(value: Any) -> Any:
    """Nested dicts of indexed keys, {"0": …, "1": …}, as the list they spell."""
    if isinstance(value, Mapping) and value and all(re.fullmatch(r"\d{1,9}", str(key)) for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return value
