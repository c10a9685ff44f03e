"""Spans that the Anthropic SDK (Python, 2.x) makes itself, under whatever else is instrumented.

Read from five recordings: input includes cache, 5-minute and 1-hour cache writes stand in `anthropic.usage.*`.
"""

from transforms.dialects.base import INCLUSIVE, Dialect, Source, TokenRule
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import finish_reason

DIALECT = Dialect(
    name="anthropic_sdk",
    scopes=("com.anthropic.sdk.",),
    columns={
        "finish_reason": (Source("anthropic.message.stop_reason", finish_reason),),
        "service_tier": ("anthropic.response.service_tier",),
    },
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
