"""azure_llm_2023: an hour of a production chat service, 19,366 requests with token counts and nothing else."""

import csv
from collections.abc import Iterator
from pathlib import Path

from sample_traces.otlp import Attributes, Sent, pack
from sample_traces.public.files import identifier, nanoseconds, public_file, resource, sent

SERVICE = resource("azure-conversation", traffic_source="production")


def azure_conv(folder: Path | None = None, spans_per_request: int = 2000) -> Iterator[bytes]:
    """One span and one trace per request, without task, run or workflow.

    The set names no model; gpt-4o at OpenAI stands in. It has no durations: each span ends when it starts.
    """
    path = public_file(folder, "azure_llm_2023", "conv.csv")
    yield from pack(_spans(path), spans_per_request)


def _spans(path: Path) -> Iterator[Sent]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            at = nanoseconds(row["timestamp"])
            attributes: Attributes = {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.response.model": "gpt-4o",
                "gen_ai.usage.input_tokens": int(row["context_tokens"]),
                "gen_ai.usage.output_tokens": int(row["generated_tokens"]),
            }
            ids = (identifier(16, "azure", number), identifier(8, "azure", number), None)
            yield sent(SERVICE, ids, "chat gpt-4o", (at, at), attributes)
