"""LiveKit Agents, from documents, not recorded: read from livekit-agents' list of span attributes and MLflow's reader.

`llm_request` asks the model; each of its tries is an `llm_request_run` below it, numbered from 0 by `lk.retry_count`,
without counts of its own. `realtime_metrics` tells what a realtime model used. What people said stands under
`lk.pii.*`, in older versions under `lk.*`.
"""

from transforms.dialects.base import CONTAINER, OTHER, REQUEST, TOOL, Dialect, Meaning, NameRule, Source
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import error_if, inside

DIALECT = Dialect(
    name="livekit",
    scopes=("livekit",),
    prefixes=("lk.",),
    columns={
        "attempt": ("lk.retry_count",),
        "agent_name": ("lk.agent_name",),
        "tool_name": ("lk.function_tool.name",),
        "workflow_run_id": ("lk.job_id",),
    },
    fallbacks={
        "session_id": ("lk.room_name", "lk.pii.room_name", "lk.room_sid"),
        "response_id": (Source("lk.llm_metrics", inside("request_id")),),
        "error_type": (Source("lk.function_tool.is_error", error_if("true")),),
    },
    name_rules=(
        NameRule(r"llm_request$", Meaning(REQUEST, "chat")),
        NameRule(r"tts_request$", Meaning(REQUEST, "audio")),
        NameRule(r"realtime_metrics$", Meaning(REQUEST, "chat")),
        NameRule(r"(llm|tts)_request_run$", Meaning(OTHER, "attempt"), overrides=True),
        NameRule(r"agent_session$", Meaning(CONTAINER, "workflow"), overrides=True),
        NameRule(r"agent_turn$", Meaning(CONTAINER, "agent"), overrides=True),
        NameRule(r"(llm|tts|stt)_node$|user_turn$", Meaning(CONTAINER, "step"), overrides=True),
        NameRule(r"function_tool$", Meaning(TOOL, "tool")),
    ),
    usage=(USAGE,),
)
