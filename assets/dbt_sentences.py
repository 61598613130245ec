"""What dbt's tests and models say in Dagster: a sentence in English and one in Korean."""

from collections.abc import Mapping, Sequence
from typing import Any

KOREAN = "description_ko"
"""Under `meta` in a model's or a test's yml, where the policy does not give the Korean text."""


def test_sentences(test: Mapping[str, Any]) -> str | None:
    """Return what the dbt test with these properties holds, English first; None for a kind that nothing is known of.

    Of generic tests it is made from kind and columns, singular ones say it in their yml.
    """
    generic = test.get("test_metadata")
    if not generic:
        return with_korean(test["description"], test["config"]["meta"].get(KOREAN, "")) or None
    say = _KINDS.get(generic["name"])
    return with_korean(*say(generic["kwargs"])) if say else None


def with_korean(english: str, korean: str) -> str:
    """Return both texts as paragraphs, without one that is empty."""
    return "\n\n".join(text.strip() for text in (english, korean) if text.strip())


def _never_null(arguments: Mapping[str, Any]) -> tuple[str, str]:
    columns = _listed(arguments["columns"])
    if arguments.get("period"):
        return f"Every row built now has a value in {columns}.", f"이번에 만든 모든 행에 값이 있습니다: {columns}."
    return f"Every row has a value in {columns}.", f"모든 행에 값이 있습니다: {columns}."


def _never_negative(arguments: Mapping[str, Any]) -> tuple[str, str]:
    columns = _listed(arguments["columns"])
    return f"Never below zero: {columns}.", f"0보다 작은 값이 없습니다: {columns}."


def _unique_combination(arguments: Mapping[str, Any]) -> tuple[str, str]:
    columns = _listed(arguments["columns"])
    return f"No two rows share {columns}.", f"다음 값이 모두 같은 행은 둘 이상 없습니다: {columns}."


def _no_more_than(arguments: Mapping[str, Any]) -> tuple[str, str]:
    whole, parts = str(arguments["whole"]), _listed(arguments["parts"])
    if whole.isdigit():
        return f"Never more than {whole}: {parts}.", f"{whole}을 넘지 않습니다: {parts}."
    return f"`{whole}` is never less than {parts}.", f"`{whole}` 값은 다음보다 작지 않습니다: {parts}."


_KINDS = {
    "never_null": _never_null,
    "never_negative": _never_negative,
    "unique_combination": _unique_combination,
    "no_more_than": _no_more_than,
}


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
