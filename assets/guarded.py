"""No value in an error: what an asset's body raises reaches Dagster's log for ever, and libraries quote data in their messages.

DuckDB names the text it could not convert, pyarrow the value, a dictionary the key that it lacks. The project's own errors are
written without values; of any other only the kind and the place in the code go on.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import ParamSpec, TypeVar

import dagster as dg
from dagster._core.errors import DagsterError

from pipelines.errors import PartnerstatsError

P = ParamSpec("P")
R = TypeVar("R")
ROOT = Path(__file__).resolve().parents[1]
_CONTROL = (dg.Failure, dg.RetryRequested, DagsterError)
"""How a body speaks to Dagster, and Dagster's own complaints about definitions."""


class StepFailedError(PartnerstatsError):
    """A step met an error that is not the project's own; names its kind and where in the code it arose, and no value."""


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
    return StepFailedError(f"{type(cause).__qualname__} {_place(cause.__traceback__)}")


def _place(trace: TracebackType | None) -> str:
    """Return the innermost line of the project's own code on the way to the error."""
    frames = [(Path(frame.f_code.co_filename), line, frame.f_code.co_name) for frame, line in walk_tb(trace)]
    own = [frame for frame in frames if frame[0].is_relative_to(ROOT) and "site-packages" not in frame[0].parts]
    if not own:
        return "outside of the project's code"
    file, line, function = own[-1]
    return f"in {file.relative_to(ROOT)}:{line} ({function})"
