"""The thresholds of a budget file: rising shares of the limit, each with what happens there."""

from transforms.budgets import values
from transforms.budgets.budget import ESCALATE, PAUSE, POLICIES, SLOW, Threshold
from transforms.yaml_lines import Value

KEYS = ("at", "policy", "below_priority", "wait", "to")
_ONLY = {"below_priority": SLOW, "wait": SLOW, "to": ESCALATE}
_LARGEST_PRIORITY = 1_000_000


def read(value: Value) -> tuple[Threshold, ...]:
    """All thresholds of a budget, by rising share. Raises ConfigError naming file, line and key."""
    rising: list[Threshold] = []
    for entry in value.items():
        threshold = _threshold(entry)
        if rising and threshold.at < rising[-1].at:
            entry.fields()["at"].refuse(
                f"thresholds rise: {_percent(threshold)} comes after {_percent(rising[-1])}; put the lower one first"
            )
        if any((one.at, one.policy) == (threshold.at, threshold.policy) for one in rising):
            entry.refuse(f"{threshold.policy} at {_percent(threshold)} stands here twice")
        if threshold.policy != ESCALATE and any(one.policy == PAUSE and one.at < threshold.at for one in rising):
            entry.refuse(f"{threshold.policy} at {_percent(threshold)} is never reached: the budget pauses before it")
        rising.append(threshold)
    return tuple(rising)


def _threshold(entry: Value) -> Threshold:
    said = entry.fields(KEYS, "keys with values, such as at: 80% and policy: notify")
    for key in ("at", "policy"):
        if key not in said:
            entry.refuse(f"expected the key {key}")
    policy = said["policy"].one_of(POLICIES)
    for key, only in _ONLY.items():
        if key in said and policy != only:
            said[key].refuse(f"only the policy {only} has it; this one is {policy}")
    if policy == SLOW and "below_priority" not in said:
        entry.refuse("slow needs the key below_priority: requests of a lower priority than this are slowed")
    return Threshold(
        at=values.share(said["at"]),
        policy=policy,
        below_priority=values.whole(said["below_priority"], 1, _LARGEST_PRIORITY) if policy == SLOW else None,
        wait_ms=values.duration_ms(said["wait"]) if "wait" in said else 0,
        to=values.flat(said["to"]) if "to" in said else None,
    )


def _percent(threshold: Threshold) -> str:
    return f"{(threshold.at * 100).normalize():f}%"
