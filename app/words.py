"""The one wording of each measure, shown wherever its figure is. The formula's home is the mart or query it names."""

COST_PER_SUCCESS = (
    "What the tasks cost, failures and retries included, divided by the tasks that succeeded. Tasks of production "
    "traffic only, unless another traffic source is chosen. Untasked traces and tasks still pending are left out. "
    "The range is a 95 % sampling interval."
)
LATENCY = "Time from a task's first call to its end; one task in twenty takes longer."
LATENCIES = (
    f"{LATENCY} Beside it the same without the waiting between runs: the time in which a run of the task was going on."
)
TASK_COSTS = "What a task costs: half of the tasks cost more than the first figure, one in twenty more than the second."
INTERVAL = (
    "Made to hold the true figure in 95 of 100 samples like this one, where no task stands far above the rest. Tasks "
    "of one customer, else of one user, count as one observation."
)
HEAVY_TAIL = (
    "One task costs over 50 times the mean, or a fifth of all: the figure hangs on it, and the range is likely too low."
)
OUTCOME_COVERAGE = (
    "Tasks whose outcome is known ÷ all tasks. Below 80 % the cost per success is a range: from all unknown ones being "
    "successes to none."
)
PART_PER_SUCCESS = "Spend of this part ÷ the successes of all tasks, so that the parts add up to the whole."
VERSIONS = "A task counts under the first version it tried; tasks of unknown outcome or cost are left out."
VERSION_COST = "What the earlier version's tasks cost, failures included, ÷ their successes."
RATIO = "Cost per success of the later version ÷ that of the earlier. Above 1 it costs more."
VERDICT = (
    "Worse or better where the whole 95 % range lies on one side of 1. The range allows for being read at every build. "
    "Nothing is read below 50 tasks and 20 successes of each version; one that never succeeds in 50 or more tasks is "
    "worse where that is no bad luck."
)
PRODUCTION_SHARE = (
    "Spend of production calls ÷ all spend. The rest is evals, replays, operations and calls whose source is unknown; "
    "nothing is guessed to be production."
)
SPEND = (
    "Sum of the cost of all calls: what the provider billed where it says so, else tokens × dated unit prices. "
    "Calls whose cost is unknown are counted beside it, never as zero."
)
SUCCESS_RATE = "Tasks that succeeded ÷ tasks whose outcome is known. Unknown outcomes are counted beside it."
WASTE = "Spend of failed attempts, superseded attempts and retry duplicates ÷ all spend."
IDEMPOTENT = (
    "What runs that began again paid for steps an earlier run of the task had finished: from what equal input proves, "
    "to what the position in the run and equal input tokens make likely. A step that keeps its result saves it."
)
SUNK = "Spent at the step before its last model took over."
STEP_PER_SUCCESS = "What the step cost in these tasks, all tries included, ÷ their successes."
EXPENSIVE_FIRST = (
    "The same tasks, had all been given the dearer model at once: its mean cost on the tasks it got ÷ the success rate "
    "it would have had. Of the tasks it never saw, none to all succeed; tasks given it at once narrow the range."
)
EXPENSIVE_TASKS = "Tasks that ended at the dearer model or were given it at once: what its cost is measured on."
POLICY_VERDICT = "Told where even the worst case of one policy is cheaper than the other, on 20 tasks of either kind."
RUNAWAY = (
    "After twice the steps that 95 of 100 such loops of successful tasks take, at least 10; or when the same tool was "
    "called with the same arguments three times in a row"
)
LOOP_STEPS = (
    "Calls to a model that generate: half of the loops take no more than the first figure, none more than the second."
)
STEP_LIMIT = (
    "Twice the steps that 95 of 100 loops of its kind in successful tasks took, the longest left out, at least 10. "
    "None where fewer than 20 loops tell what is usual."
)
REPEATED_TOOLS = "The same tool with the same arguments again in one loop, where arguments are known by their hash."
SUCCESSES = "Tasks whose outcome is success."
CHANGE = "Against the days chosen above to compare with; usually the equally long period just before."
CALLS = "Requests to a model provider that the provider bills or would bill, failed ones included, each counted once."
TASKS = "Units of work whose success is judged. One task may need several runs and many calls."
FORECAST = (
    "Full days so far plus a forecast of the days left: the middle, and a range that eight in ten should stay within. "
    "The range comes from how far forecasts were off on earlier days, each knowing only what came before it. Announced "
    "prices and events of the events file are in it."
)
BURN_RATE = "Full days so far plus the mean of the last 7 days for each day left: the usual rule, for comparison."
RANGES_HELD = (
    "Of the first forecast of each month that ended in the last half year: how many ranges held what came. Eight in "
    "ten should."
)
CHANCE_OVER = (
    "How likely the period ends beyond the limit, from the same forecast; said from 5 % to 95 %: nobody knows better. "
    "Below: when the limit is passed, eight in ten."
)
UNATTRIBUTED_NAME = "unattributed"
OWNERS = {"team": "Team", "project": "Project", "cost_center": "Cost centre"}
UNATTRIBUTED = (
    "Calls and the charges beside them, such as seats and support. Unattributed: no tag (own, trace, resource), no "
    "rule and no share of use names an owner."
)
BY_TAG_ALONE = (
    "By what tags say (own, trace, resource): rules and charges know no such owner, nor workflows and models."
)
WHY_UNATTRIBUTED = "What a rule in the allocation file, SPANLEDGER_ALLOCATION_FILE, or a tag would settle."
OWN_SPEND = "Calls that tags or rules give it, and charges entered as its own."
SHARED_SPEND = "Its part of charges that several use: in proportion to use, or at a price for each unit used."
COMPLIANCE = "The share that carries each tag of the tag policy, from itself, its trace or its resource."
MISSING_TAG = "What the calls cost that lack the tag, or carry a value that the policy does not allow."
NOT_ALLOWED = "Of these, calls with a value that the policy does not allow."
EXCEPTED = "Calls of services that need not carry the tag yet; they are in no score."

ANOMALY = (
    "Hours and days that cost more than their own past lets expect, in any scope: at least a dollar, a twentieth of an "
    "average day of the organization, and twice the expected amount. One incident is one row, with what drove it."
)
ANOMALY_EFFECTS = {
    "calls": "More calls",
    "input_tokens_per_call": "Longer inputs",
    "output_tokens_per_call": "Longer outputs",
    "price": "Dearer tokens",
    "new_work": "New work",
    "ended_work": "Work that ended",
}
DRIFT = (
    "Cost per run over the last 90 days: the day from which runs cost more or less for good, the version that came "
    "with it, and the budget for one run. The period filter does not apply here."
)
DRIFT_RATIO = "A typical run from the change on ÷ before it (geometric means: one dear day hardly moves them)."

SPEND_CLASSES = {
    "useful": "Work of tasks that succeeded.",
    "failed_attempt": "The call or its step errored, timed out or ended without a finish reason.",
    "superseded_attempt": "It succeeded, but a later attempt at the same thing replaced it.",
    "retry_duplicate": "The same step with the same input had already succeeded.",
    "abandoned": "It succeeded, but the task as a whole failed.",
    "undetermined": "Nobody has said yet whether the task succeeded.",
    "untasked": "No task, run or workflow tag: nothing to judge it by.",
}
TRAFFIC_SOURCES = {
    "production": "Real users' work.",
    "eval": "Evaluations, experiments and judges.",
    "replay": "Recorded work run again.",
    "ops": "Warm-ups, probes, maintenance, back-fills.",
    "unknown": "Not tagged, and no marker says what it is.",
}

CHECKS = {
    "unpriced_model": (
        "Calls to a model without a known price",
        "Their cost is unknown, not zero. The page Prices lists them and says how to price them.",
    ),
    "unknown_usage": (
        "Calls without token counts",
        "Streams often drop usage: ask the client library to include it in the stream's last chunk.",
    ),
    "unknown_traffic": (
        "Calls whose traffic source is unknown",
        "Set the resource attribute `spanledger.traffic_source` to production, eval, replay or ops where they start.",
    ),
    "container_usage": (
        "Usage reported on an agent or chain only",
        "The calls below it are not instrumented. It counts as one call; switch the client library's tracing on.",
    ),
    "usage_in_error": (
        "Counts that cannot be right",
        "A part larger than its whole, a negative or absurd number: see `fct_calls.usage_error`. Mend the sender.",
    ),
    "cost_in_error": (
        "Reported costs that cannot be right",
        "Negative, absurd or no number: see `fct_calls.cost_error`. The computed cost stands; mend the sender.",
    ),
    "tier_without_rate": (
        "Calls priced at the standard rate for want of their tier's",
        "The price list has no batch, flex or priority rate for the model then: compare these with the invoice.",
    ),
    "estimated_usage": (
        "Token counts made up by a library",
        "They come from a tokenizer, not from the provider. Have the library pass the provider's usage on.",
    ),
    "reported_differs": (
        "Reported cost differs from the computed one",
        "A discount, a tier or an outdated price: the page Prices says by how much, for whom, and what explains it. "
        "The spend here is the size of the differences.",
    ),
    "response_id_reused": (
        "Calls that share a response id and differ in tokens",
        "Snapshots of one reply, or an id used again: they are all counted. Snapshots belong on one span.",
    ),
    "sampled_traces": (
        "Calls from sampled telemetry",
        "Others like them were dropped before they got here, so totals are what arrived, not all. The estimate below "
        "is in no other figure. Send everything, or sample after this collector.",
    ),
    "untrustworthy_clock": (
        "Spans whose clock cannot be right",
        "They are dated by their arrival. Check the time on the machines that sent them.",
    ),
    "unexplained_aggregate": (
        "Totals on agents or chains beyond the calls below them",
        "Some calls below are not instrumented. They are listed here, never silently added.",
    ),
    "unknown_outcome": (
        "Tasks without an outcome",
        "Set `spanledger.task.outcome` on the task's span to success or failure, or report it later.",
    ),
    "unresolved_outcome": (
        "Reported outcomes that find no task",
        "Its spans have not arrived, or several tasks may be meant: report it by task id, with its traffic source.",
    ),
    "forecast_failed": (
        "Forecasts that could not be made",
        "The rest is published. The builder's log has the reason; please report it, it is a mistake of ours.",
    ),
}
"""What each check of `rpt_data_quality` found, and what to do about it."""

ALERTS = (
    "Budgets beyond a threshold, anomalies, drift, models without a price, silent services, builds that fail. The "
    "filters do not apply. On the command line, spanledger alerts list says the same as of this moment."
)
ALERT_SINCE = (
    "Since when it is so, by the data: the last call counted, the first hour out of the ordinary, the last call."
)
ALERT_TOLD = "Channels that took a message about it."
ALERT_MUTED = "To tell nobody for a while: spanledger alerts mute ID --until 4h --reason …"
