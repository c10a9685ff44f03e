"""Input and output hashes."""

import pyarrow as pa

from transforms.attributes import Attributes


def message_hashes(attributes: Attributes, hash_key: bytes) -> dict[str, pa.Array]:
    return {}
