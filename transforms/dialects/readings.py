"""Readings of values that several dialects share: providers, finish reasons, flags of experiments."""

import json
import re

FRAMEWORKS = frozenset(
    {
        "strands-agents", "gcp.vertex.agent", "az.ai.agents", "microsoft.agent_framework", "semantic_kernel",
        "langchain", "langgraph", "crewai", "llama_index", "llamaindex", "haystack", "agno", "smolagents", "autogen",
        "dspy", "pydantic_ai", "openai_agents", "mcp", "litellm", "openlit", "traceloop",
        "_other", "other", "unknown", "none", "null", "",
    }
)  # fmt: skip
"""Values of provider keys that name no provider."""

_PROVIDERS = {
    "az.ai.openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "azureopenai": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "gemini": "gcp.gemini",
    "google_ai_studio": "gcp.gemini",
    "google": "gcp.gen_ai",
    "google_genai": "gcp.gen_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "vertex_ai_beta": "gcp.vertex_ai",
    "bedrock": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "amazon_bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "aws": "aws.bedrock",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
    "watsonx": "ibm.watsonx.ai",
}


def provider(text: str) -> str | None:
    """A provider's name as OTel GenAI spells it today; None for a framework's name."""
    name = text.strip().lower()
    return None if name in FRAMEWORKS else _PROVIDERS.get(name, name)


def lower(text: str) -> str | None:
    return text.strip().lower() or None


def finish_reason(text: str) -> str | None:
    """The reasons of all choices, in order, once each: arrays, JSON in strings and enum names are all in use."""
    names = [reason.rpartition(".")[2].strip().lower() for reason in _texts(text)]
    return ",".join(dict.fromkeys(name for name in names if name)) or None


def _texts(text: str) -> list[str]:
    if not text.startswith("["):
        return [text]
    try:
        return [str(item) for item in json.loads(text) if item]
    except (ValueError, RecursionError):  # not JSON after all: the text itself is the reason
        return [text]


def evaluator(text: str) -> str | None:
    """The marker of evaluation traffic, from a span kind."""
    return "eval" if text.strip().lower() in ("evaluator", "evaluation") else None


def experiment_project(text: str) -> str | None:
    """Phoenix runs experiments in projects of their own, and its playground in one called so."""
    return "eval" if re.fullmatch(r"Experiment-[0-9a-f]{24}|playground", text) else None
