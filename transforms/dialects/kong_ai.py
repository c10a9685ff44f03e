"""Kong AI Gateway, from documents, not recorded: read from its OpenTelemetry page (the plugin is not open source)."""

from transforms.dialects.base import Dialect, Source
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import lower


def _hit(text: str) -> str | None:
    return {"hit": "true", "miss": "false"}.get(lower(text) or "")


def _streams(text: str) -> str | None:
    return {"stream": "true", "oneshot": "false"}.get(lower(text) or "")


DIALECT = Dialect(
    name="kong_ai",
    scopes=("kong",),
    prefixes=("kong.",),
    columns={
        "is_cache_hit": (Source("kong.gen_ai.cache.status", _hit),),
        "is_stream": (Source("kong.gen_ai.request.mode", _streams),),
        "team": ("kong.auth.consumer.name",),
        "project": ("kong.workspace.name",),
        "reported_cost_usd": ("kong.gen_ai.llm.cost",),
    },
    usage=(USAGE,),
)
