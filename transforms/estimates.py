"""Counts that the provider did not give: which spans carry them, by what the dialects' tables take as evidence.

Nothing is corrected: what the library added or made up is not on the span. ``is_estimated`` marks it and the token
rule says why.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.arrays import Flags, Ints, ints, valid
from transforms.attributes import Attributes
from transforms.dialects import DIALECTS
from transforms.dialects.base import Estimate
from transforms.token_rules import Emitter

Columns = dict[str, pa.Array]


def estimated(attributes: Attributes, emitter: Emitter, columns: Columns, is_counted: Flags) -> Columns:
    """``is_estimated`` (null without counts), and ``token_rule`` with the reason added where it is true."""
    result = np.zeros(attributes.owners, dtype=np.bool_)
    rule = columns["token_rule"]
    for estimate in (one for dialect in DIALECTS for one in dialect.estimates):
        scopes = np.array([name.startswith(estimate.scope) for name in emitter.scope_names], dtype=np.bool_)
        if not scopes.any():
            continue
        where = scopes[emitter.scope] & is_counted & ~result & _shown(attributes, estimate, columns)
        rule = pc.if_else(pa.array(where), pc.binary_join_element_wise(rule, estimate.why, "; "), rule)
        result |= where
    return {"is_estimated": pa.array(result, mask=~is_counted), "token_rule": rule}


def _shown(attributes: Attributes, estimate: Estimate, columns: Columns) -> Flags:
    where = np.zeros(attributes.owners, dtype=np.bool_)
    if estimate.when:
        where |= _is_true(attributes, estimate.when)
    if estimate.order:
        where |= _in_order(attributes, *estimate.order)
    if estimate.below_text:
        where |= _below_text(attributes, columns)
    for key in estimate.unless:
        where[attributes.owner[attributes.at(key)]] = False
    return where


def _is_true(attributes: Attributes, key: str) -> Flags:
    at = attributes.at(key)
    result = np.zeros(attributes.owners, dtype=np.bool_)
    said = pc.equal(pc.utf8_lower(attributes.texts(at)), "true")
    result[attributes.owner[at]] = pc.fill_null(said, False).to_numpy(zero_copy_only=False)
    return result


def _in_order(attributes: Attributes, early: str, late: str) -> Flags:
    place: Ints = np.full((2, attributes.owners), -1, dtype=np.int64)
    for row, key in enumerate((early, late)):
        at = attributes.at(key)
        place[row, attributes.owner[at]] = at
    return np.asarray((place[0] >= 0) & (place[0] < place[1]))


_MODELS = r"^(gpt-|chatgpt-|o\d)"
_PIECES = re.compile(
    r"(?:[^\r\n\w]|_)?[^\W\d_]+(?:'(?:s|t|re|ve|m|ll|d)\b)?|\d{1,3}| ?(?:[^\s\w]|_)+", re.ASCII | re.IGNORECASE
)
_MESSAGES = "gen_ai.input.messages"
_PER_MESSAGE, _PER_CALL = 4, 3  # OpenAI's own framing of chat messages


def _below_text(attributes: Attributes, columns: Columns) -> Flags:
    """Where OpenAI's input count is below what the recorded messages cannot do without.

    Its tokenizers cut text into pieces first (words, three digits, runs of signs) and no token spans two pieces; each
    message adds 4 tokens and each request 3. A library that counts the bare text itself falls below that.
    """
    models = pc.coalesce(columns["response_model"], columns["request_model"])
    is_openai = pc.fill_null(pc.match_substring_regex(models, _MODELS), False).to_numpy(zero_copy_only=False)
    counts, result = columns["input_tokens"], np.zeros(attributes.owners, dtype=np.bool_)
    candidates = is_openai & valid(counts)
    at = attributes.at(_MESSAGES)
    at = at[candidates[attributes.owner[at]]]
    sent = ints(counts)
    for owner, text in zip(attributes.owner[at], attributes.texts(at).to_pylist(), strict=True):
        result[owner] = bool(text) and 0 < sent[owner] < _least_tokens(text, int(sent[owner]))
    return result


def _least_tokens(text: str, enough: int) -> int:
    """What these messages cost at least; counting stops once it is above ``enough``."""
    least = _PER_CALL
    for message in _messages(text):
        least += _PER_MESSAGE
        for words in _texts(message):
            for _ in _PIECES.finditer(re.sub(r"[^\x00-\x7f]", "", words)):
                least += 1
                if least > enough:
                    return least
    return least if least > _PER_CALL else 0


def _messages(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        messages = json.loads(text)
    except (ValueError, RecursionError):  # cut or of another form: no evidence
        return iter(())
    return (one for one in messages if isinstance(one, Mapping)) if isinstance(messages, list) else iter(())


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    parts = message.get("parts")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping) and part.get("type") == "text" and isinstance(part.get("content"), str):
            yield part["content"]
