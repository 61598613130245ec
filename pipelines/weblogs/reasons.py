"""Why a line cannot be read: fixed sentences, so that no content of a line ever reaches a message."""

from enum import StrEnum


class Reason(StrEnum):
    """The reasons a line goes to quarantine."""

    EMPTY = "the line is empty"
    TOO_LONG = "the line is longer than allowed"
    CUT_OFF = "the line ends before the format does"
    SHAPE = "the line does not have the shape of the format"
    JSON = "the line is not a JSON object"
    VALUE = "a field holds a list or an object instead of a value"
    TIME = "the time is missing or unreadable"
    STATUS = "the status is not three digits"
    BYTES = "the byte count is not a number"


class UnreadableLineError(Exception):
    """A line that cannot be read; carries one of the fixed reasons and nothing of the line."""

    def __init__(self, reason: Reason) -> None:
        """Keep `reason`."""
        super().__init__(reason.value)
        self.reason = reason
