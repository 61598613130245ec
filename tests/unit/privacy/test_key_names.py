"""A key's name says what it covers and until when, and nothing else is a name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import KeyMissingError
from pipelines.privacy.key_names import KeyName

DATASETS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,30}", fullmatch=True)
GENERATIONS = st.none() | st.from_regex(r"[0-9a-f]{16}", fullmatch=True)


def test_a_days_key_is_called_as_the_runbook_says():
    name = KeyName("access_logs", date(2026, 11, 20), None, date(2027, 2, 25))
    assert str(name) == "access_logs.2026-11-20.until-2027-02-25"


def test_a_fresh_key_without_an_end_says_so():
    name = KeyName("members", date(2026, 11, 20), "0123456789abcdef", None)
    assert str(name) == "members.2026-11-20.g0123456789abcdef.until-open"


@given(DATASETS, st.dates(), GENERATIONS, st.none() | st.dates())
def test_a_name_is_read_back(dataset: str, day: date, generation: str | None, destroy_by: date | None):
    name = KeyName(dataset, day, generation, destroy_by)
    assert KeyName.parse(str(name)) == name
    assert "/" not in str(name)


@pytest.mark.parametrize(
    "text",
    ["", "events",
     "events.2026-11-20", "events.2026-11-31.until-open", "events.2026-11-20.until-never", "../x.2026-11-20.until-open",
     "events.2026-11-20.g1.until-open", "events.2026-11-20.until-open\n", "a/b.2026-11-20.until-open", "pseudonyms.1"],
)  # fmt: skip
def test_anything_else_is_the_name_of_no_key(text: str):
    with pytest.raises(KeyMissingError):
        KeyName.parse(text)


@pytest.mark.parametrize("dataset", ["", "../x", "a.b", "A"])
def test_a_dataset_that_would_build_a_path_has_no_key(dataset: str):
    with pytest.raises(ValueError, match="not a name for a dataset"):
        KeyName(dataset, date(2026, 11, 20), None, None)


def test_a_key_that_followed_another_says_how_many_did_before_it():
    name = KeyName("access_logs", date(2026, 11, 20), None, date(2027, 2, 25), 2)
    assert str(name) == "access_logs.2026-11-20.r2.until-2027-02-25"
    assert KeyName.parse(str(name)) == name
    for text in ("access_logs.2026-11-20.r0.until-open", "access_logs.2026-11-20.r.until-open"):
        with pytest.raises(KeyMissingError):
            KeyName.parse(text)
