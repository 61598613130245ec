"""No value in an error: what an asset raises stays in Dagster's log for ever, and libraries quote data in their messages."""

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from typing import ParamSpec, TypeVar

import dagster as dg
from dagster._core.errors import DagsterError

from pipelines.errors import PartnerstatsError
from pipelines.unexpected import told_without_values

P = ParamSpec("P")
R = TypeVar("R")
_CONTROL = (dg.Failure, dg.RetryRequested, DagsterError)
"""How a body speaks to Dagster, and Dagster's own complaints about definitions."""


def guarded(body: Callable[P, R]) -> Callable[P, R]:
    """Make `body`, a function or a generator function, raise errors without values (see `without_values`)."""
    if isgeneratorfunction(body):

        @wraps(body)
        def generator(*args: P.args, **kwargs: P.kwargs) -> Iterator[object]:
            try:
                yield from body(*args, **kwargs)
            except Exception as cause:  # noqa: BLE001 -- every kind may quote a value
                error = without_values(cause)
            else:
                return
            raise error

        return generator  # type: ignore[return-value]

    @wraps(body)
    def function(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return body(*args, **kwargs)
        except Exception as cause:  # noqa: BLE001 -- every kind may quote a value
            error = without_values(cause)
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
