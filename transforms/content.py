"""Prompt and answer texts: which attributes hold them, and the keyed hashes that replace them.

Content is what a user or a model said, and what tools were given and gave back. Names, settings, counts, errors
and tool definitions are not content. With content off, a value is replaced by ``hmac-sha256:<hex>`` of its text
under the operator's key: equal texts stay recognisable as equal, and nothing else.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from transforms import typed

_KEYS = re.compile(
    r"""
      gen_ai\.(prompt|completion)(\.(?!name$|version$|.*\b(role|finish_reason)$).*)?
    | gen_ai\.(input|output)\.messages(\..*)?
    | gen_ai\.system_instructions(\..*)?
    | gen_ai\.content\.(prompt|completion)
    | gen_ai\.tool\.(call\.)?(arguments|args|result|input|output|message)(\..*)?
    | gen_ai\.(retrieval\.(query\.text|query|documents)|evaluation\.explanation|memory\.(query\.text|records)
        |prompt\.variable)(\..*)?
    | evaluations\.\d+\.evaluation\.explanation
    | llm\.(input_messages|output_messages|prompts|completions|choices)(\..*)?
    | llm\.prompt_template\.(template|variables)
    | llm\.(invocation_parameters|function_call|content)
    # a provider's own request and answer, as LiteLLM copies them
    | llm\.(?!token_count\.|cost\.|usage\.|request\.|response\.)[A-Za-z_0-9]+\.
        (messages|input|prompt|system|instructions|contents|candidates|choices|content|output
        |extra_body|systemInstruction|system_instruction|tool_calls|data|text|body)(\..*)?
    | (input|output)\.value
    | embedding\.(text|vector|embeddings)(\..*)?
    | (retrieval|reranker)\.(documents?|input_documents|output_documents|query)(\..*)?
    | (tool|function)\.(parameters|args|kwargs|arguments|input|output|result)
    | (document|message)\.(content|contents)(\..*)?
    | traceloop\.(entity\.(input|output)|prompt\.(template|template_variables))(\..*)?
    | gcp\.vertex\.agent\.(llm_request|llm_response|tool_call_args|tool_response|data)
    | crew_(tasks|agents|inputs)
    | ai\.(prompt|values?|embeddings?|documents|response\.(text|object|toolCalls|reasoning|files)
        |toolCall\.(args|result))(\..*)?
    | smolagents\.task
    | langfuse\.(observation|trace)\.(input|output) | langfuse\.experiment\.item\.expected_output
    | mlflow\.span(Inputs|Outputs)
    | gen_ai\.(prompt|completion)_json
    | (lmnr\.span|agentops\.entity)\.(input|output) | braintrust\.(input|output)(_json)? | braintrust\.expected
    | mastra\.\w+\.(input|output) | mastra\.metadata\.(body|modelMetadata)
    | genkit:(input|output|init|state:messages)
    | lk\.(pii\.(?!room_name$).* | user_input | user_transcript | chat_ctx | instructions | input_text
        |response\.(text|function_calls)|function_tool\.(arguments|output))
    | (agent|llm)\.(messages|instructions) | inputs? | outputs? | (request|response)_data | events
    | haystack\.(agent|component|pipeline|tool)\.(input|output|input_data|output_data|arguments|result)
    | log\.body | response_text | request_text
    | user_prompt | new_context | response\.model_output
    | pydantic_ai\.all_messages | all_messages_events | final_result | tool_arguments | tool_response
    """,
    re.VERBOSE,
)

_EVENTS = re.compile(
    r"gen_ai\..*\.message|gen_ai\.choice|gen_ai\.content\..*|gen_ai\.client\.inference\.operation\.details"
)
_EVENT_FACTS = frozenset(
    {"gen_ai.system", "gen_ai.provider.name", "gen_ai.operation.name", "role", "index", "finish_reason", "id", "name"}
)


@lru_cache(maxsize=65536)
def is_content(key: str) -> bool:
    """Does an attribute of a span, resource, scope, event or link under this key hold content?"""
    return _KEYS.fullmatch(key) is not None


def is_event_content(event: str, key: str) -> bool:
    """In events that carry messages everything but the named facts is content."""
    return is_content(key) or (_EVENTS.fullmatch(event) is not None and key not in _EVENT_FACTS)


def digest(text: str, hash_key: bytes) -> str:
    """The keyed hash that stands in for ``text``."""
    return f"hmac-sha256:{hmac.digest(hash_key, text.encode(), 'sha256').hex()}"


def digests(texts: Sequence[str | None], hash_key: bytes) -> list[str | None]:
    return [None if text is None else digest(text, hash_key) for text in texts]


@dataclass(frozen=True)
class Content:
    """What happens to content: kept, or replaced by its hash under ``hash_key``."""

    is_stored: bool
    hash_key: bytes

    def replace(self, key: str, value: Any) -> Any:
        """The JSON-ready value to write for an attribute."""
        return value if self.is_stored or not is_content(key) else self.hashed(value)

    def replace_in(self, event: str) -> typed.Replace:
        """As `replace`, for the attributes of an event."""

        def replace(key: str, value: Any) -> Any:
            return value if self.is_stored or not is_event_content(event, key) else self.hashed(value)

        return replace

    def hashed(self, value: Any) -> Any:
        text = value if isinstance(value, str) else typed.dumps(value)
        return {"$hashed": digest(text, self.hash_key)}
