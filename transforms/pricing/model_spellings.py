"""What deployments, gateways and clouds add to a model's name, and how a name reads without it. Pure text: which of the
readings is a model is for `transforms.pricing.model_names` to find out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

DATE = re.compile(r"[-@](\d{8}|\d{4}-\d{2}-\d{2})$")
VERSION = re.compile(r"-v\d(:\d)?$")
LATEST = re.compile(r"[-:@](latest|default)$")
SUFFIX = re.compile(
    r"([-@]\d{8}|[-@]\d{4}-\d{2}-\d{2}|-\d{2}-\d{2}|-\d{2}-\d{4}|[-@]\d{3,4}|[-@](latest|default)|-preview|-v\d|:\d)*$"
)
"""What may follow a beginning that a price list states: dates, revisions of three or four digits, `-latest`,
`-preview`, `-v1:0`. One or two digits alone are another model: `claude-opus-4` is not `claude-opus-4-8`."""

REGIONS = "us|us-gov|eu|apac|jp|au|ca|in|sa|me|af|il|mx"
VENDORS = "anthropic|amazon|meta|mistral|cohere|openai|deepseek|ai21|qwen|google|nvidia|writer|moonshotai|zai|minimax"
BEDROCK = re.compile(rf"^(?:(?P<scope>global|regional|{REGIONS})\.)?(?:(?P<vendor>{VENDORS})\.)?(?P<model>.+)$")
LOCATION = re.compile(r"(?:^|/)locations/([a-z0-9-]+)/")

PATHS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "bedrock": "aws",
    "azure": "azure",
    "azure_ai": "azure",
    "vertex_ai": "google",
    "gemini": "google",
    "mistral": "mistral",
    "groq": "groq",
    "xai": "x-ai",
    "deepseek": "deepseek",
    "cohere": "cohere",
    "perplexity": "perplexity",
    "openrouter": "openrouter",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "cerebras": "cerebras",
}
"""First part of a gateway's model path -> the price list it names (LiteLLM's spellings)."""

LOCAL = frozenset(
    {"ollama", "ollama_chat", "vllm", "hosted_vllm", "lm_studio", "llamafile", "llama_cpp", "local", "xinference"}
)
"""Paths of models that the user runs: no price list holds what they cost."""


@dataclass(frozen=True)
class BedrockName:
    """A Bedrock model id taken apart. `scope` is global, regional or '' where the name says neither; `version` is like
    `v1`, '' where it says none."""

    scope: str
    vendor: str
    model: str
    version: str


def path_of(name: str) -> str | None:
    """The first part of a path, lower-cased; None where the name has none."""
    return name.lower().split("/")[0] if "/" in name and not name.startswith("arn:") else None


def location_of(name: str) -> str | None:
    """The location that a Vertex resource name states."""
    found = LOCATION.search(name.lower())
    return found.group(1) if found else None


def last_part(name: str) -> str:
    """A name without its path or its ARN's head."""
    return name.lower().split("/")[-1]


def bare(name: str) -> str:
    """A name without path, ARN head, bracket (`[1m]`), Bedrock's region and vendor, and version (`-v1:0`)."""
    found = re.sub(r"\[[^\]]*\]$", "", last_part(name))
    found = re.sub(rf"^({REGIONS}|global)\.(?=[a-z0-9-]+\.)", "", found)
    found = re.sub(rf"^({VENDORS})\.", "", found)
    return VERSION.sub("", found)


def readings(name: str) -> Iterator[tuple[str, str]]:
    """The name and what is left of it under each rule, most literal first."""
    yield "exact", name
    tuned = _fine_tuned(name)
    if tuned:
        yield "fine-tuned", tuned
        yield "fine-tuned", DATE.sub("", tuned)
        return
    if path_of(name) in PATHS:
        yield "deployment name", name.split("/", 1)[1]
    plain = bare(name)
    if plain != name:
        yield "deployment name", plain
    undated = DATE.sub("", plain)
    if undated != plain:
        yield "dated name", undated
    unversioned = LATEST.sub("", plain)
    if unversioned != plain:
        yield "latest", unversioned


def _fine_tuned(name: str) -> str | None:
    """`ft:gpt-4o-2024-08-06:acme::id` is the tuned model `ft:gpt-4o-2024-08-06`; it is never priced as its base.
    Azure writes the tuned model's id after `.ft-`."""
    plain = last_part(name)
    if plain.startswith("ft:"):
        return ":".join(plain.split(":")[:2])
    return re.sub(r"\.ft-.*$", ".ft-", plain) if ".ft-" in plain else None


def bedrock(name: str) -> BedrockName:
    """A Bedrock id or inference profile, taken apart; its date stays with the model."""
    plain = re.sub(r":\d+k$", "", last_part(name))
    version = VERSION.search(plain)
    found = BEDROCK.match(re.sub(r":\d$", "", VERSION.sub("", plain)))
    if found is None:
        return BedrockName("", "", "", "")
    scope = found["scope"] or ""
    words = (found["vendor"] or "", found["model"], version.group().removeprefix("-") if version else "")
    return BedrockName(scope if scope in {"", "global"} else "regional", *words)


def is_suffix(rest: str) -> bool:
    """Whether what follows a stated beginning only says which edition it is."""
    return SUFFIX.fullmatch(rest) is not None
