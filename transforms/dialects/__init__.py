"""The registry of dialects: every dialect SpanLedger reads, one line each.

How to add one: `transforms.dialects.base`. Two orders matter, and both are here: ``DIALECTS`` (the first that
fits a span names it, and its columns come first) and ``USAGE_ORDER`` (which set of counts wins a span that
carries several).
"""

from transforms.dialects import (
    anthropic_sdk,
    bare,
    google_adk,
    langfuse,
    litellm,
    mlflow,
    openinference,
    openlit,
    otel_genai,
    pydantic_ai,
    semantic_kernel,
    spanledger,
    traceloop,
    vercel_ai,
    vercel_ai_v7,
)
from transforms.dialects.base import Dialect, UsageGroup

DIALECTS: tuple[Dialect, ...] = (
    langfuse.DIALECT,
    pydantic_ai.DIALECT,
    vercel_ai.DIALECT,
    vercel_ai_v7.DIALECT,
    litellm.DIALECT,
    mlflow.DIALECT,
    openlit.DIALECT,
    google_adk.DIALECT,
    semantic_kernel.DIALECT,
    anthropic_sdk.DIALECT,
    openinference.DIALECT,
    traceloop.DIALECT,
    otel_genai.DIALECT,
    spanledger.DIALECT,
    bare.DIALECT,
)

COLUMN_ORDER: tuple[Dialect, ...] = (
    spanledger.DIALECT,
    otel_genai.DIALECT,
    *(dialect for dialect in DIALECTS if dialect not in (spanledger.DIALECT, otel_genai.DIALECT)),
)
"""Whose keys fill a column first: an application's own tags, the standard, then the rest."""

USAGE_ORDER: tuple[UsageGroup, ...] = (
    mlflow.USAGE,
    langfuse.USAGE,
    vercel_ai.DETAILED_USAGE,
    openinference.USAGE,
    vercel_ai.USAGE,
    otel_genai.USAGE,
    traceloop.LEGACY_USAGE,
    pydantic_ai.ANTHROPIC_DETAILS,
    pydantic_ai.DETAILS,
    litellm.USAGE_OBJECT,
    vercel_ai.PROVIDER_OBJECT,
    bare.USAGE,
)
