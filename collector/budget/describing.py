"""The budgets' part of `/openapi.json`."""

from typing import Any

from collector.budget.annotations import ANOMALY_NOTE, APPROVAL, OVERRIDE
from collector.budget.requests import DEFAULT_TTL_S, LONGEST_TTL_S, MOST_CALLS, TOKENS_OF_MODEL
from transforms.budgets.budget import DEFAULT_PRIORITY, DIMENSIONS
from transforms.budgets.decision import VERDICTS

_Node = dict[str, Any]
_JSON = "application/json"
_USD: _Node = {"type": ["string", "number"], "description": 'US dollars, exact as text: "0.25".'}
_COUNT: _Node = {"type": "integer", "minimum": 0}
_AMOUNTS: _Node = {"usd": _USD, "tokens": _COUNT, "steps": _COUNT}
_ID: _Node = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,100}$"}
_TEXT: _Node = {"type": "string", "minLength": 1}
_WHICH: _Node = {"reservation_id": _ID, "organization": {"type": "string", "description": "Whose, without a token's."}}
_FAILURES = {
    "400": "The request cannot be meant as it is; names the field.",
    "401": "A token is needed, or it is not known here.",
    "403": "The token lacks the scope that this needs.",
    "404": "No such reservation, or it was closed long ago.",
    "409": "The reservation is not what the request takes it for.",
    "413": "Too much for one request.",
    "415": "Another content type than JSON.",
    "429": "Too much is arriving at once; ask again after Retry-After.",
    "503": "No decision can be made, or kept, now; ask again after Retry-After, or do what the budgets say.",
}


def paths() -> _Node:
    """What is posted to, with its answers."""
    return {
        "/v1/budget/check": _post("checkBudget", "May this be dispatched? What is granted is reserved.", "Check"),
        "/v1/budget/settle": _post("settleReservation", "Say what a reservation cost.", "Settlement", "Reservation"),
        "/v1/budget/release": _post("releaseReservation", "Give a reservation back.", "Release", "Reservation"),
        "/v1/annotations": _post("annotate", "Say something about budgets or anomalies, for good.", "Annotation"),
    }


def schemas() -> _Node:
    """Their bodies."""
    scope = _object(dict.fromkeys(DIMENSIONS, _TEXT))
    model = {**dict.fromkeys(TOKENS_OF_MODEL, _COUNT), "model": _TEXT, "provider": _TEXT, "like_workflow": _TEXT}
    return {
        "BudgetCheck": _object(
            {
                "scope": scope,
                "estimate": _object({**_AMOUNTS, **model}),
                "calls": {
                    **_COUNT,
                    "minimum": 1,
                    "maximum": MOST_CALLS,
                    "description": "As many as steps unless said.",
                },
                "priority": {**_COUNT, "maximum": 100, "default": DEFAULT_PRIORITY},
                "ttl_s": {**_COUNT, "minimum": 1, "maximum": LONGEST_TTL_S, "default": DEFAULT_TTL_S},
                "reservation_id": _ID,
                "reserve": {"type": "boolean", "default": True},
                "approval": {**_ID, "description": "Id of an annotation of kind budget_approval."},
            }
        ),
        "BudgetCheckAnswer": {
            "type": "object",
            "required": ["verdict", "reasons", "reservation_id", "when_unreachable"],
            "properties": {
                "verdict": {"enum": list(VERDICTS)},
                "reasons": {"type": "array", "items": _TEXT},
                "reservation_id": {"type": ["string", "null"]},
                "expires_at": {"type": ["string", "null"], "format": "date-time"},
                "wait_ms": _COUNT,
                "alternative_model": {**_TEXT, "description": "A cheaper model that would be granted."},
                "counters": {"type": "array", "items": {"type": "object"}},
                "spend": {"type": "object", "description": "How old the spend in spans is that this was decided on."},
                "when_unreachable": {"enum": ["allow", "deny"]},
                "deadline_ms": {"type": ["integer", "null"]},
            },
        },
        "BudgetSettlement": _object({**_WHICH, "spent": _object(_AMOUNTS)}, ["reservation_id", "spent"]),
        "BudgetRelease": _object(_WHICH, ["reservation_id"]),
        "BudgetReservation": {
            "type": "object",
            "required": ["reservation_id", "state", "holds"],
            "properties": {
                "reservation_id": _ID,
                "state": {"enum": ["open", "settled", "released", "expired"]},
                "holds": {"type": "array", "items": {"type": "object"}},
            },
        },
        "BudgetAnnotation": {
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {"enum": [OVERRIDE, APPROVAL, ANOMALY_NOTE]},
                **dict.fromkeys(("budget", "reason", "by", "valid_from", "valid_to", "anomaly", "note"), _TEXT),
                "limit": {"type": ["string", "number"]},
                "factor": {"type": ["string", "number"]},
                "scope": {"type": "object"},
            },
        },
        "BudgetAnnotationAnswer": {"type": "object", "required": ["annotation_id"]},
        "BudgetError": {"type": "object", "required": ["error"], "properties": {"error": _TEXT}},
    }


def _post(name: str, summary: str, body: str, answer: str = "") -> _Node:
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "security": [{}, {"bearer": []}, {"basic": []}, {"key": []}],
            "requestBody": {"required": True, "content": _content(body)},
            "responses": {
                "200": {"description": "It is on disk.", "content": _content(answer or f"{body}Answer")},
                **{status: {"description": why, "content": _content("Error")} for status, why in _FAILURES.items()},
            },
        }
    }


def _content(name: str) -> _Node:
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/Budget{name}"}}}


def _object(properties: _Node, required: list[str] | None = None) -> _Node:
    said: _Node = {"type": "object", "properties": properties, "additionalProperties": False}
    return said | ({"required": required} if required else {})
