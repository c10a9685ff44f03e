"""`/openapi.json`: the HTTP interface, described as OpenAPI 3.1 from the tables that serve it.

Records are described by `transforms.outcomes.FIELDS`, answers by `collector.door.answers.Kind`; a path that is served
and not described here fails a test.
"""

import functools
import json
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import pyarrow as pa

from collector.budget import describing
from collector.door import elsewhere
from collector.door.answers import Kind
from collector.door.http_front import EXPORT_PATHS, OUTCOMES_PATH
from collector.door.pages import Page
from collector.door.signals import JSON, PROTOBUF, Signal
from collector.outcomes import MAX_RECORDS, WRAPPER
from transforms.outcomes import FIELDS, SUBJECTS, Field

PATH = "/openapi.json"
PROMETHEUS = "text/plain"

_Node = dict[str, Any]
_WHY = {
    Kind.INVALID: "The request cannot be read, or nothing in it can be used; the answer says why.",
    Kind.UNAUTHENTICATED: "A token is needed, or it is not known here.",
    Kind.FORBIDDEN: "The token lacks the scope that this needs.",
    Kind.TOO_LARGE: "Too much for one request.",
    Kind.UNSUPPORTED_MEDIA: "Another content type or encoding than those below.",
    Kind.BUSY: "Too much is waiting; send it again after Retry-After.",
    Kind.UNAVAILABLE: "It cannot be stored now; send it again after Retry-After.",
}


def pages() -> Mapping[str, Callable[[], Page]]:
    """The page, for the HTTP front."""
    return {PATH: lambda: Page(200, JSON, _text())}


@functools.cache
def _text() -> str:
    return json.dumps(description()) + "\n"


def description() -> _Node:
    """The OpenAPI document."""
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic", "description": "The token is the password."},
        "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SpanLedger collector",
            "version": metadata.version("spanledger"),
            "description": "Telemetry and outcomes in, budget decisions out. Whatever is answered with 200 is on disk.",
        },
        "paths": {
            **_keepers({OUTCOMES_PATH: {"post": _outcomes()}, **describing.paths()}),
            **{path: {"post": _export(signal)} for path, signal in EXPORT_PATHS.items()},
            "/healthz": {"get": _page("It answers.", JSON)},
            "/readyz": {"get": _page("Requests can be stored and land.", JSON, not_ready="They cannot; says why.")},
            "/metrics": {"get": _page("Counters in the text format of Prometheus.", PROMETHEUS)},
            PATH: {"get": _page("This description.", JSON)},
        },
        "components": {"schemas": _schemas() | describing.schemas(), "securitySchemes": schemes},
    }


def _keepers(paths: _Node) -> _Node:
    """What the collector that keeps the lake answers alone, with what others say."""
    misdirected = {str(elsewhere.MISDIRECTED): _answer(elsewhere.WHY, {JSON: {"schema": _ref("BudgetError")}})}
    for path in elsewhere.PATHS:
        paths[path]["post"]["responses"] |= misdirected
    return paths


def _outcomes() -> _Node:
    body = {"oneOf": [_ref("Outcome"), _ref("OutcomeList"), _ref("OutcomeBatch")]}
    return {
        "operationId": "sendOutcomes",
        "summary": "Say outcomes or evaluations of tasks, whenever they become known.",
        "description": "Records that can be used are stored, the others are named in the answer. Send a request again "
        "as it was if its answer is lost: equal records are kept once.",
        "security": [{}, {"bearer": []}, {"basic": []}, {"key": []}],
        "parameters": [_encoding()],
        "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
        "responses": {
            "200": _answer("What can be used is on disk.", {JSON: {"schema": _ref("OutcomeAnswer")}}),
            **_failures({JSON: {"schema": _ref("OutcomeAnswer")}}),
        },
    }


def _export(signal: Signal) -> _Node:
    content = {PROTOBUF: {"schema": {"type": "string", "format": "binary"}}, JSON: {"schema": {"type": "object"}}}
    return {
        "summary": f"OTLP/HTTP export of {signal.name}; the answer is in the encoding of the request.",
        "security": [{}, {"bearer": []}, {"basic": []}, {"key": []}],
        "parameters": [_encoding()],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": _answer(signal.response.DESCRIPTOR.full_name, content), **_failures(content)},
    }


def _encoding() -> _Node:
    return {"name": "Content-Encoding", "in": "header", "schema": {"enum": ["gzip", "identity"]}}


def _failures(content: _Node) -> _Node:
    return {str(kind.value.http_status): _answer(why, content) for kind, why in _WHY.items()}


def _page(summary: str, media: str, *, not_ready: str = "") -> _Node:
    content = {media: {"schema": {"type": "object" if media == JSON else "string"}}}
    answers = {"200": _answer(summary, content)}
    return {
        "summary": summary,
        "responses": answers | ({"503": _answer(not_ready, content)} if not_ready else {}),
    }


def _answer(why: str, content: _Node) -> _Node:
    return {"description": why, "content": content}


def _ref(name: str) -> _Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> _Node:
    records = {"type": "array", "items": _ref("Outcome"), "maxItems": MAX_RECORDS}
    return {
        "Outcome": {
            "type": "object",
            "description": "One statement about one task: its outcome, or one evaluation of it.",
            "properties": {name: _property(field) for name, field in FIELDS.items()},
            "additionalProperties": False,
            "allOf": [{"oneOf": [_given(name) for name in SUBJECTS]}, {"oneOf": [_judged(), _evaluated()]}],
        },
        "OutcomeList": records,
        "OutcomeBatch": {
            "type": "object",
            "properties": {WRAPPER: records},
            "required": [WRAPPER],
            "additionalProperties": False,
        },
        "OutcomeAnswer": {
            "type": "object",
            "properties": {
                "accepted": {"type": "integer", "description": "Records that are stored."},
                "rejected": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "index": {"type": "integer", "description": "Which record of the request, from 0."},
                            "error": {"type": "string", "description": "Key, value and what was expected."},
                        },
                        "required": ["index", "error"],
                    },
                },
                "error": {"type": "string", "description": "What is wrong with the request as a whole."},
            },
            "required": ["accepted", "rejected"],
        },
    }


def _judged() -> _Node:
    nothing = {name: {"type": "null"} for name in ("evaluation_name", "score", "label")}
    return {"required": ["outcome"], "properties": {"outcome": {"not": {"type": "null"}}, **nothing}}


def _evaluated() -> _Node:
    return {**_given("evaluation_name"), "anyOf": [_given("score"), _given("label")]}


def _given(name: str) -> _Node:
    """Said, which null is not."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _property(field: Field) -> _Node:
    if pa.types.is_integer(field.type):
        kind: _Node = {"type": ["integer", "null"], "minimum": 0}
    elif pa.types.is_floating(field.type):
        kind = {"type": ["number", "null"]}
    elif field.words:
        kind = {"enum": [*field.words, None]}
    else:
        kind = {"type": ["string", "null"], "minLength": 1, "maxLength": field.max_length}
    if pa.types.is_timestamp(field.type):
        kind |= {"format": "date-time"}
    return kind | {"description": field.meaning}
