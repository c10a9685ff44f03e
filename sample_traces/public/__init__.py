"""Public data sets as OTLP export requests. The sets themselves are never part of this repository.

Each loader takes the sets' folder (default: ``SPANLEDGER_PUBLIC_DATA``) and yields serialised export requests; the
same files give the same bytes. A missing set raises `PublicSetMissingError`, which says where it comes from.
"""

from collections.abc import Callable, Iterator

from sample_traces.public.aider import aider
from sample_traces.public.azure import azure_conv
from sample_traces.public.coding_agent import coding_agent_log
from sample_traces.public.files import ENVIRONMENT_VARIABLE, PublicSetMissingError
from sample_traces.public.openhands import openhands_index
from sample_traces.public.provider_usage import provider_usage
from sample_traces.public.tau_bench import tau_bench_airline

LOADERS: dict[str, Callable[[], Iterator[bytes]]] = {
    "openhands_index": openhands_index,
    "azure_conv": azure_conv,
    "coding_agent_log": coding_agent_log,
    "aider": aider,
    "tau_bench_airline": tau_bench_airline,
    "provider_usage": provider_usage,
}

__all__ = [
    "ENVIRONMENT_VARIABLE", "LOADERS", "PublicSetMissingError",
    "aider", "azure_conv", "coding_agent_log", "openhands_index", "provider_usage",
    "tau_bench_airline",
]  # fmt: skip
