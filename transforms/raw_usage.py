"""Providers' own usage objects, found as JSON or as Python prints a dict, read into canonical counts.

Whether input holds the cache follows from the shape of the keys, as the providers' APIs define them:

* OpenAI (chat and Responses) and those who follow it: input holds cache; reasoning is part of output. LiteLLM's object
  has Anthropic's cache names beside OpenAI's counts.
* Anthropic: input leaves cache reads and writes out.
* Bedrock (Converse, Nova): the same, camelCase.
* Gemini: prompt holds cache but not tool results; candidates leave thoughts out. Python spells it in snake case.
* Cohere: `billed_units` is what is billed; `tokens` beside it adds what Cohere itself puts into the prompt, and its
  cache is no matter of billing.
* Voyage: `total_tokens` alone, all of it input.

A stream tells its usage in parts. An array of such objects in the order they came is read as one: for each field the
last object that says it holds, nothing is added.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

Counts = dict[str, int]
Object = Mapping[str, Any]

_ANTHROPIC = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_DEEPSEEK_HIT = "prompt_cache_hit_tokens"
_LONGEST = 20_000  # characters; a usage object has a few hundred


def parse(text: str) -> Counts | None:
    """Canonical counts of one usage object, input and output whole; None if the text is no such object."""
    usage = usage_object(text)
    return None if usage is None else counts_of(usage)


_WITHIN = re.compile(r"""\\*['"]usage\\*['"]\s*:\s*\{|\busage=[A-Za-z_.]*Usage\(""")
"""Where a usage object begins inside the text of a recorded answer: as JSON, as a printed dict or a printed object."""


def parse_answer(text: str) -> Counts | None:
    """Canonical counts of the last usage object inside a recorded answer, whatever stands around it; None without one.

    The provider's own object comes after the answer's text, so what a model wrote never passes for it.
    """
    place = place_in_answer(text)
    if place is None:
        return None
    inside = text[place].partition("usage")[2].lstrip("\\'\": =")
    inside = inside[inside.index("(") :] if inside[0] != "{" else inside
    if inside.startswith("("):
        return counts_of(_constructed(f"Usage{inside}") or {})
    usage = mapping(inside.replace('\\"', '"'))
    return None if usage is None else counts_of(usage)


def place_in_answer(text: str) -> slice | None:
    """Where the last usage object of a recorded answer stands, its name included; None without a whole one."""
    found = list(_WITHIN.finditer(text))
    inside = _balanced(text, found[-1].end() - 1) if found else ""
    return slice(found[-1].start(), found[-1].end() - 1 + len(inside)) if inside else None


def _balanced(text: str, start: int) -> str:
    """The bracketed text that begins at ``start``, empty where it is cut; usage objects hold no text with brackets."""
    depth = 0
    for place in range(start, min(len(text), start + _LONGEST)):
        depth += (text[place] in "{(") - (text[place] in "})")
        if depth == 0:
            return text[start : place + 1]
    return ""


def _constructed(text: str) -> Object | None:
    """``Name(key=value, …)`` as Python prints an object, as a mapping; None for anything else."""
    try:
        call = ast.parse(text, mode="eval").body
        return _arguments(call) if isinstance(call, ast.Call) else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _arguments(call: ast.Call) -> Object:
    return {
        item.arg: _arguments(item.value) if isinstance(item.value, ast.Call) else ast.literal_eval(item.value)
        for item in call.keywords
        if item.arg
    }


def counts_of(usage: Mapping[str, Any]) -> Counts | None:
    """As `parse`, of an object that is read already."""
    if "promptTokenCount" in usage:
        return _gemini(usage)
    if "prompt_token_count" in usage:
        return _gemini({re.sub("_(.)", lambda found: found[1].upper(), key): value for key, value in usage.items()})
    if "inputTokens" in usage:
        return _bedrock(usage)
    if isinstance(usage.get("billed_units"), Mapping):
        return _openai(usage["billed_units"])
    if "prompt_tokens" not in usage and not usage.keys().isdisjoint(_ANTHROPIC[2:]):
        return exclusive_counts(usage)
    return _openai(usage)


def exclusive_counts(usage: Mapping[str, Any]) -> Counts:
    """Counts of an object that is known to be Anthropic's, with or without cache."""
    written_1h = part(usage, "cache_creation", "ephemeral_1h_input_tokens")
    return _exclusive(usage, *_ANTHROPIC) | known(cache_write_1h_tokens=written_1h)


def usage_object(text: str) -> Mapping[str, Any] | None:
    """A usage object, or an array of a stream's partial ones as one; None for anything else."""
    if not text.startswith("["):
        return mapping(text)
    parts = mapping(f'{{"parts": {text}}}')
    listed = parts["parts"] if parts else []
    return merged(listed) if listed and all(isinstance(part, dict) for part in listed) else None


def merged(partials: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Partial usage objects in the order they came: the last one that says a field holds it. Null says nothing."""
    whole: dict[str, Any] = {}
    for partial in partials:
        for name, value in _said(partial).items():
            before = whole.get(name)
            is_both = isinstance(value, Mapping) and isinstance(before, Mapping)
            whole[name] = {**before, **_said(value)} if is_both and before else value
    return whole


def _said(usage: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in usage.items() if value is not None}


def mapping(text: str, longest: int = _LONGEST) -> Mapping[str, Any] | None:
    """An object written as JSON or as Python prints it; None for anything else, and for a cut one."""
    if not text.startswith("{") or len(text) > longest:
        return None
    for read in (json.loads, _printed):
        try:
            value = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return value if isinstance(value, dict) and value else None
    return None


def _printed(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of odd escapes inside somebody else's string
        return ast.literal_eval(text)


def _openai(usage: Mapping[str, Any]) -> Counts | None:
    for prompt, completion in (("prompt_tokens", "completion_tokens"), ("input_tokens", "output_tokens")):
        if prompt in usage or completion in usage:
            return (
                known(
                    input_tokens=count(usage, prompt),
                    output_tokens=count(usage, completion),
                    cached_input_tokens=first(
                        _detail(usage, prompt, "cached_tokens"),
                        count(usage, _DEEPSEEK_HIT),
                        count(usage, _ANTHROPIC[2]),
                    ),
                    cache_write_tokens=first(
                        _detail(usage, prompt, "cache_write_tokens"),
                        _detail(usage, prompt, "cache_creation_tokens"),
                        count(usage, _ANTHROPIC[3]),
                    ),
                    reasoning_tokens=_detail(usage, completion, "reasoning_tokens"),
                )
                or None
            )
    return known(input_tokens=count(usage, "total_tokens")) or None if usage.keys() == {"total_tokens"} else None


def _detail(usage: Mapping[str, Any], whole: str, key: str) -> int | None:
    """A part of a count; the object of parts is called after the count, in the plural or the singular."""
    return first(part(usage, f"{whole}_details", key), part(usage, f"{whole.removesuffix('s')}_details", key))


def _bedrock(usage: Mapping[str, Any]) -> Counts:
    read, write = (f"cache{what}InputToken" for what in ("Read", "Write"))
    names = [name if name in usage else f"{name.removesuffix('s')}Count" for name in (f"{read}s", f"{write}s")]
    return _exclusive(usage, "inputTokens", "outputTokens", *names)


def _exclusive(usage: Mapping[str, Any], input_: str, output: str, read: str, write: str) -> Counts:
    uncached, cached, written = count(usage, input_), count(usage, read), count(usage, write)
    whole = None if uncached is None else uncached + (cached or 0) + (written or 0)
    return known(
        input_tokens=whole,
        output_tokens=count(usage, output),
        cached_input_tokens=cached,
        cache_write_tokens=written,
    )


def _gemini(usage: Mapping[str, Any]) -> Counts:
    prompt, tools = count(usage, "promptTokenCount"), count(usage, "toolUsePromptTokenCount")
    candidates, thoughts = count(usage, "candidatesTokenCount"), count(usage, "thoughtsTokenCount")
    return known(
        input_tokens=None if prompt is None else prompt + (tools or 0),
        output_tokens=None if candidates is None and thoughts is None else (candidates or 0) + (thoughts or 0),
        cached_input_tokens=count(usage, "cachedContentTokenCount"),
        reasoning_tokens=thoughts,
    )


def part(usage: Mapping[str, Any], name: str, key: str) -> int | None:
    """A whole number inside an inner object."""
    details = usage.get(name)
    return count(details, key) if isinstance(details, Mapping) else None


def count(usage: Mapping[str, Any], key: str) -> int | None:
    """A whole number, also as a float or in a string, that is not negative; None where there is none."""
    value = usage.get(key)
    if isinstance(value, str) and re.fullmatch(r"\d{1,19}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62 else None


def first(*counts: int | None) -> int | None:
    """The first count that was said, a zero too."""
    return next((one for one in counts if one is not None), None)


def known(**counts: int | None) -> Counts:
    """Only the counts that were said."""
    return {name: count for name, count in counts.items() if count is not None}
