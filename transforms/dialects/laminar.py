"""Laminar, from documents, not recorded: read from lmnr 0.8.2. Its spans of evaluations are evaluation traffic."""

from transforms.dialects.base import CONTAINER, EVALUATOR, REQUEST, TOOL, Dialect, KindKey, Meaning, Source
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import lower

_PROPERTY = "lmnr.association.properties."


def _marker(text: str) -> str | None:
    return "eval" if lower(text) in ("evaluation", "evaluator", "human_evaluator") else None


DIALECT = Dialect(
    name="laminar",
    scopes=("lmnr",),
    prefixes=("lmnr.",),
    columns={
        "session_id": (f"{_PROPERTY}session_id",),
        "user_id": (f"{_PROPERTY}user_id",),
        "reported_cost_usd": ("gen_ai.usage.cost",),
        "traffic_marker": (Source("lmnr.span.type", _marker),),
    },
    kinds=(
        KindKey(
            "lmnr.span.type",
            {
                "llm": Meaning(REQUEST, "chat"),
                "tool": Meaning(TOOL, "tool"),
                "default": Meaning(CONTAINER, "span"),
                "executor": Meaning(CONTAINER, "step"),
                "evaluation": Meaning(CONTAINER, "evaluation"),
                "evaluator": Meaning(EVALUATOR, "evaluation"),
                "human_evaluator": Meaning(EVALUATOR, "evaluation"),
            },
        ),
    ),
    usage=(USAGE,),
)
