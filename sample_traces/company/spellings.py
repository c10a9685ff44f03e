"""How each service's instrumentation writes a call, a step and a root: in three dialects."""

import json

from sample_traces.company.events import Call, Part, Run, Step, Usage
from sample_traces.otlp import Attributes, Value

Scope = tuple[str, str]

APP: Scope = ("northwind.app", "1.4.0")
OTEL: Scope = ("opentelemetry.instrumentation.genai.openai", "1.3b0")
GEMINI: Scope = ("opentelemetry.instrumentation.google_genai", "1.3b0")
ANTHROPIC: Scope = ("com.anthropic.sdk.python", "2.12.0")
TRACELOOP: Scope = ("opentelemetry.instrumentation.openai.v1", "0.40.14")
TRACELOOP_APP: Scope = ("traceloop.tracer", "0.40.14")
OPENINFERENCE: Scope = ("openinference.instrumentation.openai", "0.1.66")
OPENINFERENCE_ANTHROPIC: Scope = ("openinference.instrumentation.anthropic", "3.1.0")


def structure_scope(dialect: str) -> Scope:
    """Scope of the spans that the application itself opens: roots, steps, tools."""
    return TRACELOOP_APP if dialect == "traceloop" else APP


def call_scope(dialect: str, call: Call) -> Scope:
    """Scope of the call's own span; of the inner one where two instrumentations saw it."""
    if dialect == "traceloop":
        return TRACELOOP
    if call.model.provider == "anthropic":
        return ANTHROPIC if dialect == "otel" or call.wrapper_span_id else OPENINFERENCE_ANTHROPIC
    if dialect == "openinference":
        return OPENINFERENCE
    return GEMINI if call.model.provider == "gcp.gemini" else OTEL


def call_name(dialect: str, call: Call) -> str:
    """Span name as the instrumentation gives it."""
    if dialect == "traceloop":
        return "openai.chat"
    if dialect == "openinference" and not call.wrapper_span_id:
        if call.model.provider == "anthropic":
            return "messages.create"
        return "CreateEmbeddings" if call.operation == "embeddings" else "ChatCompletion"
    if call.model.provider == "anthropic":
        return "anthropic.messages.create"
    return f"{call.operation} {call.model.request}"


def call_attributes(dialect: str, call: Call) -> Attributes:
    """Attributes of the call's own span in its dialect."""
    if dialect == "traceloop":
        return _traceloop(call)
    if dialect == "openinference" and not call.wrapper_span_id:
        return openinference(call)
    return _otel(call)


def _otel(call: Call) -> Attributes:
    usage = call.usage
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": call.operation,
        "gen_ai.provider.name": call.model.provider,
        "gen_ai.request.model": call.model.request,
        "gen_ai.request.stream": True if call.is_stream else None,
        "error.type": call.error_type,
    }
    if call.error_type is None:
        has_reason = call.operation == "chat" and call.is_finished
        attributes["gen_ai.response.model"] = call.model.response
        attributes["gen_ai.response.id"] = call.response_id
        attributes["gen_ai.response.finish_reasons"] = ["stop"] if has_reason else None
    return attributes | (_otel_usage(usage) if usage else {})


def _otel_usage(usage: Usage) -> dict[str, Value]:
    one_hour = usage.cache_write_1h
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached,
        "gen_ai.usage.cache_write.input_tokens": usage.cache_write,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": one_hour,
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": None
        if one_hour is None
        else (usage.cache_write or 0) - one_hour,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    }


def _traceloop(call: Call) -> Attributes:
    """The older spelling: system instead of provider, prompt and completion tokens, a total."""
    usage = call.usage
    attributes: dict[str, Value] = {
        "llm.request.type": "chat",
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": call.model.request,
        "llm.is_streaming": False,
        "error.type": call.error_type,
    }
    if usage is None:
        return attributes
    return attributes | {
        "gen_ai.response.model": call.model.response,
        "gen_ai.response.id": call.response_id,
        "gen_ai.completion.0.finish_reason": "stop",
        "gen_ai.usage.prompt_tokens": usage.input_tokens,
        "gen_ai.usage.completion_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read_input_tokens": usage.cached,
        "llm.usage.total_tokens": usage.input_tokens + (usage.output_tokens or 0),
    }


def openinference(call: Call) -> Attributes:
    """An LLM or EMBEDDING span; the response id stands inside the recorded answer only."""
    if call.usage is None:
        raise ValueError(f"the simulation draws no OpenInference call without usage, but {call.span_id} has none")
    is_embedding = call.operation == "embeddings"
    output = call.usage.output_tokens
    return {
        "openinference.span.kind": "EMBEDDING" if is_embedding else "LLM",
        "llm.provider": call.model.provider,
        "llm.system": call.model.provider,
        "embedding.model_name": call.model.request if is_embedding else None,
        "llm.model_name": None if is_embedding else call.model.response,
        "output.value": None if is_embedding else json.dumps({"id": call.response_id}),
        "output.mime_type": None if is_embedding else "application/json",
        "llm.token_count.prompt": call.usage.input_tokens,
        "llm.token_count.completion": output,
        "llm.token_count.total": call.usage.input_tokens + (output or 0),
        "llm.token_count.prompt_details.cache_read": call.usage.cached,
        "llm.token_count.prompt_details.cache_write": call.usage.cache_write,
        "llm.finish_reason": None if is_embedding else "stop",
    }


def own_tags(call: Call, step: Step) -> Attributes:
    """What the application itself puts on the call's outermost span."""
    own_step = step.name if step.name and (step.span_id is None or step.traffic_source) else None
    return {
        "spanledger.input.hash": call.input_hash,
        "spanledger.attempt": call.attempt,
        "spanledger.step": own_step,
        "spanledger.cost_usd": None if call.reported_cost_usd is None else float(call.reported_cost_usd),
    }


def step_span(dialect: str, step: Step) -> tuple[str, Attributes]:
    """Name and attributes of a step's span. A judge is marked by a tag, in OpenInference by the span's kind."""
    if dialect == "openinference":
        return step.name, {"openinference.span.kind": "EVALUATOR" if step.traffic_source else "CHAIN"}
    if dialect == "traceloop":
        return f"{step.name}.task", {"traceloop.span.kind": "task", "traceloop.entity.name": step.name}
    return step.name, {"spanledger.step": step.name, "spanledger.traffic_source": step.traffic_source}


def task_tags(part: Part) -> Attributes:
    """Tags of a task, on the span that carries it; a task known by its run or trace has no id of its own to send."""
    task = part.task
    return {
        "spanledger.task.id": task.task_id if task.task_source == "task" else None,
        "spanledger.task.outcome": task.outcome if part.says_outcome else None,
        "spanledger.task.size": task.size,
    }


def run_tags(run: Run) -> Attributes:
    """Tags of a run on its root span."""
    origin = run.origin
    kinds = {"openinference": {"openinference.span.kind": "CHAIN"}, "traceloop": {"traceloop.span.kind": "workflow"}}
    return {
        **kinds.get(origin.dialect, {}),
        "spanledger.workflow.id": origin.workflow_id if origin.is_workflow_tagged else None,
        "spanledger.workflow.run_id": run.run_id,
        "spanledger.restart": True if run.is_restart else None,
        "spanledger.feature": origin.feature,
        "spanledger.prompt.name": origin.prompt_name,
        "spanledger.prompt.version": origin.prompt_version,
        "session.id": run.session_id,
        "user.id": run.user_id,
    }
