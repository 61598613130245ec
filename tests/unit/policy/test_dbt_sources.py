"""The dbt source file is derived, and the committed one is what the policy derives."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines.policy import Policy, load_policy
from pipelines.policy.dbt_sources import dbt_sources, dbt_sources_agree


@pytest.fixture(scope="module")
def policy(repository: Path) -> Policy:
    return load_policy(repository / "policy", date(2015, 5, 21))


def test_the_committed_file_is_what_the_policy_derives(policy: Policy, repository: Path) -> None:
    file = repository / "sql" / "models" / "sources.yml"
    assert dbt_sources_agree(policy, file), "derive it anew: write dbt_sources(policy) to sql/models/sources.yml"


@pytest.mark.parametrize("name", ["events", "linked_events_pseudonymised"])
def test_every_column_stands_in_it_with_type_and_description(policy: Policy, name: str) -> None:
    (source,) = yaml.safe_load(dbt_sources(policy))["sources"]
    tables = {table["name"]: table for table in source["tables"]}
    assert list(tables) == ["events", "linked_events_pseudonymised"]
    table = tables[name]
    assert (source["database"], source["schema"], table["identifier"]) == ("work", "main", name)
    fields = policy.dataset(name).fields
    assert [column["name"] for column in table["columns"]] == list(fields)
    assert [column["description"] for column in table["columns"]] == [field.description for field in fields.values()]
    assert all(column["data_type"] for column in table["columns"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      is_bot: {type: boolean", "      is_robot: {type: boolean"),
        ("description: Browser family.", "description: Family of browser."),
        ("      status: {type: integer", "      status: {type: bigint"),
    ],
)
def test_a_changed_policy_makes_the_committed_file_differ(repository: Path, tmp_path: Path, old: str, new: str) -> None:
    text = (repository / "policy" / "2014-06-16.yml").read_text(encoding="utf-8")
    events = text.index("\n  events:")
    assert old in text[events:]
    (tmp_path / "2014-06-16.yml").write_text(text[:events] + text[events:].replace(old, new, 1), encoding="utf-8")
    changed = load_policy(tmp_path, date(2015, 5, 21))
    assert not dbt_sources_agree(changed, repository / "sql" / "models" / "sources.yml")


def test_a_missing_file_does_not_agree(policy: Policy, tmp_path: Path) -> None:
    assert not dbt_sources_agree(policy, tmp_path / "sources.yml")
