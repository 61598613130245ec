"""Each measure is described once, and no column of its name means something else."""

import pytest
import yaml

from pipelines.errors import UsageError
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


@pytest.mark.parametrize("text", ["measures: {}", "measures: {}\nderived: {}\nother: 1", "measures: ["])
def test_a_file_that_says_something_else_is_refused(tmp_path, text):
    (tmp_path / "semantics.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"semantics\.yml"):
        load_semantics(tmp_path)
