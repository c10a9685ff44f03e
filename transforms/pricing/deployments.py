"""Models that the user runs: what a token costs follows from what the machines cost and how much they serve.

    deployments:
      - model: llama-3.3-70b          # as spans name it
        provider: vllm                # as spans say it
        gpus: 2
        usd_per_gpu_hour: 2.50
        fixed_usd_per_month: 2000     # staff, storage, network; left out: none
        hours_per_month: 720          # over which that is spread; left out: 730
        prefill_tokens_per_second: 24000
        decode_tokens_per_second: 2000
        batch: 32                     # requests at once when that was measured
        utilisation: 0.5              # share of the hours in which it serves at that speed
        valid_from: 2026-10-01        # and valid_to; left out: since ever, until further notice
        source: bench of 2026-09-28

An hour costs gpus × usd_per_gpu_hour + fixed_usd_per_month ÷ hours_per_month. In it the deployment serves for
utilisation × 3,600 seconds, each of them prefill or decode, so a token costs the hour ÷ (3,600 × utilisation × tokens
a second of its kind). Where only decode is stated, input costs nothing and output all. Rates are contracted: they
stand in the ledger beside everybody else's, so that own and bought calls compare.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from transforms.csv_lines import is_ordinary
from transforms.pricing.prices import BEGINNING, END, SMALLEST, PriceError, Rate
from transforms.pricing.units import BANDS, is_sane
from transforms.yaml_lines import ConfigError, Value, read_yaml

SPEEDS = {"prefill_tokens_per_second": "input", "decode_tokens_per_second": "output"}
KEYS = (
    *("model", "provider", "gpus", "usd_per_gpu_hour", "fixed_usd_per_month", "hours_per_month", *SPEEDS),
    *("batch", "utilisation", "valid_from", "valid_to", "source"),
)
REQUIRED = ("model", "provider", "gpus", "usd_per_gpu_hour", "decode_tokens_per_second", "utilisation", "source")
HOURS_PER_MONTH = Decimal(730)


@dataclass(frozen=True)
class Deployment:
    """What a deployment costs and serves."""

    provider: str
    model: str
    gpus: Decimal
    usd_per_gpu_hour: Decimal
    fixed_usd_per_month: Decimal
    hours_per_month: Decimal
    speeds: dict[str, Decimal]  # token kind -> tokens a second
    utilisation: Decimal
    batch: str
    valid_from: datetime
    valid_to: datetime
    source: str

    @property
    def usd_per_hour(self) -> Decimal:
        """What an hour costs, used or not."""
        return self.gpus * self.usd_per_gpu_hour + self.fixed_usd_per_month / self.hours_per_month

    @property
    def usd_per_month(self) -> Decimal:
        """What a month of `hours_per_month` costs."""
        return self.usd_per_hour * self.hours_per_month

    def tokens_per_month(self, kind: str) -> Decimal:
        """How many tokens of a kind it serves in a month if it serves no other: its capacity at that utilisation."""
        return self.speeds[kind] * self.utilisation * 3600 * self.hours_per_month

    def usd_per_token(self, kind: str) -> Decimal:
        """What a token of a kind costs; nothing where no speed of it is stated."""
        return self.usd_per_month / self.tokens_per_month(kind) if kind in self.speeds else Decimal(0)

    def formula(self, kind: str) -> str:
        """How the rate of a kind came about, in words for `source`."""
        hour = f"{self.gpus} GPUs × {self.usd_per_gpu_hour} USD"
        if self.fixed_usd_per_month:
            hour += f" + {self.fixed_usd_per_month} USD ÷ {self.hours_per_month} h"
        if kind not in self.speeds:
            return f"no speed stated, in the price of output; {self.source}"
        batch = f", batch {self.batch}" if self.batch else ""
        return f"({hour}) an hour ÷ {self.speeds[kind]} tokens/s × {self.utilisation} used{batch}; {self.source}"


def read_deployments(text: str, name: str) -> list[Deployment]:
    """The deployments of a YAML text. `name` stands in errors. Raises PriceError naming file, line and key."""
    try:
        entries = read_yaml(text, name).fields(("deployments",))
        if "deployments" not in entries:
            raise PriceError(f"{name}:1: expected a list of deployments")
        items = entries["deployments"].items()
        found = [_deployment(item) for item in items]
        _refuse_overlaps(found, items)
    except ConfigError as error:
        raise PriceError(str(error)) from error
    return found


def rates(deployment: Deployment) -> Iterator[Rate]:
    """What a deployment's tokens cost: one rate each for input and output, the rest is billed as these."""
    for kind in SPEEDS.values():
        yield Rate(
            deployment.provider,
            deployment.model,
            kind,
            deployment.usd_per_token(kind).quantize(SMALLEST),
            valid_from=deployment.valid_from,
            valid_to=deployment.valid_to,
            rate_class="contracted",
            source=f"deployment: {deployment.formula(kind)}",
        )


def _deployment(item: Value) -> Deployment:
    fields = item.fields(KEYS)
    missing = [key for key in REQUIRED if key not in fields]
    if missing:
        item.refuse(f"{missing[0]} is missing; there must be {', '.join(REQUIRED)}")
    found = Deployment(
        fields["provider"].text(),
        fields["model"].text(),
        _above_zero(fields["gpus"]),
        _above_zero(fields["usd_per_gpu_hour"]),
        _number(fields["fixed_usd_per_month"]) if "fixed_usd_per_month" in fields else Decimal(0),
        _above_zero(fields["hours_per_month"]) if "hours_per_month" in fields else HOURS_PER_MONTH,
        {kind: _above_zero(fields[key]) for key, kind in SPEEDS.items() if key in fields},
        _share(fields["utilisation"]),
        fields["batch"].text() if "batch" in fields else "",
        _midnight(fields.get("valid_from"), BEGINNING),
        _midnight(fields.get("valid_to"), END),
        fields["source"].text(),
    )
    _check(found, item)
    return found


def _check(found: Deployment, item: Value) -> None:
    if found.fixed_usd_per_month < 0:
        item.refuse(f"fixed_usd_per_month is {found.fixed_usd_per_month}, expected 0 or more")
    if found.hours_per_month > 744:
        item.refuse(f"hours_per_month is {found.hours_per_month}; no month has more than 744")
    if found.valid_from >= found.valid_to:
        item.refuse("valid_to is not after valid_from")
    low, high = (bound * 1_000_000 for bound in BANDS["token"])
    for kind in found.speeds:
        price = found.usd_per_token(kind)
        if not is_sane("token", price):
            item.refuse(
                f"{kind} would cost {price * 1_000_000:.6f} USD per million tokens, outside {low:f} to {high:f}: "
                "are tokens a second those of the whole deployment, and the price that of one GPU?"
            )


def _refuse_overlaps(found: Sequence[Deployment], items: Sequence[Value]) -> None:
    """A token of a model costs one amount at a time."""
    for place, (one, item) in enumerate(zip(found, items, strict=True)):
        for other, first in zip(found[:place], items, strict=False):
            is_same = (one.provider, one.model) == (other.provider, other.model)
            if is_same and one.valid_from < other.valid_to and other.valid_from < one.valid_to:
                item.refuse(
                    f"{one.provider}/{one.model} stands in line {first.line} for "
                    f"{max(one.valid_from, other.valid_from):%F} already; end that one with valid_to"
                )


def _number(value: Value) -> Decimal:
    try:
        number = Decimal(value.text())
    except InvalidOperation:
        value.refuse(f"expected a number, got {value.text()!r}")
    return number if is_ordinary(number) else value.refuse(f"expected a number, got {value.text()!r}")


def _above_zero(value: Value) -> Decimal:
    number = _number(value)
    return number if number > 0 else value.refuse(f"expected a number above 0, got {number}")


def _share(value: Value) -> Decimal:
    number = _number(value)
    if not 0 < number <= 1:
        hint = f": is it {number / 100}?" if 1 < number <= 100 else ""
        value.refuse(f"expected a share above 0, to 1, got {number}{hint}")
    return number


def _midnight(value: Value | None, otherwise: datetime) -> datetime:
    if value is None:
        return otherwise
    try:
        return datetime.combine(date.fromisoformat(value.text()), time(), tzinfo=UTC)
    except ValueError:
        value.refuse(f"expected a day as YYYY-MM-DD, got {value.text()!r}")
