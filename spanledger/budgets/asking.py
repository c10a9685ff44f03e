"""One question to the running decision service, over HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from spanledger.exits import FAILED, IN_THE_WAY, USAGE, Failure

CHECK = "/v1/budget/check"


def check(url: str, asked: Mapping[str, Any], token: str | None, deadline_s: float) -> dict[str, Any]:
    """What the service at ``url`` answers. Raises Failure where it refuses the question or does not answer in time."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url.rstrip("/") + CHECK, json.dumps(asked).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=deadline_s) as response:
            return dict(json.load(response))
    except urllib.error.HTTPError as error:
        with error:
            said = error.read().decode(errors="replace")
        raise Failure(f"{url} answered {error.code}: {_problem(said)}", _code(error.code)) from error
    except (OSError, ValueError) as error:
        raise Failure(
            f"no answer from {url} within {deadline_s:g} s: {error}; is the collector up?", IN_THE_WAY
        ) from error


def _code(status: int) -> int:
    return USAGE if status == 400 else IN_THE_WAY if status >= 500 else FAILED


def _problem(text: str) -> str:
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text[:500]
