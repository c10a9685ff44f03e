"""The wording of the page Opportunities; the formulas are in `transforms/simulation`."""

NAMES = {
    "idempotent_step": "Keep finished steps",
    "memoize": "Answer from memory",
    "route": "Cheaper model",
    "trim": "Shorter prompts",
    "cache": "Prompt cache",
    "output_limit": "Output limit",
    "batch": "Batch tier",
}
"""Short names, by the kind of opportunity."""

ALL = (
    "What is left of the spend when every lever takes all it can, each on what those before it left. Range: every "
    "lever saves least, or most."
)
SPEND = "What the calls cost: known costs only."
LARGEST = "The lever that saves most where all are applied, after those before it."
ALONE = "What this lever alone would have saved. Savings of several levers overlap: they do not add up."
RANGE = "As little and as much as the lever's own evidence allows."
CALLS = "Calls that the lever could do something about, in the days looked at. The link leads to these calls."
SAVES = "On what the levers before it left: these add up."
LEFT = "What is still paid after this lever and those before it."
OVERLAP = (
    "A call answered from memory is not routed, and a prompt that is not sent needs no cache: each lever works on what "
    "those before it left. What is left in the end is the same in every order; only how much each lever is "
    "credited with changes."
)
NO_VERDICT = "no verdict yet"
TEACHES = (
    "Levers show where identical requests repeat on one day, runs begin again, evaluations (traffic source eval) try a "
    "cheaper model on the same step 30 times, a step's prompts or answers vary, or evals and replays run at the "
    "standard tier."
)
