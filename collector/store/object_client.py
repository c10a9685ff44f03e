"""What is asked of an object store, and what its refusals mean in words. The client is obstore (Apache's object_store).

An object is put in one request that fails where its name is taken (`If-None-Match: *`): it appears whole or not at all,
and is never replaced.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from collector.store.lake_store import StoreError, StoreSetupError
from collector.store.object_access import ENDPOINTS, Access, access
from collector.store.object_path import ObjectPath

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError
    from obstore.store import S3Store
except ModuleNotFoundError as missing:
    raise StoreSetupError(
        "SPANLEDGER_LAKE is in an object store: install spanledger[s3], which reaches them"
    ) from missing

_OPTIONS = {"connect_timeout": "5s", "timeout": "60s"}
_RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}  # more of them are the caller's


@dataclass(frozen=True)
class Listed:
    """One object of a listing."""

    path: ObjectPath
    size: int
    appeared_at: float  # seconds since 1970


class ObjectClient:
    """Requests to one bucket. Each raises StoreError; those that read one object FileNotFoundError, too."""

    def __init__(self, place: ObjectPath) -> None:
        """Raises StoreSetupError where the environment does not say who we are."""
        self._place = place
        self._access = access()
        self._bucket = S3Store(place.bucket, **_config(self._access))

    def get(self, path: ObjectPath) -> bytes:
        """All of an object."""
        with self._asking():
            return bytes(obstore.get(self._bucket, path.key).bytes())

    def tail(self, path: ObjectPath, size: int) -> tuple[bytes, float]:
        """The last ``size`` bytes of an object, or all there are, and when it appeared."""
        with self._asking():
            found = obstore.get(self._bucket, path.key, options={"range": {"suffix": size}})
            return bytes(found.bytes()), found.meta["last_modified"].timestamp()

    def create(self, path: ObjectPath, content: bytes) -> bool:
        """Put an object; false where the name is taken, by whatever it is."""
        with self._asking():
            try:
                obstore.put(self._bucket, path.key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def replace(self, path: ObjectPath, content: bytes) -> None:
        """Put an object, over whatever has its name: for the few that say how things stand, never for rows."""
        with self._asking():
            obstore.put(self._bucket, path.key, content, use_multipart=False)

    def list(self, folder: ObjectPath, after: str | None = None) -> Iterator[Listed]:
        """The objects below ``folder``, by name; only those whose names come ``after`` that one."""
        with self._asking():
            for page in obstore.list(self._bucket, prefix=folder.key, offset=after, chunk_size=1000):
                for item in page:
                    path = ObjectPath(f"s3://{folder.bucket}/{item['path']}")
                    yield Listed(path, item["size"], item["last_modified"].timestamp())

    def delete(self, paths: Sequence[ObjectPath]) -> None:
        """Remove objects; one that is not there is none to remove."""
        with self._asking():
            obstore.delete(self._bucket, [path.key for path in paths])

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise StoreError(self._in_words(str(error))) from None
            raise FileNotFoundError(f"{self._place}: an object is not there") from None
        except BaseError as error:
            raise StoreError(self._in_words(str(error))) from None  # what is left out may name keys

    def _in_words(self, said: str) -> str:
        """Which setting to look at. Nothing of the answer but its status and code: it may hold what was signed."""
        status = re.search(r"status code: (\d+)", said)
        code = re.search(r"<Code>(\w+)</Code>", said)
        where = f"{self._place} at {self._access.endpoint or 'Amazon S3 in ' + self._access.region}"
        answer = " ".join(found.group(1) for found in (status, code) if found)
        if code and code.group(1) == "NoSuchBucket":
            return f"{where}: there is no such bucket; make it, or set SPANLEDGER_LAKE to another"
        if code and code.group(1) == "RequestTimeTooSkewed":
            return f"{where} refuses us ({answer}): the clock of this machine is wrong; set it, and it is asked again"
        if status and status.group(1) in ("401", "403"):
            return (
                f"{where} refuses us ({answer}): see AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), "
                "and what that key may do in the bucket"
            )
        if status:
            return f"{where} answers {answer}; it is asked again"
        return f"{where} cannot be reached; it is asked again (the address is {ENDPOINTS[1]}, the region AWS_REGION)"


def _config(by: Access) -> dict[str, Any]:
    said: dict[str, Any] = {
        "access_key_id": by.key,
        "secret_access_key": by.secret,
        "region": by.region,
        "virtual_hosted_style_request": by.endpoint is None,
        "client_options": {**_OPTIONS, "allow_http": by.is_plain},
        "retry_config": _RETRIES,
    }
    return said | ({"endpoint": by.endpoint} if by.endpoint else {}) | ({"session_token": by.token} if by.token else {})
