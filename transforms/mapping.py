"""A company's own keys: whose spans each mapped dialect reads. How they are written down: `transforms.mapping_file`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.arrays import Flags, Ints
from transforms.attributes import Attributes
from transforms.decode import Decoded
from transforms.dialects.base import Dialect, Source
from transforms.registry import PLACES, Registry
from transforms.tally import COUNTS


@dataclass(frozen=True, eq=False)
class Sender:
    """One entry of the file: a private dialect, and whose spans speak it. Empty limits mean everybody's."""

    dialect: Dialect
    services: tuple[str, ...] = ()  # the resource's service.name
    scopes: tuple[str, ...] = ()  # the scope's name begins with one of these

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key that it reads on spans."""
        return frozenset(key for key, _ in self._read())

    @property
    def resource_keys(self) -> frozenset[str]:
        """Every key that it reads on resources."""
        return frozenset(_key(source) for sources in self.dialect.resource.values() for source in sources)

    def keys_of(self, column: str) -> set[str]:
        """The span keys that fill ``column``."""
        return {key for key, filled in self._read() if filled == column}

    def _read(self) -> Iterator[tuple[str, str]]:
        for column, sources in self.dialect.columns.items():
            yield from ((_key(source), column) for source in sources)
        yield from ((kind.key, "operation") for kind in self.dialect.kinds)
        for group in self.dialect.usage:
            yield from ((key, count) for count in COUNTS for key in getattr(group, count))


@dataclass(frozen=True, eq=False)
class KeyMapping:
    """All entries of a mapping file, in its order; the first that fills a column of a span holds."""

    senders: tuple[Sender, ...] = ()

    @cached_property
    def registry(self) -> Registry:
        """The project's dialects and these."""
        return Registry(tuple(sender.dialect for sender in self.senders))

    def keys_of(self, column: str) -> set[str]:
        """The span keys that fill ``column`` for any sender."""
        return {key for sender in self.senders for key in sender.keys_of(column)}

    def keys_anywhere_of(self, column: str) -> set[str]:
        """Those, and the resources' keys that do."""
        resources = (sender.dialect.resource.get(column, ()) for sender in self.senders)
        return self.keys_of(column) | {_key(source) for sources in resources for source in sources}

    def of_spans(self, decoded: Decoded) -> Ints:
        """The bits of the mapped dialects that each span speaks: it is within the limits and carries a mapped key."""
        bits = np.zeros(len(decoded), dtype=np.int64)
        for sender in self.senders:
            speaks = _with_key(decoded.attributes, sender)
            if sender.services and speaks.any():
                speaks &= _of_service(decoded.resource.attributes, sender)[decoded.resource.of_span]
            if sender.scopes and speaks.any():
                names = decoded.scope.fields.column("name").to_pylist()
                speaks &= np.array([name.startswith(sender.scopes) for name in names], np.bool_)[decoded.scope.of_span]
            bits |= speaks.astype(np.int64) << PLACES[sender.dialect.name]
        return bits

    def of_resources(self, resources: Attributes) -> Ints:
        """The bits of the mapped dialects that read each resource."""
        bits = np.zeros(resources.owners, dtype=np.int64)
        for sender in self.senders:
            fits = _of_service(resources, sender) if sender.services else np.ones(resources.owners, dtype=np.bool_)
            bits |= fits.astype(np.int64) << PLACES[sender.dialect.name]
        return bits


NO_MAPPING = KeyMapping()


def _key(source: str | Source) -> str:
    return source.key if isinstance(source, Source) else source


def _with_key(attributes: Attributes, sender: Sender) -> Flags:
    has = np.zeros(attributes.owners, dtype=np.bool_)
    for key in sender.keys:
        has[attributes.owner[attributes.at(key)]] = True
    return has


def _of_service(resources: Attributes, sender: Sender) -> Flags:
    is_of = np.zeros(resources.owners, dtype=np.bool_)
    at = resources.at("service.name")
    names = resources.texts(at)
    is_of[resources.owner[at]] = [name in sender.services for name in names.to_pylist()]
    return is_of
