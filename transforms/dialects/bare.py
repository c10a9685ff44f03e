"""Bare keys that published examples use, camelCase and snake_case; read only where nothing better stands."""

from transforms.dialects.base import Dialect, Source, UsageGroup
from transforms.dialects.readings import lower

USAGE = UsageGroup(
    name="bare",
    input_tokens=("inputTokens", "input_tokens"),
    output_tokens=("outputTokens", "output_tokens"),
)

DIALECT = Dialect(
    name="bare",
    keys=(
        "workflowId", "workflow_id", "modelVersion", "model_version", "trafficSource", "traffic_source",
        "costUsd", "cost_usd", "inputTokens", "input_tokens", "outputTokens", "output_tokens",
    ),
    fallbacks={
        "workflow_id": ("workflowId", "workflow_id"),
        "step": ("step",),
        "response_model": ("modelVersion", "model_version"),
        "traffic_source": (Source("trafficSource", lower), Source("traffic_source", lower)),
        "reported_cost_usd": ("costUsd", "cost_usd"),
        "output_hash": ("outputHash", "output_hash"),
    },
    usage=(USAGE,),
)  # fmt: skip
