"""Cloudflare AI Gateway, from documents, not recorded: read from its OpenTelemetry page. Its cost is an estimate."""

from transforms.dialects.base import REQUEST, Dialect, KindKey, Meaning, Source
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import provider

DIALECT = Dialect(
    name="cloudflare_ai_gateway",
    keys=("gen_ai.model.provider", "gen_ai.prompt_json", "gen_ai.completion_json"),
    columns={
        "provider": (Source("gen_ai.model.provider", provider),),
        "reported_cost_usd": ("gen_ai.usage.cost",),
    },
    kinds=(KindKey("gen_ai.model.provider", lambda _: Meaning(REQUEST, "chat"), rank=2),),
    usage=(USAGE,),
)
