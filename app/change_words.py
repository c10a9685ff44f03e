"""The wording of the page "Why it changed": effects, causes, the trend of unit cost."""

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
    "token_kind_mix": ("dearer kinds of tokens (less cache, more output)", "cheaper kinds of tokens (more cache)"),
    "price": ("higher prices", "lower prices"),
    "unmeasured": ("costs that tokens do not explain", "costs that tokens do not explain"),
}
"""Each effect as a cause: of a rise, and of a fall."""

UNIT_COST_TREND = (
    "Daily cost per run of production against the number of runs, over ninety days: an elasticity of 0.10 means that "
    "ten per cent more runs make each run one per cent dearer. The trend is what time alone adds, at constant volume. "
    "Ranges are 95 % intervals that allow for days being like the days before."
)
