"""The wording of the page "Why it changed": effects, causes, the trend of unit cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app import figures

EFFECTS = {
    "volume": ("Volume", "Runs of the workflows that ran in both periods."),
    "workflow_mix": ("Workflow mix", "Which workflows ran, new and ended ones included."),
    "calls_per_run": ("Calls per run", "First tries a run makes; what is tried again counts under retries."),
    "retries": ("Retries", "Failed and superseded attempts and retry duplicates for each first try."),
    "model_mix": ("Model mix", "Which models the calls go to, new and ended ones included."),
    "tokens_per_call": ("Tokens per call", "All that a call reads and writes: prompts, context, answers."),
    "token_kind_mix": ("Kinds of tokens", "Cached, uncached or written; and at which service and context tier."),
    "price": ("Price", "What a token of one kind costs by the rates that held."),
    "unmeasured": (
        "Not measured",
        "Costs that tokens and rates do not explain: what a provider bills beyond them, calls of unknown tokens, parts "
        "of a charge.",
    ),
}
"""Why cost changed: each effect of `rpt_cost_change`, its name and what it is; in the order of the formula."""

CAUSES = {
    "volume": ("more runs", "fewer runs"),
    "workflow_mix": ("dearer or new workflows", "cheaper or ended workflows"),
    "calls_per_run": ("more calls per run", "fewer calls per run"),
    "retries": ("more retries", "fewer retries"),
    "model_mix": ("dearer or new models", "cheaper or ended models"),
    "tokens_per_call": ("more tokens per call", "fewer tokens per call"),
    "token_kind_mix": (
        "dearer kinds of tokens (less cache, more output)",
        "cheaper kinds of tokens (more cache, less output)",
    ),
    "price": ("higher prices", "lower prices"),
    "unmeasured": ("costs that tokens do not explain", "costs that tokens do not explain"),
}
"""Each effect as a cause: of a rise, and of a fall."""

UNIT_COST_TREND = (
    "Daily cost per run of production against the number of runs, over ninety days: an elasticity of 0.10 means that "
    "ten per cent more runs make each run one per cent dearer. The trend is what time alone adds, at constant volume. "
    "Ranges are 95 % intervals that allow for days being like the days before."
)


def largest(effects: Mapping[Any, Decimal]) -> Any:
    """The one that moved most, up or down."""
    return max(effects, key=lambda name: abs(effects[name]))


def sentence(spent: Mapping[str, Any], effects: Mapping[str, Decimal]) -> str:
    """What happened, its main cause, and what went the other way."""
    change = spent["after_usd"] - spent["before_usd"]
    if not change:
        return f"Cost stayed at {figures.money(spent['after_usd'])}"
    percent = figures.change(spent["after_usd"], spent["before_usd"])
    moved = f"Cost {'rose' if change > 0 else 'fell'} by {figures.money(abs(change))}"
    moved += f" ({percent})" if percent else ""
    along = {name: usd for name, usd in effects.items() if (usd > 0) == (change > 0)}
    against = {name: usd for name, usd in effects.items() if name not in along}
    main = largest(along)
    text = f"{moved} to {figures.money(spent['after_usd'])}, mainly because of {cause(main, along[main])}"
    if against:
        other = largest(against)
        text += f"; {cause(other, against[other])} went against it"
    return text


def cause(effect: str, usd: Decimal) -> str:
    """An effect as a cause: `more runs (+$3.20)`."""
    return f"{CAUSES[effect][usd < 0]} ({figures.signed_money(usd)})"
