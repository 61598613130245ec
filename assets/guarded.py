"""No value in an error: what an asset raises stays in Dagster's log for ever, and libraries quote data in their messages.

And the one place that says which errors may pass: a step that met one is tried again, twice, and no step that met any other.
"""

import errno
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from typing import ParamSpec, TypeVar

import dagster as dg
from dagster._core.errors import DagsterError

from pipelines.errors import HomeBusyError, PartnerstatsError
from pipelines.unexpected import told_without_values

P = ParamSpec("P")
R = TypeVar("R")
_CONTROL = (dg.Failure, dg.RetryRequested, DagsterError)
"""How a body speaks to Dagster, and Dagster's own complaints about definitions."""
MOST_RETRIES = 2
FIRST_WAIT_SECONDS, GROWTH = 5, 6
"""A step is tried again after 5 seconds, then after 30."""
_PASSING = frozenset(
    {errno.EAGAIN, errno.EINTR, errno.EBUSY, errno.ETXTBSY, errno.ETIMEDOUT, errno.ESTALE, errno.ENOLCK}
)


def guarded(body: Callable[P, R]) -> Callable[P, R]:
    """Make `body`, a function or a generator function, raise errors without values (see `without_values`).

    In a step of a run, an error that may pass becomes a request to try the step again, MOST_RETRIES times at most.
    """
    if isgeneratorfunction(body):

        @wraps(body)
        def generator(*args: P.args, **kwargs: P.kwargs) -> Iterator[object]:
            try:
                yield from body(*args, **kwargs)
            except Exception as cause:  # noqa: BLE001 -- every kind may quote a value
                error = _to_raise(cause)
            else:
                return
            raise error

        return generator  # type: ignore[return-value]

    @wraps(body)
    def function(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return body(*args, **kwargs)
        except Exception as cause:  # noqa: BLE001 -- every kind may quote a value
            error = _to_raise(cause)
        # Raised here and not in the handler, so that the new error does not drag the old one along as its context.
        raise error

    return function


def without_values(cause: Exception) -> Exception:
    """Return the error to raise in place of `cause`: itself when it is the project's or Dagster's, else a StepFailedError.

    Errors it was caused by, or arose during, are cut off: Dagster keeps their messages too.
    """
    if isinstance(cause, (PartnerstatsError, *_CONTROL)):
        cause.__cause__ = cause.__context__ = None
        return cause
    return told_without_values(cause)


def may_pass(cause: Exception) -> bool:
    """Whether the same work may succeed in a moment: a home that is held, a system that says "try again".

    A full disk, a missing key, damage, a failed check and bad input stay as they are until someone acts.
    """
    return isinstance(cause, HomeBusyError) or (isinstance(cause, OSError) and cause.errno in _PASSING)


def wait_seconds(retries_before: int) -> int:
    """Return how long to wait before a step is tried again."""
    return int(FIRST_WAIT_SECONDS * GROWTH**retries_before)


def _to_raise(cause: Exception) -> Exception:
    error = without_values(cause)
    before = _retries_before() if may_pass(cause) else None
    if before is None or before >= MOST_RETRIES:
        return error
    retry = dg.RetryRequested(max_retries=MOST_RETRIES, seconds_to_wait=wait_seconds(before))
    retry.__cause__ = error
    return retry


def _retries_before() -> int | None:
    """Return how often the running step was tried again already; None outside of a step."""
    try:
        return dg.OpExecutionContext.get().retry_number
    except DagsterError:
        return None
