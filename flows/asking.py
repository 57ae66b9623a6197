"""What a Prefect server says when it is asked without Prefect, which takes seconds to load."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def answers(url: str) -> bool:
    """Whether a Prefect API answers there within two seconds."""
    try:
        with _direct().open(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def ask(url: str, path: str, body: Mapping[str, object]) -> Any:
    """What the API says to a POST, within five seconds; raises OSError (HTTPError where it says no) and ValueError."""
    headers = {"Content-Type": "application/json"}
    if auth := os.environ.get("PREFECT_API_AUTH_STRING"):
        headers["Authorization"] = "Basic " + b64encode(auth.encode()).decode()
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers, method="POST")
    with _direct().open(request, timeout=5) as answer:
        return json.loads(answer.read() or b"null")


def lets_in(url: str) -> bool:
    """Whether the server takes the password this machine has; one that is out of order does not count against it."""
    try:
        ask(url, "/work_pools/filter", {})
    except urllib.error.HTTPError as error:
        return error.code not in (401, 403)
    except (OSError, ValueError):
        return True
    return True


def hanging(url: str, before: datetime) -> int | None:
    """How many runs should have begun before an instant, were taken and have not ended; None: it would not say."""
    states = {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}
    asked = {"flow_runs": {"state": states, "expected_start_time": {"before_": before.isoformat()}}}
    try:
        return int(ask(url, "/flow_runs/count", asked))
    except (OSError, ValueError, TypeError):
        return None


def workers(url: str, pool: str) -> dict[str, bool] | None:
    """Worker → whether it was heard of lately; None where there is no such pool, or the server would not say."""
    try:
        found = ask(url, f"/work_pools/{pool}/workers/filter", {})
        return {str(one["name"]): one["status"] == "ONLINE" for one in found}
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _direct() -> urllib.request.OpenerDirector:
    """Past every proxy: the server is in the building."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
