"""Reported costs that are no amount ("n/a", 1e30): they are null, and ``cost_error`` says so.

Apart from `transforms.usage`'s errors: a cost nobody can read takes nothing from the counts and their price.
"""

from collections.abc import Sequence

import pyarrow as pa

from transforms.arrays import Ints
from transforms.attributes import Attributes
from transforms.dialects.base import Source
from transforms.picking import Picked, places

_SHOWN = 40  # characters of the value


def cost_errors(attributes: Attributes, sources: Sequence[Source], cost: Picked, matched: Ints) -> pa.Array:
    """Per owner the first key that spoke of a cost and its value, where no key gave an amount; else null."""
    errors: list[str | None] = [None] * attributes.owners
    for source in sources:
        at = places(attributes, source, matched)
        at = at[~cost.is_filled[attributes.owner[at]]]
        texts = attributes.texts(at).to_pylist()
        for owner, sent in zip(attributes.owner[at].tolist(), texts, strict=True):
            said = source.reading(sent) if source.reading and sent else sent
            if said and errors[owner] is None:
                errors[owner] = f"{source.key} is not an amount of dollars: {_shown(said)}"
    return pa.array(errors, pa.string())


def _shown(said: str) -> str:
    """Short, and without half surrogate pairs, which JSON can spell and UTF-8 cannot."""
    return said[:_SHOWN].encode("utf-8", "replace").decode()
