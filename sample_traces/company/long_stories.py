"""Workflows with restarts, escalations, agents and batches: contracts, reviews, reports, evals, replays, ops."""

from dataclasses import replace
from decimal import Decimal

from sample_traces.company import plan
from sample_traces.company.draw import Draw
from sample_traces.company.events import Call, Model, Origin, Part, Run, Step, Task, Usage
from sample_traces.company.pen import Pen
from sample_traces.company.stories import judge, outcome

CONTRACT_STEPS = {"extract": (5200, 420), "plan": (1800, 300), "draft": (2600, 1100)}
"""Median input and output tokens of each step."""


class Contract:
    """One contract: three steps, done again from the beginning when a run breaks.

    A repeat of a step that an earlier run had finished, and built the next step on, is waste, whatever the model.
    Without hashes a repeat is known by its position: restarts then keep the model and the input tokens.
    """

    def __init__(self, draw: Draw, has_hashes: bool) -> None:
        self.draw = draw
        self.has_hashes = has_hashes
        shares = [68, 12, 8, 5, 4, 3]
        self.story = draw.random.choices(["plain", "restart", "larger", "untagged", "killed", "twice"], shares)[0]
        if self.story == "larger" and not has_hashes:
            self.story = "restart"
        self.task = Task(draw.name("contract"), "task", "production", plan.CONTRACT, outcome(draw, 0.74, 0.16))
        self.task.size = draw.random.choice(["small", "large"])
        self.sizes = {name: (draw.tokens(i), draw.tokens(o)) for name, (i, o) in CONTRACT_STEPS.items()}
        self.hashes = {name: draw.digest() if has_hashes else None for name in CONTRACT_STEPS}
        self.accepted: dict[str, Call] = {}

    def runs(self, at: int) -> list[Run]:
        """All runs of the contract; only the last one says the outcome."""
        breaks = {"plain": 0, "twice": 2}.get(self.story, 1)
        runs = []
        for number in range(1, breaks + 2):
            run = self._run(at, number, is_last=number == breaks + 1)
            run.parts[0].says_outcome = number == breaks + 1
            runs.append(run)
            at = run.ended_ns + self.draw.duration(40_000)
        return runs

    def _run(self, at: int, number: int, is_last: bool) -> Run:
        pen = Pen.start(self.draw, plan.CONTRACT, at, "contract-extraction", number, self.draw.name("run"))
        pen.run.is_restart = number > 1 and self.story != "untagged"
        model = plan.SONNET if self.story == "larger" and number > 1 else plan.HAIKU
        part = pen.part(self.task)
        for name in CONTRACT_STEPS:
            if name == "draft" and not is_last:
                if self.story != "killed":
                    self._broken_draft(pen, part, model)
                break
            self._step(pen, part, name, model)
        return pen.close(is_error=not is_last and self.story != "killed")

    def _step(self, pen: Pen, part: Part, name: str, model: Model) -> None:
        earlier = self.accepted.get(name)
        with pen.step(part, name) as step:
            call = pen.call(step, model, self._usage(name, earlier), self.hashes[name])
        if earlier is None:
            self.accepted[name] = call
            return
        call.repeats = earlier.span_id
        same_model = "input_hash" if self.has_hashes else "position"
        call.evidence = same_model if call.model == earlier.model else "accepted_step"

    def _usage(self, name: str, earlier: Call | None) -> Usage:
        """The first reading fills the provider's cache, later ones read from it; the input stays the same."""
        read, written = self.sizes[name]
        if name != "extract":
            return Usage(read, written)
        return Usage(read, written, cached=read // 2) if earlier else Usage(read, written, cache_write=read // 2)

    def _broken_draft(self, pen: Pen, part: Part, model: Model) -> None:
        """Either the provider fails, or it answers and the step's own check does not accept the answer."""
        with pen.step(part, "draft") as step:
            if self.draw.chance(0.5):
                pen.failed_call(step, model, self.hashes["draft"])
            else:
                pen.call(step, model, self._usage("draft", None), self.hashes["draft"])
        step.is_error = True


def review(draw: Draw, at: int) -> list[Run]:
    """An agent reads code in a loop; suggestions try the small model three times before the large one, if need be."""
    hard = draw.chance(0.16)
    judged = outcome(draw, 0.55, 0.35) if hard else outcome(draw, 0.82, 0.08)
    task = Task(draw.name("pull"), "task", "production", plan.REVIEW, judged)
    pen = Pen.start(draw, plan.REVIEW, at, "review-pull-request", 1, draw.name("run"))
    part = pen.part(task)
    with pen.step(part, "read") as step:
        _agent_loop(pen, step)
    _suggest(pen, part, hard)
    return [pen.close()]


def _agent_loop(pen: Pen, step: Step) -> None:
    """Calls with ever more context, most of it read from the cache; the agent's span may repeat their sum.

    Some loops do not find their end, and some ask the same of the same tool again and again.
    """
    draw = pen.draw
    story = draw.random.choices(["usual", "endless", "circle"], [91, 5, 4])[0]
    shortest, longest = {"usual": (2, 6), "endless": (20, 30), "circle": (5, 8)}[story]
    asked = draw.digest()
    if story == "endless" and draw.chance(0.8):
        pen.run.parts[-1].task.outcome = "failure"  # who finds no end seldom finds the answer
    step.agent_span_id = draw.span_id()
    context, known = draw.tokens(3000), 0
    for turn in range(draw.random.randint(shortest, longest)):
        if turn and draw.chance(0.04):
            pen.failed_call(step, plan.SONNET, draw.digest())
        one_hour = (context - known) // 2 if draw.chance(0.2) else 0
        usage = Usage(context, draw.tokens(220), known, context - known - 50 if context - known > 50 else 0, one_hour)
        pen.call(step, plan.SONNET, replace(usage, cache_write_1h=min(one_hour, usage.cache_write or 0)), draw.digest())
        known, context = context - 50, context + draw.tokens(900)
        name = draw.random.choice(["read_file", "search_code", "run_tests"])
        if story == "circle" and turn:
            pen.tool(step, "run_tests", asked)
        else:
            pen.tool(step, name, draw.digest())
    step.is_summed = draw.chance(0.6)


def _suggest(pen: Pen, part: Part, hard: bool) -> None:
    """Attempts carry their number and a new input each (the complaint about the last one is appended).

    They stand in one step span or in a span each, as programs are written both ways.
    """
    draw = pen.draw
    read = draw.tokens(2400)
    if not hard:
        with pen.step(part, "suggest") as step:
            pen.call(step, plan.HAIKU, Usage(read, draw.tokens(420)), draw.digest())
        return
    sizes = [1, 1, 1, 1] if draw.chance(0.4) else [4]
    tries: list[Call] = []
    for size in sizes:
        with pen.step(part, "suggest") as step:
            for _ in range(size):
                model = plan.SONNET if len(tries) == 3 else plan.HAIKU
                call = pen.call(step, model, Usage(read + 150 * len(tries), draw.tokens(420)), draw.digest())
                tries.append(call)
                call.attempt = len(tries)
    for cheap in tries[:3]:
        cheap.replaced_by = tries[3].span_id


def report(draw: Draw, at: int, output_factor: int) -> list[Run]:
    """Run tag, no task tag: the run is the task. The company's own model, with the application's own cost figure."""
    run_id = draw.name("report")
    task = Task(run_id, "run", "production", plan.REPORT, outcome(draw, 0.88, 0.06))
    pen = Pen.start(draw, plan.REPORT, at, "nightly-report", 1, run_id)
    part = pen.part(task)
    for name, read, written in (("collect", 3200, 260), ("write", 2100, 820), ("check", 1400, 90)):
        with pen.step(part, name) as step:
            usage = Usage(draw.tokens(read), draw.tokens(written) * output_factor)
            call = pen.call(step, plan.HELIOS, usage, draw.digest())
        if name == "write":
            call.reported_cost_usd = _own_estimate(usage)
    return [pen.close()]


def _own_estimate(usage: Usage) -> Decimal:
    """What the application believes a call costs: it never heard of the price change."""
    millionths = Decimal(usage.input_tokens) * Decimal("2.40") + Decimal(usage.output_tokens or 0) * Decimal("9.60")
    return (millionths / 1_000_000).quantize(Decimal("0.000001"))


def evaluation(draw: Draw, at: int, case: int, day: int) -> list[Run]:
    """A case of the eval suite: the same question asked twice on purpose, then a judge."""
    task = Task(f"case-{case:03d}/{day:03d}", "task", "eval", plan.EVAL, outcome(draw, 0.70, 0.24))
    pen = Pen.start(draw, plan.EVAL, at, "eval-case", 1, draw.name("run"))
    part = pen.part(task)
    with pen.step(part, "answer") as step:
        asked, read = draw.digest(), draw.tokens(2000)
        for _ in range(2):
            pen.call(step, plan.MINI, Usage(read, draw.tokens(260)), asked)
    judge(pen, part)
    return [pen.close()]


def replay(draw: Draw, at: int, original: Task, hashes: dict[str, str | None]) -> list[Run]:
    """A production contract run again on the large model: same task id, other traffic source, so another task."""
    task = Task(original.task_id, "task", "replay", plan.REPLAY, outcome(draw, 0.80, 0.12), size=original.size)
    pen = Pen.start(draw, plan.REPLAY, at, "contract-extraction", 1, draw.name("run"))
    part = pen.part(task)
    for name, (read, written) in CONTRACT_STEPS.items():
        with pen.step(part, name) as step:
            pen.call(step, plan.SONNET, Usage(draw.tokens(read), draw.tokens(written)), hashes[name])
    return [pen.close()]


def operations(draw: Draw, at: int, chunks: int) -> list[Run]:
    """The search index is embedded again: calls without hash, task or outcome, but with a run."""
    run_id = draw.name("refresh")
    task = Task(run_id, "run", "ops", plan.OPS)
    pen = Pen.start(draw, plan.OPS, at, "index-refresh", 1, run_id)
    part = pen.part(task)
    for _ in range(chunks):
        with pen.step(part, "embed-chunk", has_span=False) as step:
            pen.call(step, plan.EMBED, Usage(draw.tokens(6000)))
    return [pen.close()]


def untasked(draw: Draw, at: int) -> list[Run]:
    """Calls that say nothing of a task, run or workflow: from notebooks (one bare span) and behind a web gateway."""
    origin: Origin = plan.NOTEBOOK if draw.chance(0.6) else plan.GATEWAY
    is_bare = origin is plan.NOTEBOOK
    pen = Pen.start(draw, origin, at, f"chat {plan.FULL.request}" if is_bare else "POST /v1/summarise")
    pen.run.is_bare = is_bare
    source = origin.traffic_source or "unknown"
    part = pen.part(Task(pen.run.trace_id, "trace", source, origin, is_tasked=False))
    step = Step("", None, pen.now)
    part.steps.append(step)
    usage = None if draw.chance(0.05) else Usage(draw.tokens(1100), draw.tokens(300))
    call = pen.call(step, plan.FULL if is_bare else plan.MINI, usage, draw.digest() if draw.chance(0.5) else None)
    if is_bare:
        pen.run.root_span_id, pen.run.started_ns = call.span_id, call.started_ns
        run = pen.close()
        run.ended_ns = call.ended_ns
        return [run]
    return [pen.close()]
