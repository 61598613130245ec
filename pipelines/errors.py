"""The errors a user can act on. Messages name file, line and cause, and never an identity or a line's content."""

from pathlib import Path


class PartnerstatsError(Exception):
    """A failure with a message for the person at the terminal; `exit_code` is the command's (2: bad input or usage)."""

    exit_code = 2


class UsageError(PartnerstatsError):
    """The command, a setting or an argument cannot be carried out as given."""


class PolicyError(PartnerstatsError):
    """A policy file cannot be used; says which file and line, and why."""

    def __init__(self, file: Path, line: int | None, cause: str) -> None:
        """Keep `file`, `line` (1-based, None when the file as a whole is meant) and `cause`."""
        super().__init__(f"{file.name}:{line}: {cause}" if line else f"{file.name}: {cause}")
        self.file, self.line, self.cause = file, line, cause


class KeyMissingError(PartnerstatsError):
    """A key that is needed is not there: the job stops, it never falls back to plain values."""


class DamagedError(PartnerstatsError):
    """Stored data is not what was written: wrong digest, failed decryption, broken chain."""


class InputError(PartnerstatsError):
    """A delivered file cannot be taken in."""


class HomeError(PartnerstatsError):
    """The home refuses: real against demo, rehearsal against live, or a clock set back."""


class HomeBusyError(HomeError):
    """Another job holds the home."""


class DisclosureError(PartnerstatsError):
    """Tables cannot be published safely as they are; names tables, never a value."""


class CheckFailedError(PartnerstatsError):
    """A check failed; what follows it does not run."""

    exit_code = 1
