"""vLLM's server spans, from documents, not recorded: read from vllm/tracing at 0bf3270f.

A second sighting of a call that the client may have recorded too. Cached tokens are the server's own prefix cache.
"""

from transforms.dialects.base import INCLUSIVE, REQUEST, Dialect, KindKey, Meaning, NameRule, TokenRule
from transforms.dialects.otel_genai import USAGE

_REQUEST = Meaning(REQUEST, "chat")

DIALECT = Dialect(
    name="vllm",
    is_private=True,
    scopes=("vllm.",),
    keys=("gen_ai.usage.num_sequences",),
    prefixes=("gen_ai.latency.",),
    fallbacks={"response_id": ("gen_ai.request.id",)},
    kinds=(KindKey("gen_ai.usage.num_sequences", lambda _: _REQUEST, rank=2),),
    name_rules=(NameRule("llm_request$", _REQUEST),),
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
