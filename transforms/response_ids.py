"""Response ids that LiteLLM wraps: its `/v1/responses` answers name the model's own answer inside their id.

Such an id is ``resp_`` and the base64 of ``litellm:custom_llm_provider:…;model_id:…;response_id:<the provider's>``. The
request that it bridges to a chat completion is logged again under the id inside, so the id inside is the one that both
name. Ids that LiteLLM encrypted stay as they are.
"""

import base64
import re

import pyarrow as pa
import pyarrow.compute as pc

from transforms.arrays import NONE
from transforms.picking import Picked

_HEAD = "resp_" + base64.b64encode(b"litellm:custom_llm_provider:").decode().rstrip("=")[:-1]
_INSIDE = re.compile(r"litellm:custom_llm_provider:.*;response_id:(.+)")


def unwrapped(ids: pa.Array, picked: Picked) -> pa.Array:
    """``ids`` with those inside in the place of wrapped ones, whose attributes then stay leftovers: ``picked`` no
    longer names them as the column's source."""
    where = pc.fill_null(pc.starts_with(ids, _HEAD), False)
    if not pc.any(where).as_py():
        return ids
    picked.source[where.to_numpy(zero_copy_only=False)] = NONE
    inside = [
        _inside(one) if is_wrapped else one for one, is_wrapped in zip(ids.to_pylist(), where.to_pylist(), strict=True)
    ]
    return pa.array(inside, pa.string())


def _inside(wrapped: str) -> str:
    """The id inside; one that cannot be opened stays what it is."""
    try:
        opened = _INSIDE.fullmatch(base64.b64decode(wrapped.removeprefix("resp_"), validate=True).decode())
    except ValueError:
        return wrapped
    return opened[1] if opened else wrapped
