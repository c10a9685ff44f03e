"""How many connections there may be, in all and of one address: counted from the moment they are accepted, so that
those count that never begin a TLS handshake.
"""

import collections
import ipaddress

_SITE = 64  # bits of an IPv6 address that one customer of a network usually has


class Place:
    """One connection's; given back once, by `leave`."""

    def __init__(self, places: "Places", site: str) -> None:
        self._places: Places | None = places
        self._site = site

    def leave(self) -> None:
        """The connection is gone. Further calls do nothing."""
        if self._places is not None:
            self._places.give_back(self._site)
            self._places = None


class Places:
    """``most`` in all, of which one address may take ``share``; for one thread, that of the event loop."""

    def __init__(self, most: int, share: float) -> None:
        self._most = most
        self._most_of_one = max(1, int(most * share))
        self._taken: collections.Counter[str] = collections.Counter()
        self._all = 0

    @property
    def is_crowded(self) -> bool:
        """Whether more than half are taken."""
        return 2 * self._all > self._most

    def take(self, address: str) -> Place | None:
        """A place for a connection from ``address``; None where there is none left for it."""
        site = _site(address)
        if self._all >= self._most or self._taken[site] >= self._most_of_one:
            return None
        self._all += 1
        self._taken[site] += 1
        return Place(self, site)

    def give_back(self, site: str) -> None:
        """One of ``site`` is free again; see `Place.leave`."""
        self._all -= 1
        self._taken[site] -= 1
        if not self._taken[site]:
            del self._taken[site]


def _site(address: str) -> str:
    """What counts as one: an IPv4 address, or the network an IPv6 address is in."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if known.version == 6 and known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return address if known.version == 4 else str(ipaddress.ip_network((int(known), _SITE), strict=False))
