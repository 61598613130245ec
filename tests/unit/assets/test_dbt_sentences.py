"""Each dbt test says what it holds, from its kind and columns or in the words of its yml."""

import pytest

from assets.dbt_sentences import test_sentences as sentences


def _generic(kind, **arguments):
    return {"test_metadata": {"name": kind, "kwargs": {"model": "ref", **arguments}}}


@pytest.mark.parametrize(
    ("test", "english", "korean"),
    [
        (
            _generic("never_null", columns=["day", "visits"]),
            "Every row has a value in `day`, `visits`.",
            "모든 행에 값이 있습니다: `day`, `visits`.",
        ),
        (_generic("never_negative", columns=["a"]), "Never below zero: `a`.", "0보다 작은 값이 없습니다: `a`."),
        (
            _generic("unique_combination", columns=["a", "b"]),
            "No two rows share `a`, `b`.",
            "다음 값이 모두 같은 행은 둘 이상 없습니다: `a`, `b`.",
        ),
        (
            _generic("no_more_than", parts=["members", "1"], whole="visits"),
            "`visits` is never less than `members`, `1`.",
            "`visits` 값은 다음보다 작지 않습니다: `members`, `1`.",
        ),
        (
            _generic("no_more_than", parts=["weekday"], whole="7"),
            "Never more than 7: `weekday`.",
            "7을 넘지 않습니다: `weekday`.",
        ),
        (
            {"description": "It adds up.", "config": {"meta": {"description_ko": "합이 같습니다."}}},
            "It adds up.",
            "합이 같습니다.",
        ),
    ],
)
def test_a_test_says_what_it_holds(test, english, korean):
    assert sentences(test) == f"{english}\n\n{korean}"


def test_of_an_unknown_kind_nothing_is_said():
    assert sentences(_generic("brand_new", columns=["a"])) is None
    assert sentences({"description": "", "config": {"meta": {}}}) is None
