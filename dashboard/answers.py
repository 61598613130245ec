"""What was asked of an open file before, and what it answered."""

from typing import Any

Rows = list[tuple[Any, ...]]
_MOST_ROWS_REMEMBERED, _LONGEST_REMEMBERED = 20_000, 5_000
"""Of one open file: some megabytes, enough for the pages of many periods."""


class Answers:
    """Earlier answers of one open file, by SELECT and values: it never changes. When they are too many, all are forgotten."""

    def __init__(self) -> None:
        """Begin with none."""
        self._found: dict[object, Rows] = {}
        self._rows = 0

    def get(self, question: object) -> Rows | None:
        """Return the answer to a question, None when it is not known."""
        return self._found.get(question)

    def keep(self, question: object, answer: Rows) -> None:
        """Remember an answer, unless it is a whole table."""
        if len(answer) > _LONGEST_REMEMBERED:
            return
        if self._rows + len(answer) + 1 > _MOST_ROWS_REMEMBERED:
            self._found, self._rows = {}, 0
        self._found[question] = answer
        self._rows += len(answer) + 1
