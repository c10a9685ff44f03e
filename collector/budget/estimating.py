"""What a request may take, worked out of what it says: amounts as they are, a model and tokens, or earlier runs."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from collector.budget.requests import Estimate
from transforms.budgets.evidence import Evidence, judge

_KIND_OF = {"cached_input_tokens": "cache_read", "cache_write_tokens": "cache_write"}


class Knowledge:
    """What the published build says that estimates need; the packaged prices before there is one."""

    def __init__(self) -> None:
        self._prices: dict[str, dict[str, int]] = {}  # pico-dollars a unit, by `list/model` and kind
        self._names: dict[str, list[str]] = {}  # what `provider/name` and `name` mean: models of the price lists
        self._runs: dict[tuple[str, str], dict[str, int]] = {}
        self._evals: defaultdict[tuple[str, str], list[Evidence]] = defaultdict(list)

    def learn(self, said: Mapping[str, Any]) -> None:
        """Take ``said`` in place of what was known (`published.Published.knowledge`)."""
        self._prices, self._names = said["prices"], said["names"]
        self._runs = {(organization, workflow): took for organization, workflow, took in said["runs"]}
        self._evals = defaultdict(list)
        for organization, workflow, model, tasks, successes, usd in said["evals"]:
            cost = None if usd is None else Decimal(usd)
            self._evals[organization, workflow].append(Evidence(model, tasks, successes, cost))

    def cost(self, model: str, provider: str | None, tokens: Mapping[str, int]) -> int | None:
        """Pico-dollars at today's standard prices, the dearest of the models that the name may mean; None where it has
        no price."""
        meant = self._names.get(f"{provider}/{model}" if provider else model, [])
        costs = [_cost(self._prices[one], tokens) for one in meant if one in self._prices]
        return None if not costs or None in costs else max(cost for cost in costs if cost is not None)

    def runs(self, organization: str, workflow: str) -> Mapping[str, int] | None:
        """What nine of ten of the last runs of a workflow stayed below, by unit."""
        return self._runs.get((organization, workflow))

    def verdicts(self, organization: str, workflow: str, present: str) -> dict[str, str]:
        """What the evaluations of a workflow say of each model beside the ``present`` one (`evidence.judge`), by every
        name of it."""
        found = self._evals.get((organization, workflow), [])
        now = next((one.model for one in found if self._is_same(one.model, present)), present)
        said = {one.evidence.model: one.verdict for one in judge(now, found)}
        known = {name: said[model] for model in said for name in self._names if self._is_same(name, model)}
        return {**known, **said}

    def _is_same(self, one: str, other: str) -> bool:
        return one == other or not set(self._names.get(one, ())).isdisjoint(self._names.get(other, ()))


def estimated(said: Estimate, known: Knowledge, scope: Mapping[str, str]) -> tuple[dict[str, int], list[str]]:
    """Amounts by unit as far as they can be worked out; and in words what could not, and what it is like.

    What is said in so many words comes before what is worked out; a request of which neither tells steps is one.
    """
    amounts: dict[str, int] = {}
    notes = []
    if said.workflow:
        took = known.runs(scope.get("organization", ""), said.workflow)
        amounts.update(took or {})
        notes.append(
            f"like the last runs of {said.workflow}: nine of ten stayed below"
            if took
            else f"estimate.like_workflow: no run of {said.workflow} in the last 30 days"
        )
    if said.model and said.tokens:
        cost = known.cost(said.model, said.provider, said.tokens)
        if cost is None:
            notes.append(f"estimate.model: {said.model} has no price here")
        else:
            amounts["usd"] = cost
    return {"steps": 1, **amounts, **said.amounts}, notes


def _cost(prices: Mapping[str, int], tokens: Mapping[str, int]) -> int | None:
    parts = {kind: tokens.get(name, 0) for name, kind in _KIND_OF.items()}
    parts["input"] = max(tokens.get("input_tokens", 0) - sum(parts.values()), 0)
    parts["output"] = tokens.get("output_tokens", 0)
    if any(count and kind not in prices for kind, count in parts.items()):
        return None
    return prices.get("request", 0) + sum(count * prices[kind] for kind, count in parts.items() if count)
