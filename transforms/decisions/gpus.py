"""Which GPU: a table of kinds, what each can do for one model, and how many of each the load needs.

`gpus.csv` holds round planning figures, so that the question can be asked at all. What a GPU does depends on the model,
the lengths and the server: put in your own measurements before money hangs on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from transforms.csv_lines import Line, read_lines
from transforms.decisions.checks import DecisionError
from transforms.decisions.load import Curve, Served
from transforms.decisions.selfhost import Fleet

SHIPPED = Path(__file__).with_name("gpus.csv")
REQUIRED = ("gpu", "usd_per_gpu_hour", "tokens_per_second", "source")
OPTIONAL = ("memory_gb", "gpus_per_replica", "prefill_tokens_per_second", "first_token_ms", "stream_tokens_per_second")


@dataclass(frozen=True)
class Gpu:
    """One kind. Speeds are those of a replica, the fewest GPUs that hold the model; a stream is one request's."""

    name: str
    gpus_per_replica: int
    usd_per_gpu_hour: Decimal
    tokens_per_second: Decimal
    prefill_tokens_per_second: Decimal | None
    first_token_ms: Decimal | None
    stream_tokens_per_second: Decimal | None
    memory_gb: Decimal | None
    source: str

    def answer_ms(self, output_tokens: Decimal | int) -> Decimal | None:
        """Time until an answer of so many tokens is whole; None where the table does not say."""
        if self.first_token_ms is None or self.stream_tokens_per_second is None:
            return None
        return self.first_token_ms + 1000 * output_tokens / self.stream_tokens_per_second

    def fleet(self, replicas: int, like: Fleet) -> Fleet:
        """So many replicas, with the staff, utilisation and months of ``like``."""
        prefill = self.prefill_tokens_per_second
        return Fleet(
            gpus=replicas * self.gpus_per_replica,
            usd_per_gpu_hour=self.usd_per_gpu_hour,
            tokens_per_second=replicas * self.tokens_per_second,
            utilisation=like.utilisation,
            engineering_usd=like.engineering_usd,
            infrastructure_usd=like.infrastructure_usd,
            prefill_tokens_per_second=None if prefill is None else replicas * prefill,
            hours_per_month=like.hours_per_month,
        )


@dataclass(frozen=True)
class Choice:
    """A kind of GPU, as many as serve the load's greatest hour: what that costs, and how soon answers are whole."""

    gpu: Gpu
    fleet: Fleet
    served: Served
    answer_ms: Decimal | None
    crossing: Decimal | None  # multiple of the load from which this fleet pays

    def is_fast_enough(self, most_ms: Decimal | None) -> bool | None:
        """None where it is not known, or nothing was asked for."""
        return None if most_ms is None or self.answer_ms is None else self.answer_ms <= most_ms


def read_gpus(text: str, name: str) -> list[Gpu]:
    """The table. Raises DecisionError naming line and column."""
    gpus = [_gpu(line) for line in read_lines(text, name, REQUIRED, OPTIONAL, DecisionError)]
    if not gpus:
        raise DecisionError(f"{name}: expected a line for at least one GPU")
    return gpus


def shipped() -> list[Gpu]:
    """The table that the package brings."""
    return read_gpus(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def choices(gpus: Sequence[Gpu], curve: Curve, like: Fleet, length: Decimal | int) -> list[Choice]:
    """For each kind the fewest replicas that serve every hour, the cheapest first; ``length`` is the output whose time
    is told."""
    found = [_choice(gpu, curve, like, length) for gpu in gpus]
    return sorted(found, key=lambda choice: choice.served.own_usd)


def _choice(gpu: Gpu, curve: Curve, like: Fleet, length: Decimal | int) -> Choice:
    one = curve.served(gpu.fleet(1, like))
    fleet = gpu.fleet(max(1, int(one.peak.to_integral_value(ROUND_CEILING))), like)
    return Choice(gpu, fleet, curve.served(fleet), gpu.answer_ms(length), curve.crossing(fleet))


def _gpu(line: Line) -> Gpu:
    replica = line.count("gpus_per_replica") if line.text("gpus_per_replica") else 1
    return Gpu(
        name=line.required("gpu"),
        gpus_per_replica=replica or line.refuse("gpus_per_replica is 0, expected at least 1"),
        usd_per_gpu_hour=_positive(line, "usd_per_gpu_hour"),
        tokens_per_second=_positive(line, "tokens_per_second"),
        prefill_tokens_per_second=_perhaps(line, "prefill_tokens_per_second"),
        first_token_ms=_perhaps(line, "first_token_ms"),
        stream_tokens_per_second=_perhaps(line, "stream_tokens_per_second"),
        memory_gb=_perhaps(line, "memory_gb"),
        source=line.required("source"),
    )


def _perhaps(line: Line, column: str) -> Decimal | None:
    return _positive(line, column) if line.text(column) else None


def _positive(line: Line, column: str) -> Decimal:
    amount = line.amount(column)
    return amount if amount > 0 else line.refuse(f"{column} is {amount}, expected more than 0")
