"""What is known of a counter to come: the events of the scopes that it lies within."""

from collections.abc import Iterable

from spanledger.forecasting.budgets.counter import Counter
from transforms.forecasts import Event
from transforms.forecasts.events_file import PlannedEvent

KINDS = {
    "environment": "environment",
    "traffic_source": "traffic_source",
    "team": "team",
    "project": "project",
    "workflow": "workflow_id",
    "model": "model",
}
"""Kinds of scopes that events speak of, and the dimension of a budget that names them."""


def scopes(counter: Counter, organization: str) -> tuple[str, ...]:
    """The keys of the scopes all of whose calls a counter's are among: those it names, and the whole."""
    named = dict(counter.named)
    keys = (f"{kind}:{named[dimension]}" for kind, dimension in KINDS.items() if named.get(dimension))
    return (*keys, f"organization:{organization}")


def events(counter: Counter, planned: Iterable[PlannedEvent]) -> list[Event]:
    """Those that hold for all that it counts; of one organization alone only where it counts that one."""
    own = counter.organization
    return [one.event_of(own or "") for one in planned if one.organization in (None, own)]
