"""What resources and scopes said, as JSON beside each of their spans."""

from typing import Any

import numpy as np
import pyarrow as pa

from transforms import typed
from transforms.attributes import Attributes
from transforms.content import Content
from transforms.decode import Decoded, Group


def group_leftovers(decoded: Decoded, keep: Content) -> dict[str, pa.Array]:
    """``resource_attributes`` and ``scope_attributes`` of every span."""
    resources = _objects(decoded.resource.attributes, keep)
    return {
        "resource_attributes": pa.array([typed.dumps(one) for one in resources], pa.string()).take(
            pa.array(decoded.resource.of_span)
        ),
        "scope_attributes": _scopes(decoded, keep),
    }


def _scopes(decoded: Decoded, keep: Content) -> pa.Array:
    scopes = [
        typed.non_empty(attributes=one, dropped_attributes_count=dropped)
        for one, dropped in zip(_objects(decoded.scope.attributes, keep), _counts(decoded.scope), strict=True)
    ]
    resources = [
        typed.non_empty(resource_dropped_attributes_count=dropped, resource_entity_refs=[data.hex() for data in refs])
        for dropped, refs in zip(
            _counts(decoded.resource), decoded.resource.fields.column("entity_refs").to_pylist(), strict=True
        )
    ]
    urls = [decoded.scope_schema_url.dictionary_encode(), decoded.resource_schema_url.dictionary_encode()]
    columns = [decoded.scope.of_span, decoded.resource.of_span, *(url.indices.to_numpy() for url in urls)]
    distinct, which = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    texts: list[str | None] = []
    for scope, resource, scope_url, resource_url in distinct:
        said = {
            **scopes[scope],
            **typed.non_empty(schema_url=urls[0].dictionary[scope_url].as_py()),
            **resources[resource],
            **typed.non_empty(resource_schema_url=urls[1].dictionary[resource_url].as_py()),
        }
        texts.append(typed.dumps(said) if said else None)
    return pa.array(texts, pa.string()).take(pa.array(which.reshape(-1)))


def _counts(group: Group) -> list[int]:
    counts: list[int] = group.fields.column("dropped_attributes_count").to_pylist()
    return counts


def _objects(attributes: Attributes, keep: Content) -> list[dict[str, Any]]:
    """Each owner's attributes as one typed JSON object."""
    objects: list[dict[str, Any]] = [{} for _ in range(attributes.owners)]
    for one in range(len(attributes)):
        key = attributes.keys[attributes.code[one]]
        value = keep.replace(key, attributes.json(one))
        said = objects[attributes.owner[one]]
        if attributes.is_repeat[one]:
            said.setdefault("$repeated", []).append([key, value])
        else:
            said[typed.escape(key)] = value
    return objects
