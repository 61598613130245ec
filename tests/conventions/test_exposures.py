"""Who reads which mart, as `sql/models/exposures.yml` says it, is who does."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines.policy import load_policy

REF = re.compile(r"ref\('([a-z_]+)'\)")
NAME = re.compile(r"\b(?:partner|service)_[a-z_]+\b")
A_DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def exposures(repository: Path) -> dict[str, set[str]]:
    """What each exposure is said to read."""
    said = yaml.safe_load((repository / "sql" / "models" / "exposures.yml").read_text("utf-8"))["exposures"]
    return {one["name"]: {REF.fullmatch(ref)[1] for ref in one["depends_on"]} for one in said}


@pytest.fixture(scope="module")
def read(repository: Path) -> dict[str, set[str]]:
    """What each reads: the pages' code names its tables, a release has the policy's, and every mart has pictures."""
    marts = {file.stem for file in (repository / "sql" / "models" / "marts").glob("*.sql")}
    figures = [file.read_text("utf-8") for file in (repository / "dashboard" / "figures").glob("*.py")]
    return {
        "partner_dashboard": {name for text in figures for name in NAME.findall(text)} & marts,
        "published_files": set(load_policy(repository / "policy", A_DAY).publication.tables),
        "mart_pages": marts,
    }


def faults(exposures: Mapping[str, set[str]], read: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """The exposures, and the marts that one leaves out or names though it does not read them or there is no such mart."""
    asked = sorted({*exposures, *read})
    return [(name, mart) for name in asked for mart in sorted(exposures.get(name, set()) ^ read.get(name, set()))]


def test_every_exposure_names_what_is_read_and_every_mart_is_read_by_someone(exposures, read):
    assert faults(exposures, read) == []
    assert {"service_member_type_weekly", "partner_linked_monthly"} <= set.union(*exposures.values())


@pytest.mark.parametrize("name", ["partner_dashboard", "published_files", "mart_pages"])
def test_an_exposure_that_names_too_few_or_what_is_not_there_is_found(exposures, read, name):
    less = exposures | {name: exposures[name] - {"partner_linked_daily"}}
    assert faults(less, read) == [(name, "partner_linked_daily")]
    more = exposures | {name: exposures[name] | {"partner_yearly_usage"}}
    assert faults(more, read) == [(name, "partner_yearly_usage")]


def test_an_exposure_that_nobody_is_and_one_that_is_missing_are_found(exposures, read):
    assert faults(exposures | {"morning_report": {"service_daily_usage"}}, read) == [
        ("morning_report", "service_daily_usage")
    ]
    assert len(faults({"partner_dashboard": exposures["partner_dashboard"]}, read)) > 40
