"""Broken mapping files: each says file, line and key, what was expected and what stands there."""

import pytest

from transforms.mapping_file import ConfigError, read_mapping
from transforms.registry import MOST_MAPPED

BROKEN = [
    ("", "m.yaml:1: the file is empty"),
    ("senders: [", "m.yaml:1: not YAML: while parsing a flow node, expected the node content"),
    ("senders: []\n...\n---\na: 1", "m.yaml:3: not YAML: expected a single document in the stream"),
    ("\x00", "m.yaml:1: not YAML: unacceptable character #x0000"),
    ("[" * 20000, "m.yaml:1: not YAML: maximum recursion depth"),
    ("- a", "m.yaml:1: expected keys with values, got a list"),
    ("{}", "m.yaml:1: no senders; expected a list of them"),
    ("senders:\nsender: []", "m.yaml:2: sender: no such key; did you mean senders?; there are senders"),
    ("senders:", "m.yaml:1: senders: expected a list with at least one entry, got nothing"),
    ("senders: []", "m.yaml:1: senders: expected a list with at least one entry, got an empty list"),
    ("senders:\n- 5", "m.yaml:2: senders[1]: expected keys with values, got '5'"),
    ("senders:\n- service: a", "m.yaml:2: senders[1]: maps nothing; expected span, resource or usage"),
    ("senders:\n- spans: {}", "m.yaml:2: senders[1].spans: no such key; did you mean span?"),
    ("senders:\n- span: {}", "m.yaml:2: senders[1].span: maps nothing"),
    ("senders:\n- span:\n    k: taem", "m.yaml:3: senders[1].span.k: 'taem' is no column; did you mean team?"),
    (
        "senders:\n- span:\n    k: spanledger.step",
        "senders[1].span.k: 'spanledger.step' is no column; did you mean step?",
    ),
    ("senders:\n- span:\n    k: trace_id", "m.yaml:3: senders[1].span.k: 'trace_id' is no column"),
    ("senders:\n- span:\n    k:", "m.yaml:3: senders[1].span.k: expected a text, got nothing"),
    ("senders:\n- span:\n    k: [team]", "m.yaml:3: senders[1].span.k: expected a text, got a list"),
    ("senders:\n- span:\n    ? [a]\n    : team", "m.yaml:3: senders[1].span: expected a text, got a list"),
    ("senders:\n- span:\n    k: input_tokens", "senders[1].span.k: input_tokens cannot be mapped here: a token count"),
    ("senders:\n- span:\n    k: role", "senders[1].span.k: role cannot be mapped here: follows from operation"),
    ("senders:\n- span:\n    k: team\n    k: step", "m.yaml:4: senders[1].span.k: stands twice, first in line 3"),
    ("senders:\n- span:\n    gen_ai.prompt: team", "senders[1].span.gen_ai.prompt: holds prompts or answers"),
    ("senders:\n- span:\n    k: {values: {a: b}}", "m.yaml:3: senders[1].span.k: names no column"),
    (
        "senders:\n- span:\n    k: {column: team, value: {}}",
        "senders[1].span.k.value: no such key; did you mean values?",
    ),
    ("senders:\n- span:\n    k: {column: team, values: x}", "k.values: expected their values with ours, got 'x'"),
    (
        "senders:\n- span:\n    k:\n      column: traffic_source\n      values:\n        live: produktion",
        "values.live: 'produktion' is none of production, eval, replay, ops; did you mean production?",
    ),
    (
        "senders:\n- span:\n    k:\n      column: traffic_source\n      values:\n        Live: eval\n        live: ops",
        "m.yaml:7: senders[1].span.k.values.live: stands twice, first in line 6: case does not tell values apart",
    ),
    (
        "senders:\n- span:\n    k: {column: attempt, values: {a: b}}",
        "k.values.a: 'b' is no value of attempt, which is int64",
    ),
    ("senders:\n- span:\n    k: {column: operation, values: {a: talk}}", "k.values.a: 'talk' is none of "),
    (
        "senders:\n- scope: a\n  resource: {k: team}",
        "m.yaml:3: senders[1].resource: a resource belongs to all its scopes",
    ),
    ("senders:\n- resource: {k: step}", "senders[1].resource.k: step is said by spans, not by resources"),
    ("senders:\n- service: {a: b}\n  span: {k: team}", "m.yaml:2: senders[1].service: expected a text, got keys with"),
    (
        "senders:\n- service: []\n  span: {k: team}",
        "m.yaml:2: senders[1].service: expected a list with at least one entry",
    ),
    ("senders:\n- scope: ['']\n  span: {k: team}", "m.yaml:2: senders[1].scope[1]: expected a text, got nothing"),
    ("senders:\n- usage: {keys: {k: input_tokens}}", "m.yaml:2: senders[1].usage: no rule of what the counts hold"),
    ("senders:\n- usage: {rule: inclusive}", "m.yaml:2: senders[1].usage: no keys"),
    (
        "senders:\n- usage:\n    rule: net\n    keys: {k: input_tokens}",
        "m.yaml:3: senders[1].usage.rule: 'net' is none of",
    ),
    (
        "senders:\n- usage:\n    rule: inclusive\n    keys:\n      a: input_tokens\n      b: input_tokens",
        "m.yaml:6: senders[1].usage.keys.b: input_tokens is a already, in line 5; a token count has one key",
    ),
    (
        "senders:\n- usage: {rule: inclusive, keys: {k: team}}",
        "senders[1].usage.keys.k: 'team' is none of input_tokens",
    ),
    ("senders:\n- usage: {rule: inclusive, keys: {k: reasoning_tokens}}", "usage.keys: maps neither input_tokens nor"),
    (
        "senders:\n- span: {k: team}\n  usage:\n    rule: inclusive\n    keys: {k: input_tokens}",
        "m.yaml:5: senders[1].usage.keys.k: is mapped already in line 2; a key has one meaning for a sender",
    ),
    ("senders:\n" + "- span: {k: team}\n" * (MOST_MAPPED + 1), f"there may be at most {MOST_MAPPED} senders"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_mapping(text, "m.yaml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("m.yaml:")
