"""The simulated events as OTLP: a root span per run, spans for tasks, steps, agents, tools and calls."""

import csv
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sample_traces.company import spellings
from sample_traces.company.events import Call, Company, Origin, Part, Run, Step
from sample_traces.otlp import CLIENT, INTERNAL, SERVER, Attributes, Sent, Value, pack, resend, span

PRICE_COLUMNS = ("provider", "model", "token_kind", "unit_price_usd_per_million", "valid_from", "valid_to", "source")


def requests(
    company: Company, spans_per_request: int = 500, shuffle_seed: int | None = None, resend_share: float = 0.0
) -> Iterator[bytes]:
    """Serialised ExportTraceServiceRequests of the whole history.

    Spans come in order of their end, children before parents as exporters send them; with ``shuffle_seed`` in any
    order. ``resend_share`` of the requests are delivered twice. The same arguments give the same bytes.
    """
    sent = sorted(spans(company), key=lambda s: (s.span.end_time_unix_nano, s.span.span_id))
    if shuffle_seed is not None:
        random.Random(f"shuffle/{shuffle_seed}").shuffle(sent)
    bodies = pack(sent, spans_per_request)
    yield from resend(bodies, resend_share, company.seed) if resend_share else bodies


def spans(company: Company) -> Iterator[Sent]:
    """Every span of the history, each once, run by run."""
    for run in company.runs:
        yield from _Writer(run).spans()


def write_prices(company: Company, path: Path) -> None:
    """Write the company's negotiated prices as CSV, in the columns of the product's price overrides."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(PRICE_COLUMNS)
        for rate in company.rates:
            until = "" if rate.valid_to is None else _midnight(rate.valid_to)
            start = _midnight(rate.valid_from)
            figures = (rate.token_kind, rate.usd_per_million, start, until)
            rows.writerow((rate.provider, rate.model, *figures, "simulated contract"))


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _shared_tags(origin: Origin) -> Attributes:
    """Tags that stand on the resource or on the root, as the service prefers."""
    return {
        "spanledger.team": origin.team,
        "spanledger.project": origin.project,
        "spanledger.cost_center": origin.cost_center,
        "spanledger.traffic_source": origin.traffic_source,
    }


class _Writer:
    """Writes the spans of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.origin = run.origin
        self.dialect = run.origin.dialect
        named: dict[str, Value] = {
            "service.name": self.origin.service,
            "deployment.environment.name": self.origin.environment,
            "spanledger.organization": self.origin.organization,
        }
        tags = _shared_tags(self.origin) if self.origin.tags_on == "resource" else {}
        self.resource = tuple((key, value) for key, value in {**named, **tags}.items() if value is not None)

    def spans(self) -> Iterator[Sent]:
        run = self.run
        if run.is_bare:
            yield self._bare_call()
            return
        yield self._root()
        for part in run.parts:
            parent = run.root_span_id
            if part.span_id:
                yield self._part(part, part.span_id)
                parent = part.span_id
            for step in part.steps:
                yield from self._step(step, parent)

    def _sent(self, scope: spellings.Scope, span_id: str, parent: str | None, name: str, times: tuple[int, int],
              attributes: Attributes, is_client: bool = False, error: str | None = None) -> Sent:  # fmt: skip
        kind = CLIENT if is_client else SERVER if parent is None else INTERNAL
        made = span(self.run.trace_id, span_id, parent, name, times, attributes, kind, error)
        return Sent(self.resource, scope, made)

    def _structure(self, span_id: str, parent: str | None, name: str, times: tuple[int, int],
                   attributes: Attributes, is_error: bool = False) -> Sent:  # fmt: skip
        error = f"{name} failed" if is_error else None
        scope = spellings.structure_scope(self.dialect)
        return self._sent(scope, span_id, parent, name, times, attributes, error=error)

    def _root(self) -> Sent:
        run = self.run
        tags = dict(_shared_tags(self.origin)) if self.origin.tags_on == "span" else {}
        tags.update(spellings.run_tags(run))
        if not run.parts[0].span_id:
            tags.update(spellings.task_tags(run.parts[0]))
        return self._structure(run.root_span_id, None, run.name, (run.started_ns, run.ended_ns), tags, run.is_error)

    def _part(self, part: Part, span_id: str) -> Sent:
        times = (part.started_ns, part.ended_ns)
        return self._structure(span_id, self.run.root_span_id, "onboard user", times, spellings.task_tags(part))

    def _step(self, step: Step, parent: str) -> Iterator[Sent]:
        if step.span_id:
            name, attributes = spellings.step_span(self.dialect, step)
            times = (step.started_ns, step.ended_ns)
            yield self._structure(step.span_id, parent, name, times, attributes, step.is_error)
            parent = step.span_id
        if step.agent_span_id:
            yield self._agent(step, step.agent_span_id, parent)
            parent = step.agent_span_id
        for tool in step.tools:
            named: Attributes = {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": tool.name,
                "spanledger.input.hash": tool.input_hash,
            }
            times = (tool.started_ns, tool.ended_ns)
            yield self._structure(tool.span_id, parent, f"execute_tool {tool.name}", times, named)
        for call in step.calls:
            yield from self._call(call, step, parent)

    def _agent(self, step: Step, span_id: str, parent: str) -> Sent:
        """The agent's own span; where it sums, it repeats what the calls below it used."""
        used = [call.usage for call in step.calls if call.usage]
        attributes: Attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "reviewer",
            "gen_ai.request.model": step.calls[0].model.request,
            "gen_ai.usage.input_tokens": sum(u.input_tokens for u in used) if step.is_summed else None,
            "gen_ai.usage.output_tokens": sum(u.output_tokens or 0 for u in used) if step.is_summed else None,
        }
        return self._structure(span_id, parent, "invoke_agent reviewer", (step.started_ns, step.ended_ns), attributes)

    def _call(self, call: Call, step: Step, parent: str) -> Iterator[Sent]:
        times = (call.started_ns, call.ended_ns)
        tags = spellings.own_tags(call, step)
        if call.wrapper_span_id:
            around = (times[0] - 1_000_000, times[1] + 1_000_000)
            outer = {**spellings.openinference(call), **tags}
            scope = spellings.OPENINFERENCE_ANTHROPIC
            yield self._sent(scope, call.wrapper_span_id, parent, "messages.create", around, outer)
            parent, tags = call.wrapper_span_id, {}
        attributes = {**spellings.call_attributes(self.dialect, call), **tags}
        yield self._sent(
            spellings.call_scope(self.dialect, call), call.span_id, parent, spellings.call_name(self.dialect, call),
            times, attributes, is_client=True, error=f"provider: {call.error_type}" if call.error_type else None,
        )  # fmt: skip

    def _bare_call(self) -> Sent:
        """A single span, nothing around it: the call is the trace."""
        step = self.run.parts[0].steps[0]
        return next(iter(self._call(step.calls[0], step, "")))
