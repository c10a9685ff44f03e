"""The cheapest model that the budgets' owners allow instead, and with which the request could go on."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from collector.budget.estimating import Knowledge
from collector.budget.requests import Estimate
from transforms.budgets.budget import USD
from transforms.budgets.decision import Asked, Standing, decide

Standings = Callable[[Mapping[str, str]], Sequence[Standing]]


def cheapest(said: Estimate, asked: Asked, standings: Standings, known: Knowledge) -> str | None:
    """A model that every budget that names alternatives names, cheaper for the tokens asked for, and granted; None
    where there is none, or the request did not say a model with tokens."""
    if not said.model or not said.tokens:
        return None
    named = [set(one.budget.alternatives) for one in standings(asked.scope) if one.budget.alternatives]
    models = set.intersection(*named) - {said.model} if named else set()
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
