"""Writes down one run after the other: a clock that moves forward, steps, calls and tools."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sample_traces.company.draw import MS, Draw
from sample_traces.company.events import Call, Model, Origin, Part, Run, Step, Task, Tool, Usage

SPEED_TOKENS_PER_S = 90


@dataclass
class Pen:
    """Writes one run. ``now`` is the run's clock in unix nanoseconds; it only moves forward."""

    draw: Draw
    run: Run
    now: int

    @classmethod
    def start(cls, draw: Draw, origin: Origin, at: int, name: str, number: int = 1, run_id: str | None = None) -> "Pen":
        """Open a trace at a moment."""
        run = Run(draw.trace_id(), draw.span_id(), name, origin, number, run_id, at)
        return cls(draw, run, at + draw.duration(12))

    def part(self, task: Task, own_span: bool = False) -> Part:
        """Begin the work for a task within the run; ``own_span`` gives it a span of its own."""
        part = Part(task, self.draw.span_id() if own_span else None, self.now)
        self.run.parts.append(part)
        return part

    @contextmanager
    def step(self, part: Part, name: str, has_span: bool = True) -> Iterator[Step]:
        """One execution of a step; its end is the clock's reading on leaving."""
        self.now += self.draw.duration(8)
        step = Step(name, self.draw.span_id() if has_span else None, self.now)
        part.steps.append(step)
        self.now += self.draw.duration(6)
        yield step
        self.now += self.draw.duration(6)
        step.ended_ns = self.now

    def call(self, step: Step, model: Model, usage: Usage | None, input_hash: str | None = None) -> Call:
        """A successful request that ends before the next one starts."""
        output = usage.output_tokens or 0 if usage else 150
        lasts = self.draw.duration(350) + output * 1000 // SPEED_TOKENS_PER_S * MS
        operation = "embeddings" if model.request.startswith("text-embedding") else "chat"
        call = Call(
            self.draw.span_id(), self.now, self.now + lasts, model, operation, usage,
            response_id=self._response_id(model, operation), input_hash=input_hash,
        )  # fmt: skip
        step.calls.append(call)
        self.now = call.ended_ns + self.draw.duration(4)
        return call

    def failed_call(self, step: Step, model: Model, input_hash: str | None = None) -> Call:
        """A request that ended in a provider's error: no answer, no usage, no response id."""
        call = self.call(step, model, None, input_hash)
        call.response_id = None
        call.error_type = self.draw.random.choice(["429", "500", "timeout"])
        return call

    def tool(self, step: Step, name: str, input_hash: str) -> None:
        """A tool that runs between two calls; equal arguments have equal hashes."""
        ended = self.now + self.draw.duration(240)
        step.tools.append(Tool(self.draw.span_id(), name, self.now, ended, input_hash))
        self.now = ended + self.draw.duration(4)

    def close(self, is_error: bool = False) -> Run:
        """End the run, its parts without an end, and say whether the root ended in error."""
        for part in self.run.parts:
            part.ended_ns = part.ended_ns or self.now
        self.run.ended_ns = self.now + self.draw.duration(5)
        self.run.is_error = is_error
        return self.run

    def _response_id(self, model: Model, operation: str) -> str | None:
        prefix = {"openai": "chatcmpl", "anthropic": "msg"}.get(model.provider, "resp")
        return self.draw.name(prefix) if operation == "chat" else None
