"""Envoy AI Gateway, from documents, not recorded: read from envoyproxy/ai-gateway at c217da8a.

By default it writes OpenInference, cache inside. In its `gen_ai` mode Anthropic's counts are passed on as they came,
cache outside.
"""

from transforms.dialects.base import EXCLUSIVE, INCLUSIVE, REQUEST, Dialect, KindKey, Meaning, TokenRule
from transforms.dialects.otel_genai import OPERATIONS, USAGE

DIALECT = Dialect(
    name="envoy_ai_gateway",
    is_private=True,
    scopes=("envoyproxy/ai-gateway",),
    kinds=(KindKey("gen_ai.operation.name", {**OPERATIONS, "translation": Meaning(REQUEST, "audio")}, rank=1),),
    usage=(USAGE,),
    token_rules=(TokenRule(EXCLUSIVE, provider="anthropic"), TokenRule(INCLUSIVE)),
)
