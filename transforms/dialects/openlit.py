"""OpenLIT; read from version 1.45 and one recording.

Native Anthropic input leaves cache out while OpenAI's holds it, under the same key; Gemini output leaves thoughts
out. Streams without a provider's usage are counted by a tokenizer, and only the missing cache keys show it.
"""

from transforms.dialects.base import EXCLUSIVE, EXCLUSIVE_OUTPUT, INCLUSIVE, Dialect, Estimate, TokenRule
from transforms.dialects.otel_genai import USAGE

DIALECT = Dialect(
    name="openlit",
    scopes=("openlit",),
    columns={"reported_cost_usd": ("gen_ai.usage.cost",)},
    fallbacks={"session_id": ("gen_ai.agent.session_id",)},
    usage=(USAGE,),
    token_rules=(
        TokenRule(EXCLUSIVE, scope="openlit.instrumentation.anthropic"),
        TokenRule(EXCLUSIVE_OUTPUT, scope="openlit.instrumentation.google_ai_studio"),
        TokenRule(EXCLUSIVE_OUTPUT, scope="openlit.instrumentation.vertexai"),
        TokenRule(INCLUSIVE),
    ),
    estimates=(
        Estimate(
            scope="openlit",
            why="counted by a tokenizer",
            when="gen_ai.request.stream",
            unless=("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        ),
    ),
)
