"""One thing, one name: assets, tables, SQL files and the policy's datasets agree (docs/naming.md)."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines.build import build_defs
from pipelines.policy import load_policy
from pipelines.policy.models import Policy

SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_{1,2}[a-z0-9]+)*")
FOLDERS = {
    "staging": re.compile(r"stg_[a-z0-9]+(?:_[a-z0-9]+)*__[a-z0-9]+(?:_[a-z0-9]+)*"),
    "intermediate": re.compile(r"int_[a-z0-9]+(?:_[a-z0-9]+)*"),
    "marts": re.compile(r"(?!stg_|int_|fct_|dim_|mart_)[a-z][a-z0-9]*(?:_[a-z0-9]+)*"),
}
SUFFIXES = {"boolean": ("is_", "has_"), "instant": ("_at",), "date": ("day", "week", "month")}
A_DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def policy(repository: Path) -> Policy:
    """The policy in force."""
    return load_policy(repository / "policy", A_DAY)


@pytest.fixture(scope="module")
def models(repository: Path) -> dict[str, Path]:
    """The dbt models: name to SQL file."""
    files = sorted((repository / "sql" / "models").rglob("*.sql"))
    assert len({file.stem for file in files}) == len(files) >= 4
    return {file.stem: file for file in files}


@pytest.fixture(scope="module")
def described(repository: Path) -> dict[str, tuple[Path, dict]]:
    """What is said of each model: name to the YAML file and its entry."""
    found: dict[str, tuple[Path, dict]] = {}
    for file in sorted((repository / "sql" / "models").rglob("*.yml")):
        for entry in yaml.safe_load(file.read_text("utf-8")).get("models", []):
            assert entry["name"] not in found, f"{entry['name']} is described twice"
            found[entry["name"]] = (file, entry)
    return found


@pytest.fixture(scope="module")
def assets() -> dict[str, str | None]:
    """The Dagster assets: key, joined by slashes, to group."""
    return {spec.key.to_user_string(): spec.group_name for spec in build_defs().resolve_all_asset_specs()}


def test_every_sql_file_is_named_in_lower_snake_case(repository):
    files = [file for file in (repository / "sql").rglob("*.sql") if "target" not in file.relative_to(repository).parts]
    assert len(files) > 8
    assert [file.name for file in files if not SNAKE.fullmatch(file.stem)] == []


def test_every_model_carries_the_prefix_of_its_layer(models):
    wrong = [file.name for file in models.values() if not FOLDERS[file.parent.name].fullmatch(file.stem)]
    assert wrong == []


@pytest.mark.parametrize(
    ("folder", "good", "bad"),
    [
        ("staging", "stg_web__events", "stg_events"),
        ("intermediate", "int_visits", "visits"),
        ("marts", "partner_daily_usage", "fct_partner_usage"),
        ("marts", "service_daily_status", "Service_daily_status"),
    ],
)
def test_the_rule_of_prefixes_tells_good_from_bad(folder, good, bad):
    assert FOLDERS[folder].fullmatch(good)
    assert not FOLDERS[folder].fullmatch(bad)


def test_every_model_is_described_in_its_own_folder_and_every_description_has_its_model(models, described):
    assert set(described) == set(models)
    assert [name for name, (file, _) in described.items() if file.parent != models[name].parent] == []


def test_every_mart_is_described_in_a_file_of_its_own_name_with_every_column(models, described):
    marts = {name for name, file in models.items() if file.parent.name == "marts"}
    assert [name for name in marts if described[name][0].stem != name] == []
    silent = [
        f"{name}.{column['name']}"
        for name in models
        for column in described[name][1].get("columns", [])
        if len(column.get("description", "")) < 10
    ]
    assert silent == []


def test_marts_and_the_policys_datasets_of_aggregates_are_the_same_with_the_same_columns(models, described, policy):
    marts = {name for name, file in models.items() if file.parent.name == "marts"}
    declared = {name: set(dataset.fields) for name, dataset in policy.datasets.items() if dataset.holds == "aggregates"}
    assert marts == set(declared)
    assert {name: {column["name"] for column in described[name][1]["columns"]} for name in marts} == declared


def test_every_asset_is_a_model_or_a_dataset_of_the_policy_by_its_own_name(assets, models, policy):
    assert len(assets) > len(models)
    assert [key for key in assets if not SNAKE.fullmatch(key)] == []
    tables = set(assets) - {"nightly_summary"}  # the morning's page is no table
    assert [key for key in tables if key not in models and key not in policy.datasets] == []


def test_every_model_is_an_asset(assets, models):
    assert [name for name in models if name not in assets] == []


def test_every_asset_stands_in_a_group(assets):
    assert [key for key, group in assets.items() if group in (None, "default")] == []


def test_columns_we_name_say_what_they_are(policy):
    ours = {name: dataset for name, dataset in policy.datasets.items() if dataset.stage in ("events", "warehouse")}
    wrong = [
        f"{name}.{column}"
        for name, dataset in ours.items()
        for column, field in dataset.fields.items()
        if not _is_named_for(column, field.type)
    ]
    assert wrong == []


def _is_named_for(column: str, kind: str) -> bool:
    if not SNAKE.fullmatch(column):
        return False
    if kind == "boolean":
        return column.startswith(SUFFIXES[kind])
    return kind not in SUFFIXES or column.endswith(SUFFIXES[kind])


@pytest.mark.parametrize(
    ("column", "kind", "is_fine"),
    [
        ("is_bot", "boolean", True),
        ("bot", "boolean", False),
        ("occurred_at", "instant", True),
        ("occurred", "instant", False),
        ("event_day", "date", True),
        ("event_date", "date", False),
        ("pageViews", "bigint", False),
    ],
)
def test_the_rule_of_columns_tells_good_from_bad(column, kind, is_fine):
    assert _is_named_for(column, kind) is is_fine


def test_sources_and_routes_are_named_by_their_rules(repository):
    sources = yaml.safe_load((repository / "policy" / "sources.yml").read_text("utf-8"))["sources"]
    routes = yaml.safe_load((repository / "policy" / "routes.yml").read_text("utf-8"))["routes"]
    assert [name for name in sources if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)] == []
    assert [word for route in routes for word in (route["name"], route["feature"]) if not SNAKE.fullmatch(word)] == []


def test_clauses_are_chapter_and_promise(policy):
    assert len(policy.clauses) > 20
    assert [name for name in policy.clauses if not re.fullmatch(r"[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)?", name)] == []


def test_unit_tests_mirror_the_packages(repository):
    folder = repository / "tests" / "unit"
    packages = {path.parent.name for path in (repository / "pipelines").glob("*/__init__.py")} | {
        "assets",
        "dashboard",
        "expectations",
    }
    assert {path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"} <= packages
    files = [*folder.rglob("*.py"), *(repository / "tests" / "integration").rglob("*.py")]
    stray = [file.name for file in files if not re.fullmatch(r"(test_[a-z0-9_]+|conftest|[a-z0-9_]+)\.py", file.name)]
    assert stray == []
