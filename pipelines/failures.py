"""What may be said of a failed run: sentences of the project's own errors, and of any other its kind alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagster_shared.error import SerializableErrorInfo

from pipelines.errors import CheckFailedError, InputError, PartnerstatsError


@dataclass(frozen=True)
class Cause:
    """Why a run failed: the kind of the error, None when it is not known, and its sentence, None when it is not our own."""

    kind: str | None
    sentence: str | None

    @property
    def told(self) -> str:
        """The sentence, else the kind."""
        return self.sentence or self.kind or "a check failed"

    @property
    def is_check_failure(self) -> bool:
        """Whether a check failed, rather than something else."""
        return self.kind is None or self.kind in _names(CheckFailedError)

    @property
    def speaks_of_deliveries(self) -> bool:
        """Whether the sentence may name a delivered file."""
        return self.kind in _names(InputError)


def cause_of(errors: Iterable[SerializableErrorInfo | None]) -> Cause:
    """Return the cause behind the first of a run's `errors`, whatever Dagster wrapped it in."""
    error = next((error for error in errors if error), None)
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return Cause(None, None)
    is_own = error.cls_name in _names(PartnerstatsError)
    return Cause(error.cls_name, error.message.partition(": ")[2].strip() if is_own else None)


def _names(kind: type[Exception]) -> set[str]:
    return {found.__name__ for found in _kinds(kind)}


def _kinds(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
