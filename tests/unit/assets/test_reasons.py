"""Reasons in Korean: every fixed one of a line, those with a column's name, and any other as it is."""

import pytest

from assets.reasons import in_korean
from pipelines.weblogs.reasons import Reason


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_of_a_line_is_told_in_korean(reason):
    assert in_korean(reason) != reason


@pytest.mark.parametrize(
    ("reason", "korean"),
    [
        ("joined_at: missing", "joined_at: 값 없음"),
        ("joined_at: not a value of type instant", "joined_at: instant 형식의 값이 아님"),
        ("missing", "missing"),
        ("health_check", "health_check"),
    ],
)
def test_names_of_columns_and_rules_stay_as_they_are(reason, korean):
    assert in_korean(reason) == korean
