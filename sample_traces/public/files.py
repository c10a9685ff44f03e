"""Where the public sets lie, how to get one that is missing, and what all loaders share."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample_traces.otlp import Attributes, Sent, Value, span

ENVIRONMENT_VARIABLE = "SPANLEDGER_PUBLIC_DATA"
SCOPE = ("spanledger.sample_traces.public", "1")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000_000

SOURCES = {
    "servegen": "github.com/alibaba/ServeGen (Apache-2.0), its request rates and token means as Parquet",
    "wikipedia_daily": "github.com/facebook/prophet (MIT), examples/example_wp_log_peyton_manning.csv with views",
    "nab": "github.com/numenta/NAB (MIT), 25 real series as Parquet, their labelled windows as CSV",
    "openhands_index": "github.com/OpenHands/openhands-index-results (MIT), instance results as Parquet",
    "azure_llm_2023": "github.com/Azure/AzurePublicDataset (CC BY 4.0), AzureLLMInferenceTrace_conv.csv as conv.csv",
    "coding_agent_log": "github.com/bg002h/bitcoin_tax (MIT), agent transcripts as Parquet, numbers only",
    "aider": "github.com/Aider-AI/aider (Apache-2.0), aider/website/_data/*.yml as one CSV",
    "provider_usage": "github.com/traceloop/openllmetry (Apache-2.0), recorded exchanges of its tests, numbers only",
    "tau_bench_airline": "github.com/sierra-research/tau-bench (MIT), historical_trajectories/gpt-4o-airline.json",
}


class PublicSetMissingError(FileNotFoundError):
    """A public set's file is not where it should be."""


def public_file(folder: Path | None, data_set: str, name: str) -> Path:
    """Path of one file of a set; raises PublicSetMissingError with the set's source and the place to put it."""
    told = os.environ.get(ENVIRONMENT_VARIABLE)
    root = folder or (Path(told) if told else None)
    hint = f"The set comes from {SOURCES[data_set]}; put its folder {data_set}/ below ${ENVIRONMENT_VARIABLE}."
    if root is None:
        raise PublicSetMissingError(f"{ENVIRONMENT_VARIABLE} is not set, so {data_set}/{name} cannot be found. {hint}")
    path = root / data_set / name
    if not path.is_file():
        raise PublicSetMissingError(f"{path} does not exist. {hint}")
    return path


def identifier(size: int, *parts: object) -> str:
    """A hex id of ``size`` bytes that follows from what it names, so that a second load makes the same spans."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[: size * 2]


def nanoseconds(text: str) -> int:
    """Unix nanoseconds of an ISO time, up to nine decimals kept exactly; a time without zone is UTC."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    digits, zone = (fraction.split("+")[0], fraction[len(fraction.split("+")[0]) :]) if fraction else ("", "")
    at = datetime.fromisoformat(whole + zone)
    seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH
    return (seconds // timedelta(seconds=1)) * SECOND + int(digits.ljust(9, "0"))


def resource(service: str, **tags: Value) -> tuple[tuple[str, Value], ...]:
    """Resource attributes; a tag ``traffic_source`` stands for ``spanledger.traffic_source``."""
    named: dict[str, Value] = {"service.name": service}
    named.update({f"spanledger.{key}": value for key, value in tags.items() if value is not None})
    return tuple(named.items())


def sent(
    origin: tuple[tuple[str, Value], ...],
    ids: tuple[str, str, str | None],
    name: str,
    times: tuple[int, int],
    attributes: Attributes,
    error: str | None = None,
) -> Sent:
    """One span of a set; ``ids`` are trace, span and parent."""
    return Sent(origin, SCOPE, span(*ids, name, times, attributes, error=error))
