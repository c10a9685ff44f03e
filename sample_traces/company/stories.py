"""What a task of the chat, search, triage and mail workflows looks like, with its everyday mishaps.

A story takes a `Draw`, the moment it starts and a few facts of the day, and returns the runs that happened.
"""

from dataclasses import replace

from sample_traces.company import plan
from sample_traces.company.draw import MS, Draw
from sample_traces.company.events import Call, Origin, Part, Run, Step, Task, Usage
from sample_traces.company.pen import Pen


def outcome(draw: Draw, success: float, failure: float) -> str | None:
    """Success or failure in these shares, else unknown."""
    drawn = draw.random.random()
    return "success" if drawn < success else "failure" if drawn < success + failure else None


def chat_usage(draw: Draw, input_median: float, output_median: float, cached_share: float = 0.0) -> Usage:
    """Usage of a provider that caches whole blocks of 128 tokens by itself; no count where nothing was cached."""
    read = draw.tokens(input_median)
    cached = int(read * cached_share) // 128 * 128
    return Usage(read, draw.tokens(output_median), cached=cached or None)


def support(draw: Draw, at: int) -> list[Run]:
    """A conversation of one to three turns, each a run in a trace of its own; the last one carries the outcome."""
    task = Task(draw.name("ticket"), "task", "production", plan.SUPPORT, outcome(draw, 0.78, 0.10), size="chat")
    session, user = draw.name("session"), draw.name("user")
    turns = draw.random.choices([1, 2, 3], [60, 28, 12])[0]
    runs = []
    for turn in range(1, turns + 1):
        is_source_lost = turn > 1 and draw.chance(0.03)
        origin = replace(plan.SUPPORT, traffic_source=None) if is_source_lost else plan.SUPPORT
        run = _support_turn(draw, task, origin, at, turn)
        run.session_id, run.user_id = session, user
        run.parts[0].says_outcome = turn == turns
        runs.append(run)
        at = run.ended_ns + draw.duration(90_000)
    return runs


def _support_turn(draw: Draw, task: Task, origin: Origin, at: int, turn: int) -> Run:
    pen = Pen.start(draw, origin, at, "support-answer", turn, draw.name("run"))
    part = pen.part(task)
    with pen.step(part, "classify") as step:
        pen.call(step, plan.MINI, chat_usage(draw, 420, 12), draw.digest())
    with pen.step(part, "retrieve") as step:
        pen.call(step, plan.EMBED, Usage(draw.tokens(60)))
    if draw.chance(0.03):
        _broken_answer(pen, part)
    else:
        with pen.step(part, "answer") as step:
            _answer(pen, step, turn)
    if draw.chance(0.10):
        judge(pen, part)
    return pen.close()


def _broken_answer(pen: Pen, part: Part) -> None:
    """The whole step fails and is done again: an execution, and a span, for each attempt."""
    asked = pen.draw.digest()
    with pen.step(part, "answer") as step:
        pen.failed_call(step, plan.MINI, asked).attempt = 1
        step.is_error = True
    with pen.step(part, "answer") as step:
        pen.call(step, plan.MINI, chat_usage(pen.draw, 2100, 260), asked).attempt = 2


def _answer(pen: Pen, step: Step, turn: int) -> None:
    """The answering step: mostly one call, sometimes a retry, a better model, the same question twice, a cut stream."""
    draw, asked = pen.draw, pen.draw.digest()
    usage = chat_usage(draw, 1500 + 700 * turn, 260, draw.random.choice([0, 0, 0.5]))
    mishap = draw.random.random()
    if mishap < 0.06:
        pen.failed_call(step, plan.MINI, asked).attempt = 1
        pen.call(step, plan.MINI, usage, asked).attempt = 2
    elif mishap < 0.14:
        cheap = pen.call(step, plan.MINI, usage, asked)
        better = pen.call(step, plan.FULL, replace(usage, output_tokens=draw.tokens(380)), asked)
        cheap.replaced_by = better.span_id
    elif mishap < 0.17:
        repeat(pen, step, pen.call(step, plan.MINI, usage, asked))
    elif mishap < 0.19:
        cut = pen.call(step, plan.MINI, usage, asked)
        cut.is_stream, cut.is_finished, cut.attempt = True, False, 1
        pen.call(step, plan.MINI, usage, draw.digest()).attempt = 2  # asked to go on where it stopped
    else:
        call = pen.call(step, plan.MINI, usage, asked)
        call.is_stream = draw.chance(0.4)
        if call.is_stream and draw.chance(0.05):
            call.usage = None  # the client did not ask the stream for its usage


def repeat(pen: Pen, step: Step, first: Call) -> Call:
    """The very same request again after the first had succeeded."""
    again = pen.call(step, first.model, first.usage, first.input_hash)
    again.repeats, again.evidence = first.span_id, "input_hash"
    return again


def judge(pen: Pen, part: Part) -> None:
    """A model judges the answer: eval traffic inside whatever task this is."""
    with pen.step(part, "judge") as step:
        step.traffic_source = "eval"
        pen.call(step, plan.HAIKU, Usage(pen.draw.tokens(900), pen.draw.tokens(40)), pen.draw.digest())


def triage(draw: Draw, at: int, day: int) -> list[Run]:
    """Two calls without step spans; a preview model drafts the reply for some days, and nobody has its price."""
    task = Task(draw.name("mail"), "task", "production", plan.TRIAGE, outcome(draw, 0.86, 0.08))
    pen = Pen.start(draw, plan.TRIAGE, at, "triage", 1, draw.name("run"))
    part = pen.part(task)
    with pen.step(part, "triage", has_span=False) as step:
        thought = draw.tokens(180)
        usage = Usage(draw.tokens(650), thought + draw.tokens(45), reasoning=thought)
        pen.call(step, plan.FLASH, usage, draw.digest())
    with pen.step(part, "draft-reply", has_span=False) as step:
        thought = draw.tokens(250)
        usage = Usage(draw.tokens(800), thought + draw.tokens(160), reasoning=thought)
        pen.call(step, plan.UNPRICED if day in plan.UNPRICED_DAYS else plan.GPT5_MINI, usage, draw.digest())
    return [pen.close()]


def rag(draw: Draw, at: int, day: int) -> list[Run]:
    """Embed, retrieve, answer. Prompt v4 doubles the answer's tokens; some answers are seen by two instrumentations."""
    is_new = day >= plan.PROMPT_CHANGE
    source = None if day in plan.SOURCE_LOST else "production"
    origin = replace(plan.RAG, prompt_version="v4" if is_new else "v3", traffic_source=source)
    task = Task(draw.name("query"), "task", source or "unknown", origin, outcome(draw, 0.72, 0.14))
    pen = Pen.start(draw, origin, at, "rag-search", 1, draw.name("run"))
    part = pen.part(task)
    with pen.step(part, "embed") as step:
        pen.call(step, plan.EMBED, Usage(draw.tokens(40)))
    with pen.step(part, "answer") as step:
        _rag_answer(pen, step, 2 if is_new else 1)
    if source and draw.chance(0.08):
        judge(pen, part)
    return [pen.close()]


def _rag_answer(pen: Pen, step: Step, factor: int) -> None:
    draw, asked = pen.draw, pen.draw.digest()
    usage = Usage(draw.tokens(2600) * factor, draw.tokens(280) * factor)
    if draw.chance(0.22):
        cached = usage.input_tokens // 3
        call = pen.call(step, plan.SONNET, replace(usage, cached=cached, cache_write=cached // 4), asked)
        call.wrapper_span_id = draw.span_id()
        return
    call = pen.call(step, plan.FULL, usage, asked)
    if draw.chance(0.05):
        _ask_twice_at_once(pen, step, call)


def _ask_twice_at_once(pen: Pen, step: Step, first: Call) -> None:
    """Best of two: an identical request that starts while the first is still under way."""
    assert first.usage is not None
    second = pen.call(step, first.model, replace(first.usage, output_tokens=pen.draw.tokens(280)), first.input_hash)
    second.started_ns = first.started_ns + 3 * MS
    pen.now = max(first.ended_ns, second.ended_ns) + MS
    first.evidence = second.evidence = "concurrent"


def mail(draw: Draw, at: int, batch: int) -> list[Run]:
    """One trace, one run, many tasks: each mail is a task with a span of its own below the batch's root."""
    pen = Pen.start(draw, plan.MAIL, at, "onboarding-mail.workflow", 1, draw.name("batch"))
    for _ in range(batch):
        part = pen.part(Task(draw.name("welcome"), "task", "production", plan.MAIL, outcome(draw, 0.90, 0.04)), True)
        with pen.step(part, "write-mail") as step:
            asked = draw.digest()
            if draw.chance(0.08):
                pen.failed_call(step, plan.MINI, asked).attempt = 1
                pen.call(step, plan.MINI, chat_usage(draw, 700, 240), asked).attempt = 2
            else:
                pen.call(step, plan.MINI, chat_usage(draw, 700, 240, draw.random.choice([0, 0.6])), asked)
        part.ended_ns = pen.now
        pen.now += draw.duration(400)
    return [pen.close()]
