"""The cheapest model with which a request could go on instead.

Where owners name alternatives it is one of those, unless evaluations show that it succeeds less often than the present
model; where none does, one that passes the evaluations of the workflow.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from collector.budget.estimating import Knowledge
from collector.budget.requests import Estimate
from transforms.budgets.budget import USD
from transforms.budgets.decision import Asked, Standing, decide
from transforms.budgets.evidence import PASSES, WORSE

Standings = Callable[[Mapping[str, str]], Sequence[Standing]]


def cheapest(said: Estimate, asked: Asked, standings: Standings, known: Knowledge) -> str | None:
    """Cheaper for the tokens asked for, and granted; None where there is none, or the request did not say a model with
    tokens."""
    if not said.model or not said.tokens:
        return None
    named = [set(one.budget.alternatives) for one in standings(asked.scope) if one.budget.alternatives]
    models = _supported(said.model, asked, named, known) - {said.model}
    costs = sorted(
        (cost, model) for model in models for cost in (known.cost(model, None, said.tokens),) if cost is not None
    )
    most = asked.estimates.get(USD)
    for cost, model in costs:
        instead = dataclasses.replace(
            asked,
            scope={**asked.scope, **({"model": model} if "model" in asked.scope else {})},
            estimates={**asked.estimates, USD: cost},
        )
        if (most is None or cost < most) and decide(instead, standings(instead.scope)).is_granted:
            return model
    return None


def _supported(present: str, asked: Asked, named: Sequence[set[str]], known: Knowledge) -> set[str]:
    organization, workflow = (asked.scope.get(name, "") for name in ("organization", "workflow_id"))
    verdicts = known.verdicts(organization, workflow, present)
    if named:
        return {model for model in set.intersection(*named) if verdicts.get(model) != WORSE}
    return {model for model, verdict in verdicts.items() if verdict == PASSES}
