"""How often something may be done: counts in memory, of one process, of the last while. Keys are digests, never addresses."""

import hashlib
import math
import secrets
import threading
import time
from collections.abc import Callable

MOST_KEYS = 50_000
"""Before the oldest are forgotten: bounds memory."""


class Rates:
    """Lets `most` of one key through within `seconds`. Safe between threads."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        """Take the limit, and a clock that never goes backwards."""
        self._most, self._seconds, self._now = most, seconds, now
        self._windows: dict[bytes, tuple[float, int]] = {}
        self._salt, self._lock = secrets.token_bytes(16), threading.Lock()

    def wait_for(self, key: str) -> int:
        """Count one of `key` and return 0; or, when there were too many, how many seconds to wait, and count nothing."""
        digest, now = (
            hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16).digest(),
            self._now(),
        )
        with self._lock:
            began, count = self._windows.pop(digest, (now, 0))
            if now - began >= self._seconds:
                began, count = now, 0
            is_over = count >= self._most
            self._windows[digest] = (began, count + (not is_over))
            while len(self._windows) > MOST_KEYS:
                del self._windows[next(iter(self._windows))]
        return max(1, math.ceil(began + self._seconds - now)) if is_over else 0
