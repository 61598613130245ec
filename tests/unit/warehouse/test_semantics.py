"""Each measure is described once, and no column of its name means something else."""

from datetime import date

import pytest
import yaml

from pipelines.errors import UsageError
from pipelines.policy import load_policy
from pipelines.warehouse.semantics import load_semantics


@pytest.fixture(scope="module")
def semantics(repository):
    return load_semantics(repository / "sql")


@pytest.fixture(scope="module")
def columns(repository):
    """Each column of a mart that is no key: mart, name and description."""
    found = []
    for file in sorted((repository / "sql" / "models" / "marts").glob("*.yml")):
        (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        grain = model["config"]["meta"]["grain"]
        found += [
            (model["name"], column["name"], " ".join(column["description"].split()))
            for column in model["columns"]
            if column["name"] not in grain
        ]
    return found


def faults(semantics, columns):
    """The columns without a measure, or whose description does not hold its words."""
    known = semantics.measures
    return [(mart, name) for mart, name, text in columns if name not in known or known[name].says not in text]


def test_every_measure_of_a_mart_is_described_and_each_column_agrees(semantics, columns):
    assert len(columns) > 100
    assert faults(semantics, columns) == []


def test_a_column_nobody_described_or_that_says_something_else_is_found(semantics):
    assert faults(semantics, [("mart", "clicks", "Clicks.")]) == [("mart", "clicks")]
    assert faults(semantics, [("mart", "bounces", "Visits that went on.")]) == [("mart", "bounces")]


def test_every_measure_described_is_a_column_of_some_mart(semantics, columns):
    assert set(semantics.measures) == {name for _, name, _ in columns}


def test_quotients_are_of_measures_that_add_up_over_time(semantics):
    for quotient in semantics.derived.values():
        for name in (quotient.dividend, quotient.divisor):
            assert "time" in semantics.measures[name].adds_up, name


def test_distinct_counts_never_add_up_over_time(semantics, columns):
    distinct = {name for _, name, text in columns if "istinct" in text}
    assert distinct >= {"unique_members", "unique_visitors", "contributing_people"}
    assert [name for name in distinct if "time" in semantics.measures[name].adds_up] == []


def unseen(semantics):
    """The measures of which it says that partners do not see them, in English and in Korean."""
    told = {
        name: ("do not see it" in one.caveat, "파트너에게 보이지 않습니다" in one.caveat_ko)
        for name, one in semantics.measures.items()
    }
    return {name for name, said in told.items() if all(said)}


def falsely_unseen(semantics, published):
    return sorted(unseen(semantics) & published)


@pytest.fixture(scope="module")
def published(repository):
    """The measures that some published table holds."""
    tables = load_policy(repository / "policy", date(2026, 11, 23)).publication.tables
    return {name for table in tables.values() for name in table.measures}


def test_what_partners_are_said_not_to_see_is_in_no_published_table(semantics, published):
    assert unseen(semantics) == {
        "staying_people",
        "new_people",
        "returning_people",
        "largest_events",
        "second_events",
        "largest_page_views",
        "second_page_views",
        "largest_visits",
        "second_visits",
    }
    assert falsely_unseen(semantics, published) == []
    assert "contributing_people" in published


def test_a_published_measure_said_to_be_unseen_is_found(semantics, published):
    named = {"bounces": semantics.measures["largest_page_views"]}
    assert falsely_unseen(semantics.model_copy(update={"measures": named}), published) == ["bounces"]


@pytest.mark.parametrize("text", ["measures: {}", "measures: {}\nderived: {}\nother: 1", "measures: ["])
def test_a_file_that_says_something_else_is_refused(tmp_path, text):
    (tmp_path / "semantics.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"semantics\.yml"):
        load_semantics(tmp_path)
