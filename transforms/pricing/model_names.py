"""Which price list's model a provider and a model name mean. No guessing: a name resolves by one of the stated rules
below or stays unpriced.

Rules, in order; the first that finds exactly one model applies:

1. *alias*: the user's table says what the name means (`transforms.pricing.model_aliases`);
2. *exact*: it is a model of the user's own, or the id or a stated alias of a model in the provider's list;
3. *endpoint*: a Bedrock id, inference profile or ARN names a model and the endpoint, global or regional, of that list;
   a Vertex resource name states a location, and the model has a regional price;
4. *deployment name*: exact, after taking off what deployments add: a path (`models/`, `publishers/google/models/`), an
   ARN's head, Bedrock's region and vendor (`us.anthropic.`) and version (`-v1:0`), a bracket (`[1m]`);
5. *dated name*, *latest*: the same after taking off a trailing date (`-20250929`, `@20250929`, `-2024-08-06`),
   or `-latest`, `:latest` (Ollama's tag for no tag), `@default`;
6. *stated beginning*: the list says that names begin so, and what follows only says which edition (`lists`);
7. *fine-tuned*: `ft:<base>:…` is the list's own tuned model, never the base.

Where the provider's own list lacks the model, lists the package names as its fallback are asked. Where no provider is
said, a gateway's path names the list (`bedrock/…`); without one the makers' lists are asked in the order of `MAKERS`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from genai_prices import data_snapshot

from transforms.pricing.lists import BedrockList, PriceList
from transforms.pricing.model_spellings import LATEST, LOCAL, PATHS, location_of, path_of, readings

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

FALLBACKS = {"azure": ("openai", "anthropic", "deepseek", "x-ai"), "aws": ("anthropic",), "google": ("anthropic",)}
"""Marketplaces that resell other makers' models at the makers' list price."""


@dataclass(frozen=True)
class Resolved:
    """The model a name means, and the rule that found it."""

    price_provider: str
    price_model: str
    rule: str


@dataclass
class ModelNames:
    """Resolves names against the price lists and the user's own (provider, model) pairs.

    `aliases` are the user's words on what a (provider or None for any, name) means.
    """

    own: frozenset[tuple[str, str]] = frozenset()
    aliases: Mapping[tuple[str | None, str], tuple[str, str]] = field(default_factory=dict)
    _lists: dict[str, PriceList] = field(default_factory=dict)
    _bedrock: BedrockList = field(default_factory=lambda: BedrockList(()))

    def __post_init__(self) -> None:
        for provider in data_snapshot.get_snapshot().providers:
            self._lists[provider.id] = PriceList.of(provider)
            if provider.id == "aws":
                self._bedrock = BedrockList.of(provider)

    def resolve(self, provider: str | None, name: str) -> Resolved | None:
        """The model meant, or None when no rule finds exactly one."""
        alias = self.aliases.get((provider, name)) or self.aliases.get((None, name))
        if alias:
            return Resolved(*alias, "alias")
        found = self._named(provider, name)
        return self._sold(provider, name, found) if found else None

    def _named(self, provider: str | None, name: str) -> Resolved | None:
        is_on_bedrock, ids = self._bedrock.find(name) if "aws" in self._asked(provider, name)[:1] else (False, set())
        for rule, reading in readings(name):
            found = self._own(provider, reading)
            if not found and rule != "exact" and is_on_bedrock:
                return Resolved("aws", ids.pop(), "endpoint") if len(ids) == 1 else None
            found = found or self._listed(self._asked(provider, name), reading, is_begun=False)
            if found:
                return Resolved(*found, rule)
        if is_on_bedrock:
            return Resolved("aws", ids.pop(), "endpoint") if len(ids) == 1 else None
        return self._begun(provider, name)

    def _begun(self, provider: str | None, name: str) -> Resolved | None:
        for rule, reading in readings(name):
            if rule in {"exact", "deployment name", "fine-tuned"}:
                found = self._listed(self._asked(provider, name), reading.lower(), is_begun=True)
                if found:
                    return Resolved(*found, "fine-tuned" if rule == "fine-tuned" else "stated beginning")
        return None

    def _sold(self, provider: str | None, name: str, found: Resolved) -> Resolved:
        """The same model as its seller prices it: at an endpoint of its own, or by the user's price for that seller."""
        seller = next(iter(self._asked(provider, name)), found.price_provider)
        if seller == "google" and location_of(name) not in {None, "global"}:
            regional = f"regional.{found.price_model}"
            if ("google", regional) in self.own:
                return Resolved("google", regional, "endpoint")
        if (seller, found.price_model) in self.own:
            return Resolved(seller, found.price_model, found.rule)
        return found

    def _own(self, provider: str | None, name: str) -> tuple[str, str] | None:
        sellers = {None, provider, PRICE_LISTS.get(provider or "", provider)}
        names = {name, LATEST.sub("", name)}
        pairs = [(p, m) for p, m in self.own if m in names and (provider is None or p in sellers)]
        return pairs[0] if len(pairs) == 1 else None

    def _listed(self, asked: Sequence[str], name: str, *, is_begun: bool) -> tuple[str, str] | None:
        for one in asked:
            models = self._models(one, name, is_begun=is_begun)
            if len(models) == 1:
                return one, models.pop()
        return None

    def _models(self, price_list: str, name: str, *, is_begun: bool) -> set[str]:
        if price_list not in self._lists:
            return set()
        names = self._lists[price_list]
        return set(names.begun(name) if is_begun else names.stated(name))

    def _asked(self, provider: str | None, name: str) -> Sequence[str]:
        return tuple(_lists_to_ask(provider, name))


def _lists_to_ask(provider: str | None, name: str) -> Iterator[str]:
    path = path_of(name)
    if provider is None and path in LOCAL:
        return
    said = PRICE_LISTS.get(provider, provider) if provider else PATHS.get(path or "")
    if said:
        yield said
        yield from FALLBACKS.get(said, ())
    else:
        yield from MAKERS
