"""The page of the HTTP interface, written from the description that `/openapi.json` serves."""

from collections.abc import Iterator, Mapping
from typing import Any

from collector.door.openapi import description
from docs.markdown import grid

_Node = Mapping[str, Any]


def page() -> Iterator[str]:
    """The page's lines."""
    said = description()
    yield from (
        "# HTTP",
        "",
        "What the collector's HTTP port answers, by default 4318; a running one says the same as OpenAPI 3.1 on",
        "`/openapi.json`. With [tokens](security.md#tokens) each request shows one: as `authorization: Bearer …`, as",
        "the password of Basic authentication, or as `x-api-key`. The same exports over gRPC: port 4317.",
        "",
    )
    rows = [
        (f"`{verb.upper()} {path}`", operation["summary"], _bodies(operation))
        for path, verbs in said["paths"].items()
        for verb, operation in verbs.items()
    ]
    yield from grid(("request", "does", "body"), rows)
    yield from ("## Answers", "", "An error says what is wrong in JSON, or in the encoding of an export.", "")
    yield from grid(("status", "means"), sorted(_answers(said).items()))
    for name, schema in sorted(said["components"]["schemas"].items()):
        yield from _schema(name, schema)


def _bodies(operation: _Node) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return ", ".join(sorted({_link(one["schema"]) or f"`{media}`" for media, one in content.items()}))


def _link(schema: _Node) -> str:
    """The names of a schema's types, linked to where they are told."""
    names = [each["$ref"].rpartition("/")[2] for each in (schema, *schema.get("oneOf", ())) if "$ref" in each]
    return ", ".join(f"[{name}](#{name.lower()})" for name in names)


def _answers(said: _Node) -> dict[str, str]:
    """What each status means; where several operations word it differently, all of it."""
    means: dict[str, list[str]] = {}
    for verbs in said["paths"].values():
        for operation in verbs.values():
            for status, answer in operation["responses"].items():
                words = means.setdefault(status, [])
                if status != "200" and answer["description"] not in words:
                    words.append(answer["description"])
    return {status: " ".join(words) or "Done; what was sent is on disk." for status, words in means.items()}


def _schema(name: str, schema: _Node) -> Iterator[str]:
    yield from (f"## {name}", "")
    if text := schema.get("description"):
        yield from (text, "")
    needed = schema.get("required", ())
    rows = [
        (f"`{key}`", _kind(one), "yes" if key in needed else "", one.get("description", ""))
        for key, one in schema.get("properties", {}).items()
    ]
    if rows:
        yield from grid(("field", "is", "needed", "says"), rows)
    elif schema.get("type") == "array":
        yield from (f"A list of {_kind(schema['items'])}, at most {schema['maxItems']:,}.", "")
    else:
        yield from ("Holds " + ", ".join(f"`{key}`" for key in needed) + ".", "")


def _kind(schema: _Node) -> str:
    if link := _link(schema):
        return link
    if words := schema.get("enum"):
        return ", ".join(f"`{'null' if word is None else word}`" for word in words)
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    kinds = schema.get("type", "object")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if inner := schema.get("properties"):
        text += " of " + ", ".join(f"`{key}`" for key in inner)
    return text + (f", {schema['format']}" if "format" in schema else "")
