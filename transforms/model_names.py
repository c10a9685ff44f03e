"""Which price list's model a provider and a model name mean. No guessing: a name resolves by one of the stated rules
below or stays unpriced.

Rules, in order; the first that finds exactly one model applies:

1. the name is the id or a stated alias of a model in the provider's list (genai-prices; user's overrides by equality);
2. the same after taking off what deployments add: a path (`models/`, `publishers/google/models/`, `openai/`), an ARN's
   head, Bedrock's region and vendor (`us.anthropic.`) and version (`-v1:0`), a bracket (`[1m]`), a Vertex `@date`;
3. the same after taking off a trailing date (`-20250929`, `-2024-08-06`).

Where the provider's own list lacks the model, lists the package names as its fallback are asked. Where no provider is
said, the makers' lists are asked in the order of `MAKERS`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from genai_prices import data_snapshot, types

PRICE_LISTS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "aws.bedrock": "aws",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gcp.gen_ai": "google",
    "google": "google",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
    "cohere": "cohere",
    "groq": "groq",
    "deepseek": "deepseek",
    "perplexity": "perplexity",
    "openrouter": "openrouter",
    "voyageai": "voyageai",
    "moonshot_ai": "moonshotai",
    "fireworks": "fireworks",
    "together": "together",
    "cerebras": "cerebras",
}
"""OpenTelemetry's provider names -> price lists of genai-prices."""

MAKERS = (
    "openai",
    "anthropic",
    "mistral",
    "cohere",
    "deepseek",
    "x-ai",
    "voyageai",
    "moonshotai",
    "zai",
    "minimax",
    "google",
)
"""Lists asked when a span names no provider: those who make the models. Google comes last as it also resells."""

FALLBACKS = {"azure": ("openai",), "aws": ("anthropic",), "google": ("anthropic",)}
"""Marketplaces that resell another maker's models at that maker's list price."""

DATE = re.compile(r"[-@](\d{8}|\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True)
class Resolved:
    """The model a name means, and the rule that found it."""

    price_provider: str
    price_model: str
    rule: str


@dataclass
class ModelNames:
    """Resolves names against the price lists and the user's own (provider, model) pairs."""

    own: frozenset[tuple[str, str]] = frozenset()
    _lists: dict[str, "_PriceList"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for provider in data_snapshot.get_snapshot().providers:
            self._lists[provider.id] = _PriceList.of(provider)

    def resolve(self, provider: str | None, name: str) -> Resolved | None:
        """The model meant, or None when no rule finds exactly one."""
        for rule, spelling in _spellings(name):
            found = self._own(provider, spelling) or self._listed(provider, spelling)
            if found:
                return Resolved(*found, rule)
        return None

    def _own(self, provider: str | None, name: str) -> tuple[str, str] | None:
        pairs = [(p, m) for p, m in self.own if m == name and provider in {None, p}]
        return pairs[0] if len(pairs) == 1 else None

    def _listed(self, provider: str | None, name: str) -> tuple[str, str] | None:
        for lists in self._asked(provider):
            found = {(one, model) for one in lists if one in self._lists for model in self._lists[one].models(name)}
            if len(found) == 1:
                return found.pop()
        return None

    def _asked(self, provider: str | None) -> Sequence[Sequence[str]]:
        if provider is None:
            return [[maker] for maker in MAKERS]
        price_list = PRICE_LISTS.get(provider, provider)
        return [[price_list], *([one] for one in FALLBACKS.get(price_list, ()))]


def _spellings(name: str) -> Iterator[tuple[str, str]]:
    """The name and what is left of it under each rule, most literal first."""
    yield "exact", name
    bare = _without_deployment(name)
    if bare != name:
        yield "deployment name", bare
    undated = DATE.sub("", bare)
    if undated != bare:
        yield "dated name", undated


def _without_deployment(name: str) -> str:
    bare = name.lower().split("/")[-1] if "/" in name else name.lower()
    bare = re.sub(r"\[[^\]]*\]$", "", bare)
    bare = re.sub(r"^(us|eu|apac|jp|au|ca|global|us-gov)\.(?=[a-z0-9-]+\.)", "", bare)
    bare = re.sub(r"^(anthropic|amazon|meta|mistral|cohere|openai|deepseek|ai21|qwen)\.", "", bare)
    return re.sub(r"-v\d+(:\d+)?$", "", bare)


@dataclass(frozen=True)
class _PriceList:
    """One provider's names: stated aliases by equality, and anchored patterns."""

    names: dict[str, set[str]]
    patterns: tuple[tuple[re.Pattern[str], str], ...]

    @classmethod
    def of(cls, provider: types.Provider) -> "_PriceList":
        names: dict[str, set[str]] = {}
        patterns: list[tuple[re.Pattern[str], str]] = []
        for model in provider.models:
            names.setdefault(model.id.lower(), set()).add(model.id)
            for clause in _clauses(model.match):
                if isinstance(clause, types.ClauseEquals):
                    names.setdefault(clause.equals.lower(), set()).add(model.id)
                elif (
                    isinstance(clause, types.ClauseRegex)
                    and clause.regex.startswith("^")
                    and clause.regex.endswith("$")
                ):
                    patterns.append((re.compile(clause.regex), model.id))
        return cls(names, tuple(patterns))

    def models(self, name: str) -> set[str]:
        """Ids of the models that state this name; prefixes and substrings never count."""
        return self.names.get(name.lower()) or {
            model for pattern, model in self.patterns if pattern.match(name.lower())
        }


def _clauses(match: object) -> Iterator[object]:
    if isinstance(match, types.ClauseOr):
        for clause in match.or_:
            yield from _clauses(clause)
    else:
        yield match
