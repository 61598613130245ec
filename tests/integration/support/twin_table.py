"""The table of twins: each check, its clause, and the stored corruption that makes it fail. Run it to write `docs/twins.md`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from support.check_twins import TWINS
from support.dbt_twins import IN_MEMORY, data_tests, dbt_twins, model_of
from support.freshness_twins import FRESHNESS_TWINS
from support.retention_twins import RETENTION_TWINS

from assets.dbt_sentences import test_sentences
from expectations.freshness import FRESHNESS
from expectations.model import Check
from expectations.retention import retention_checks
from expectations.suites import all_checks
from pipelines.policy import load_policy

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = REPOSITORY / "docs" / "twins.md"
_ON = date(2026, 11, 22)
"""A day on which the policy is in force."""
_INTRODUCTION = """# What makes each check fail

Each check has a twin: a test that takes a finished home, changes what is stored in it or delivers what is bad, and sees that the
check fails. Without that the same check holds. Written by `make twins` from the twins themselves, which run with the slow tests:
`tests/integration/test_check_twins.py`, `test_freshness_twins.py`, `test_retention_twins.py` and `test_dbt_twins.py`.
"""


def page() -> str:
    """Return the page as it should be."""
    retention = retention_checks(load_policy(REPOSITORY / "policy", _ON), ())
    return "\n".join(
        [
            _INTRODUCTION,
            *_section("Checks of what was delivered, derived and built", _of_checks(all_checks(), TWINS)),
            *_section("Checks of the morning", _of_checks(FRESHNESS, FRESHNESS_TWINS)),
            *_section("Checks of retention", _of_checks(retention, RETENTION_TWINS)),
            *_section("Tests of dbt", _of_dbt()),
        ]
    )


def _section(title: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from (f"## {title}", "", "| check | what it says | clause | fails with |", "|---|---|---|---|")
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    yield ""


def _of_checks(checks: Iterable[Check], twins: Iterable[object]) -> Iterator[Sequence[str]]:
    found: dict[str, list[str]] = {}
    for twin in twins:
        found.setdefault(twin.check, []).append(twin.what)  # type: ignore[attr-defined]
    for check in checks:
        yield f"`{check.name}`", check.sentence, f"`{check.clause}`", "; ".join(found.get(check.name, ["nothing"]))


def _of_dbt() -> Iterator[Sequence[str]]:
    tests = data_tests(REPOSITORY / "sql")
    twins = dbt_twins(tests)
    for test in tests:
        english = (test_sentences(test) or "").partition("\n")[0]
        where = model_of(test) if test.get("test_metadata") else ""
        place = f"`{where}`{' (in memory)' if IN_MEMORY.match(where) else ''}: " if where else ""
        what = "; ".join(twin.what for twin in twins if twin.test == test["name"])
        yield f"`{test['name']}`", f"{place}{english}", "`purpose.statistics`", what


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
