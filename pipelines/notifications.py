"""Telling someone outside that a run failed: one JSON document to one address, in bounded time, without any data."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO

from pipelines.errors import PartnerstatsError

SECONDS_AN_ATTEMPT = 5.0
"""For the whole of it, names looked up and an answer that comes byte by byte included."""
SECONDS_BETWEEN = (1.0, 3.0)
"""Waits before the second and the third attempt, which is the last."""


class NotificationError(PartnerstatsError):
    """The address could not be told; says why, never what the other side answered."""


@dataclass(frozen=True)
class FailedRun:
    """What is told of a failed run; `partition` is a day or None, `sentence` is the project's own words."""

    job: str
    run_id: str
    partition: str | None
    failed_steps: tuple[str, ...]
    sentence: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The address was chosen by the operator; nobody else chooses another one."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow nothing; the answer counts as the refusal that it is."""


def notify(
    url: str,
    failed: FailedRun,
    *,
    attempt_seconds: float = SECONDS_AN_ATTEMPT,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """POST `failed` to `url` as JSON; try again when the other side is away or faulty, not when it refuses.

    Raises NotificationError when the last attempt failed too.
    """
    body = json.dumps(asdict(failed), ensure_ascii=False).encode()
    request = urllib.request.Request(  # noqa: S310 -- the settings let in http and https alone
        url, body, {"Content-Type": "application/json", "User-Agent": "partnerstats"}, method="POST"
    )
    opener = urllib.request.build_opener(_NoRedirect)
    for seconds in (*SECONDS_BETWEEN, None):
        cause = _bounded(opener, request, attempt_seconds)
        if cause is None:
            return
        if seconds is None or not cause.is_passing:
            raise NotificationError(f"the webhook could not be told: {cause.sentence}")
        wait(seconds)


@dataclass(frozen=True)
class _Cause:
    sentence: str
    is_passing: bool


def _bounded(opener: urllib.request.OpenerDirector, request: urllib.request.Request, seconds: float) -> _Cause | None:
    """Attempt it in a thread: the timeout of a socket starts anew with each byte, and a look-up of a name knows none."""
    causes: list[_Cause | None] = []
    attempt = threading.Thread(target=lambda: causes.append(_attempt(opener, request, seconds)), daemon=True)
    attempt.start()
    attempt.join(seconds)
    return causes[0] if causes else _Cause("no answer (TimeoutError)", is_passing=True)


def _attempt(opener: urllib.request.OpenerDirector, request: urllib.request.Request, seconds: float) -> _Cause | None:
    try:
        with opener.open(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        return _Cause(f"it answered with status {error.code}", is_passing=error.code >= 500 or error.code == 429)
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        return _Cause(f"no answer ({type(reason).__name__})", is_passing=True)
