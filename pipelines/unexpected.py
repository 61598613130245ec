"""Errors nobody foresaw, told without the values that libraries quote in their messages.

DuckDB names the text it could not convert, pyarrow the value, a dictionary the key that it lacks. The project's own errors are
written without values; of any other only the kind and the place in the code are told.
"""

from pathlib import Path
from traceback import walk_tb
from types import TracebackType

from pipelines.errors import PartnerstatsError

ROOT = Path(__file__).resolve().parents[1]


class StepFailedError(PartnerstatsError):
    """A step met an error that is not the project's own; names its kind and where in the code it arose, and no value."""


def told_without_values(cause: Exception) -> StepFailedError:
    """Return the error to raise in place of `cause`, `from None`."""
    return StepFailedError(f"{type(cause).__qualname__} {_place(cause.__traceback__)}")


def _place(trace: TracebackType | None) -> str:
    """Return the innermost line of the project's own code on the way to the error."""
    frames = [(Path(frame.f_code.co_filename), line, frame.f_code.co_name) for frame, line in walk_tb(trace)]
    own = [frame for frame in frames if frame[0].is_relative_to(ROOT) and "site-packages" not in frame[0].parts]
    if not own:
        return "outside of the project's code"
    file, line, function = own[-1]
    return f"in {file.relative_to(ROOT)}:{line} ({function})"
