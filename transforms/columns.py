"""The canonical columns of `lake/spans` and `lake/logs`: every name, type and meaning has its one home here.

A row is one span exactly as it arrived, or a log record or metric that tells of a call, read as a span. Three groups
of columns, in this order:

* ``ENVELOPE``: what OTLP itself says (ids, times, status, scope), kept exactly;
* ``CANONICAL``: what a dialect read out of the attributes (tokens, models, cost, tags);
* ``LEFTOVERS``: everything no canonical column holds, so that each attribute can be given back as it
  was sent and old rows can be read again when a dialect improves (see `transforms.lossless`).

Tags can stand on a span or on its resource. A span's tag beats its ancestors', theirs beat the resource's,
so the two are kept apart: every name in ``TAGS`` has a column of its own and one called ``resource_<name>``.

Null always means "not said". Zero is a value that was said.
"""

import pyarrow as pa

MONEY = pa.decimal128(28, 12)
"""US dollars."""

TEXT = pa.string()

ENVELOPE: dict[str, pa.DataType] = {
    "segment": TEXT,  # id of the write-ahead-log segment it arrived in; with ".logs" for logs and metrics
    "signal": TEXT,  # span | log | metric: what it was sent as
    "received_at_ns": pa.int64(),  # collector's clock at arrival, unix nanoseconds
    "organization": TEXT,  # from the ingest token; null when the receiver asks for none
    "trace_id": pa.binary(),  # 16 bytes
    "span_id": pa.binary(),  # 8 bytes
    "parent_span_id": pa.binary(),  # 8 bytes; null for a root
    "trace_state": TEXT,
    "flags": pa.uint32(),
    "name": TEXT,
    "kind": pa.int32(),  # OTLP SpanKind
    "start_time_unix_nano": pa.uint64(),
    "end_time_unix_nano": pa.uint64(),  # 0 when the sender gave none
    "status_code": pa.int32(),  # 0 unset, 1 ok, 2 error
    "status_message": TEXT,
    "scope_name": TEXT,
    "scope_version": TEXT,
}

TAGS: dict[str, pa.DataType] = {
    "traffic_source": TEXT,  # production | eval | replay | ops, as sent (lower-cased, not validated)
    "traffic_detail": TEXT,
    "traffic_marker": TEXT,  # 'eval' where a dialect's evaluator or experiment marker stands
    "tag_organization": TEXT,
    "team": TEXT,
    "project": TEXT,
    "cost_center": TEXT,
    "customer_id": TEXT,
    "feature": TEXT,
    "environment": TEXT,
    "user_id": TEXT,
    "session_id": TEXT,
    "workflow_id": TEXT,
    "workflow_run_id": TEXT,
    "is_restart": pa.bool_(),  # this run starts again from the beginning
    "task_id": TEXT,
    "task_outcome": TEXT,  # success | failure, as sent (lower-cased)
    "task_score": pa.float64(),
    "task_size": TEXT,
    "task_units": pa.int64(),
    "task_units_succeeded": pa.int64(),
    "prompt_name": TEXT,
    "prompt_version": TEXT,
    "code_version": TEXT,  # spanledger tag or the resource's service.version
    "sampling_probability": pa.float64(),  # 0 < p <= 1: how likely a span like this was kept (`transforms.sampling`)
    "sampler": TEXT,  # the words that say the span was sampled
}
"""Columns that a span inherits from its ancestors and, last, from its resource."""

OWN: dict[str, pa.DataType] = {
    "dialect": TEXT,  # name of the dialect that gave the usage, else of the first that matched
    "role": TEXT,  # request | container | tool | evaluator | fetch | evaluation | other: what the dialect says it is
    "operation": TEXT,  # chat | completion | embeddings | rerank | image | audio | moderation | agent | chain | tool
    "provider": TEXT,  # normalised provider name (OTel GenAI well-known values); null for frameworks
    "request_model": TEXT,
    "response_model": TEXT,
    "response_id": TEXT,
    "previous_response_id": TEXT,
    "finish_reason": TEXT,
    "is_stream": pa.bool_(),
    "input_tokens": pa.int64(),  # all the model read, cache reads and writes included
    "cached_input_tokens": pa.int64(),  # part of input_tokens
    "cache_write_tokens": pa.int64(),  # part of input_tokens, 1-hour writes included
    "cache_write_1h_tokens": pa.int64(),  # part of cache_write_tokens
    "output_tokens": pa.int64(),  # all it produced, reasoning included
    "reasoning_tokens": pa.int64(),  # part of output_tokens
    "usage_iterations": TEXT,  # JSON array of the attempts billed inside one request (`transforms.iterations`)
    "usage_fields": pa.int32(),  # how many usage counts this span carries (0 when none)
    "token_rule": TEXT,  # inclusive | exclusive | exclusive_output | ..., with what decided it
    "is_estimated": pa.bool_(),  # the library made the counts up (tokenizer)
    "reported_cost_usd": MONEY,
    "reported_cost_kind": TEXT,  # provider | client
    "is_cache_hit": pa.bool_(),  # answered from a response cache, nothing billed
    "service_tier": TEXT,
    "error_type": TEXT,
    "step": TEXT,
    "attempt": pa.int64(),  # as sent; 0-based senders are shifted in the models
    "input_hash": TEXT,  # the tag, else ours over the canonical request content
    "output_hash": TEXT,
    "reservation_id": TEXT,
    "agent_name": TEXT,
    "tool_name": TEXT,
    "server_address": TEXT,
    "region": TEXT,
    "service_name": TEXT,  # resource service.name
    "evaluations": TEXT,  # JSON array of results reported on this span (`transforms.evaluations`); null when none
    "usage_error": TEXT,  # why usage could not be read (a part larger than its whole, not a number); null when fine
    "cost_error": TEXT,  # a reported cost that is no amount, by key and value; null when some key gave one
}
"""Columns of the span itself; not inherited (steps and agents are read from enclosing spans by the models)."""

LEFTOVERS: dict[str, pa.DataType] = {
    "resource_attributes": TEXT,  # JSON object of the resource's attributes, typed as in `transforms.lossless`
    "scope_attributes": TEXT,  # JSON object: scope attributes, schema URLs, dropped counts; null when empty
    "attributes": pa.map_(TEXT, TEXT),  # attributes no canonical column holds, as text
    "shape": TEXT,  # JSON object: attribute key -> [type, column that holds it]; what makes the row lossless
    "events": TEXT,  # JSON array of the span's events; null when none
    "links": TEXT,  # JSON array of the span's links; null when none
    "extras": TEXT,  # JSON object: unusual envelope parts (dropped counts, repeated keys); null when none
}

CANONICAL: dict[str, pa.DataType] = {
    **OWN,
    **TAGS,
    **{f"resource_{name}": type_ for name, type_ in TAGS.items()},
}

SCHEMA = pa.schema([*ENVELOPE.items(), *CANONICAL.items(), *LEFTOVERS.items()])
"""The schema of every Parquet file of the lake."""
