"""Requests and answers that came whole, as SDKs and providers write them: the messages inside.

A request is `{"messages": …}` (OpenAI, Anthropic, Genkit), `{"contents": …}` (Google), `{"input": …}` (OpenAI's
Responses, embeddings) or `{"prompt": …}`, with the system's instructions in one of them or beside; an answer is
`{"choices": …}`, `{"candidates": …}`, `{"generations": …}` and so on. What a request says beyond messages and settings
counts too: two requests are the same only if nothing tells them apart.
"""

from typing import Any

_REQUESTS = ("messages", "contents", "input", "prompt", "prompts", "inputs")
_SYSTEM = ("system", "instructions", "system_instruction", "systemInstruction")
_ANSWERS = ("choices", "candidates", "generations", "replies", "output", "message", "messages")
_ANSWER_PARTS = ("message", "content", "text")
SETTINGS = frozenset(
    {
        "model", "stream", "stream_options", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens",
        "max_output_tokens", "n", "seed", "stop", "stop_sequences", "presence_penalty", "frequency_penalty", "user",
        "metadata", "tools", "tool_choice", "response_format", "service_tier", "config", "extra_body", "extra_headers",
        "timeout", "store", "reasoning", "reasoning_effort", "thinking", "encoding_format", "dimensions",
    }
)  # fmt: skip
"""What a request may hold beside its messages; a request of settings alone says nothing of what was asked."""


def asked(value: Any) -> list[Any]:
    """The messages of a request, the system's instructions first."""
    if isinstance(value, list):
        return _events(value, is_answer=False) or _flat(value)
    if not isinstance(value, dict) or "role" in value:
        return [value]
    name = next((key for key in _REQUESTS if value.get(key)), "")
    inside = value.get(name, [])
    config = value.get("config")
    places = (value, config) if isinstance(config, dict) else (value,)
    system = next((place[key] for place in places for key in _SYSTEM if place.get(key)), None)
    rest = {key: item for key, item in value.items() if item and key not in (name, *_SYSTEM, *SETTINGS)}
    return [
        *([{"role": "system", "content": system}] if system else []),
        *(_flat(inside) if isinstance(inside, list) else [inside]),
        *([{"role": "request", "parts": [{"facts": rest}]}] if rest else []),
    ]


def answered(value: Any) -> list[Any]:
    """The messages of an answer."""
    if isinstance(value, list):
        return _events(value, is_answer=True) or _flat(value)
    if not isinstance(value, dict) or "role" in value:
        return [value]
    inside = next((value[key] for key in _ANSWERS if value.get(key)), None)
    if inside is None:
        return [_part(value)]
    return [_part(item) for item in (_flat(inside) if isinstance(inside, list) else [inside])]


def _part(item: Any) -> Any:
    """The message of a choice, a candidate or a generation."""
    if not isinstance(item, dict) or "role" in item:
        return item
    said = next((item[key] for key in _ANSWER_PARTS if item.get(key)), None)
    return said if isinstance(said, dict) else item


def _flat(items: list[Any]) -> list[Any]:
    """LangChain asks in batches, each a list of messages."""
    if items and all(isinstance(item, list) for item in items):
        return [message for item in items for message in item]
    return items


def _events(items: list[Any], is_answer: bool) -> list[Any]:
    """Messages told as events with their names, where the answer is told apart (`gen_ai.choice`)."""
    names = [item.get("event.name") if isinstance(item, dict) else None for item in items]
    if "gen_ai.choice" not in names:
        return []
    return [
        {key: said for key, said in item.items() if key in ("role", "content", "message", "tool_calls")}
        for item, name in zip(items, names, strict=True)
        if isinstance(item, dict) and (name == "gen_ai.choice") is is_answer
    ]
