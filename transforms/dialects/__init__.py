"""The registry of dialects: every dialect SpanLedger reads, one line each.

How to add one: `transforms.dialects.base`. Two orders matter, and both are here: ``DIALECTS`` (the first that
fits a span names it, and its columns come first) and ``USAGE_ORDER`` (which set of counts wins a span that
carries several).
"""

from transforms.dialects import (
    agent_framework,
    agentops,
    anthropic_sdk,
    bare,
    claude_code,
    cloudflare_ai_gateway,
    codex_cli,
    envoy_ai_gateway,
    gemini_cli,
    genkit,
    google_adk,
    haystack,
    kong_ai,
    laminar,
    langfuse,
    langsmith,
    litellm,
    mastra,
    mlflow,
    openinference,
    openlit,
    openrouter,
    otel_genai,
    pydantic_ai,
    semantic_kernel,
    spanledger,
    strands,
    traceloop,
    vercel_ai,
    vercel_ai_v7,
    vllm,
)
from transforms.dialects.base import Dialect, UsageGroup

DIALECTS: tuple[Dialect, ...] = (
    claude_code.DIALECT,
    codex_cli.DIALECT,
    gemini_cli.DIALECT,
    langfuse.DIALECT,
    pydantic_ai.DIALECT,
    vercel_ai.DIALECT,
    vercel_ai_v7.DIALECT,
    litellm.DIALECT,
    mlflow.DIALECT,
    openlit.DIALECT,
    google_adk.DIALECT,
    strands.DIALECT,
    agent_framework.DIALECT,
    semantic_kernel.DIALECT,
    anthropic_sdk.DIALECT,
    langsmith.DIALECT,
    agentops.DIALECT,
    laminar.DIALECT,
    haystack.DIALECT,
    genkit.DIALECT,
    mastra.DIALECT,
    envoy_ai_gateway.DIALECT,
    openrouter.DIALECT,
    kong_ai.DIALECT,
    openinference.DIALECT,
    traceloop.DIALECT,
    vllm.DIALECT,
    cloudflare_ai_gateway.DIALECT,
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
    langsmith.USAGE,
    langsmith.DETAILS,
    litellm.USAGE_OBJECT,
    vercel_ai.PROVIDER_OBJECT,
    haystack.USAGE,
    genkit.USAGE,
    claude_code.USAGE,
    codex_cli.LOG_USAGE,
    gemini_cli.LOG_USAGE,
    bare.USAGE,
)
