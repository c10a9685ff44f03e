"""Where the object store is and who we are there: the usual AWS_* variables of the environment, and nowhere else.

They are never logged, written or put on a command line; whoever shows one of these shows no secret.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from collector.store.lake_store import StoreSetupError

KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
VARIABLES = (KEY, SECRET, TOKEN, *ENDPOINTS, *REGIONS)
USUAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Access:
    """What opens the store. Without an endpoint it is Amazon's, where buckets are names of hosts."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    endpoint: str | None
    region: str

    @property
    def is_plain(self) -> bool:
        """Whether requests go over HTTP without TLS, as the endpoint says."""
        return (self.endpoint or "").startswith("http://")

    @property
    def host(self) -> str | None:
        """The endpoint without its scheme."""
        return self.endpoint and self.endpoint.partition("://")[2].rstrip("/")


def access(environment: Mapping[str, str] = os.environ) -> Access:
    """What the environment says. Raises StoreSetupError naming the variable that is missing or cannot be meant."""
    missing = [name for name in (KEY, SECRET) if not environment.get(name)]
    if missing:
        raise StoreSetupError(
            f"SPANLEDGER_LAKE is in an object store, which asks who we are: set {' and '.join(missing)}"
        )
    endpoint = next((environment[name] for name in ENDPOINTS if environment.get(name)), None)
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise StoreSetupError(f"AWS_ENDPOINT_URL = {endpoint!r}: expected http://host:port or https://host")
    region = next((environment[name] for name in REGIONS if environment.get(name)), USUAL_REGION)
    return Access(environment[KEY], environment[SECRET], environment.get(TOKEN) or None, endpoint, region)
