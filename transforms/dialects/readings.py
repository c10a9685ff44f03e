"""Readings of values that several dialects share: providers, finish reasons, flags of experiments."""

import json
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

from transforms.raw_usage import mapping

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
    "amazon-bedrock": "aws.bedrock",
    "azure-openai": "azure.ai.openai",
    "google-vertex": "gcp.vertex_ai",
    "vertex": "gcp.vertex_ai",
    "google-ai-studio": "gcp.gemini",
    "google-vertex-ai": "gcp.vertex_ai",
    "aws-bedrock": "aws.bedrock",
}


def provider(text: str) -> str | None:
    """A provider's name as OTel GenAI spells it today, without the path of a plugin (`langgenius/openai/openai`);
    None for a framework's name."""
    name = text.strip().lower().rpartition("/")[2]
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


def host(text: str) -> str | None:
    """The host of a URL, without its port; a host alone is itself. None for what is no URL."""
    try:
        return urllib.parse.urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        return None


def evaluator(text: str) -> str | None:
    """The marker of evaluation traffic, from a span kind."""
    return "eval" if text.strip().lower() in ("evaluator", "evaluation") else None


def experiment_project(text: str) -> str | None:
    """Phoenix runs experiments in projects of their own, and its playground in one called so."""
    return "eval" if re.fullmatch(r"Experiment-[0-9a-f]{24}|playground", text) else None


def error_if(failed: str) -> Callable[[str], str | None]:
    """A reading of flags: the value ``failed`` is an error without a name."""
    return lambda text: "error" if lower(text) == failed else None


def error_unless(fine: str) -> Callable[[str], str | None]:
    """A reading of flags: any value but ``fine`` is an error without a name."""
    return lambda text: None if lower(text) in (fine, None) else "error"


def eval_marker(text: str) -> str | None:
    """For keys that stand on spans of experiments and evaluations only."""
    return "eval" if text.strip().strip('"') else None


def unquoted(text: str) -> str | None:
    """Text that some senders write as JSON, even a single word."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):  # plain text
        return text
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def inside(*paths: str) -> Callable[[str], str | None]:
    """A reading of objects (JSON, or as Python prints them): the first dotted path that leads to a plain value."""

    def read(text: str) -> str | None:
        whole = mapping(text)
        found = (_follow(whole, path.split(".")) for path in paths)
        return next((str(value) for value in found if value is not None), None)

    return read


def _follow(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
