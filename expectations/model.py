"""A check: one expectation on one column of a frame of metrics, with its clause, severity and sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.steps.results import Severity


@dataclass(frozen=True)
class Check:
    """An expectation named `expectation` (Great Expectations' class name) on `column` of the frame `frame`.

    `asset` is what the check speaks of; a check with `is_privacy` stops what follows in code. An
    error that `blocks` stops it in the same run; one that does not speaks of what was left out already.
    """

    name: str
    asset: str
    frame: str
    column: str
    clause: str
    sentence: str
    sentence_ko: str
    expectation: str = "ExpectColumnValuesToBeBetween"
    arguments: Mapping[str, Any] = field(default_factory=lambda: {"min_value": 0, "max_value": 0})
    severity: Severity = "error"
    is_privacy: bool = False
    blocks: bool = True
