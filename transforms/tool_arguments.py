"""What a tool was called with, where a library records it under a key that means something else on other spans.

OpenInference and OpenLLMetry write the input of any function under one key: on a tool's span that is its arguments, so
two equal ones are the same call made again (an agent that goes in circles). The tool's name is part of the hash, as
some libraries name every such span alike (`FunctionTool.acall`). LangChain's callbacks put what differs from step to
step beside the arguments; only those count.
"""

from typing import Any

import pyarrow as pa

from transforms.arrays import Flags
from transforms.attributes import Attributes
from transforms.messages import hash_of, parsed

KEYS = ("input.value", "traceloop.entity.input")
_CALLBACK = ("inputs", "input_str")
"""LangChain's own form, as OpenLLMetry keeps it: the arguments, parsed or as they came."""


def argument_hashes(attributes: Attributes, is_tool: Flags, tool_names: pa.Array, hash_key: bytes) -> pa.Array:
    """32 hex digits for each owner that is a tool and says its arguments, else null."""
    result: list[str | None] = [None] * attributes.owners
    names = tool_names.to_pylist() if is_tool.any() else []
    for key in reversed(KEYS):  # the first of them has the last word
        at = attributes.at(key)
        at = at[is_tool[attributes.owner[at]]]
        for owner, text in zip(attributes.owner[at].tolist(), attributes.texts(at).to_pylist(), strict=True):
            said = {"call": names[owner], "arguments": _arguments(parsed(text))}
            result[owner] = hash_of([["tool", said]], hash_key)
    return pa.array(result, pa.string())


def _arguments(value: Any) -> Any:
    if isinstance(value, dict) and "input_str" in value:
        return next((parsed(value[key]) for key in _CALLBACK if value.get(key)), value)
    return value
