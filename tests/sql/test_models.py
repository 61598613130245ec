"""The project's own unit tests, and what every model must say of itself."""

import duckdb
import pytest

from pipelines.errors import CheckFailedError
from pipelines.warehouse.context import EventContext
from pipelines.warehouse.dbt import DbtFailedError, DbtProject, run_dbt
from pipelines.warehouse.events_view import event_columns, further_relations

OPENINGS = {"audience": "Audience:", "staff": "Staff:", "linked": "Linked services:"}
"""How the description of a partner's figure begins, by the attribution its mart declares."""


def no_events(folder, limits):
    return EventContext((), event_columns(folder), limits, further_relations(folder))


@pytest.fixture
def run(workshop):
    """Run a dbt command on a warehouse without events."""

    def run(*command: str, sql=None):
        folder = sql or workshop.sql
        project = DbtProject(folder, workshop.warehouse, workshop.root / "target")
        return run_dbt(command, project=project, context=no_events(folder, workshop.limits))

    return run


@pytest.fixture(scope="module")
def manifest(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parsed")
    project = DbtProject(repository / "sql", folder / "warehouse.duckdb", folder)
    return run_dbt(["parse"], project=project).answer.writable_manifest().to_dict()


@pytest.mark.slow
def test_every_unit_test_of_the_models_passes(run):
    tested = [node for node in run("build").nodes if node.resource_type == "unit_test"]
    assert {node.status for node in tested} == {"pass"}
    assert len(tested) >= 24


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "text", "instead", "caught_by"),
    [
        (
            "models/intermediate/int_visit_requests.sql",
            "'occurred_at') }} > {{ var",
            "'occurred_at') }} >= {{ var",
            "a_gap_of_exactly_thirty_minutes",
        ),
        (
            "models/intermediate/int_visit_requests.sql",
            "\n                <= {{ var",
            "\n                < {{ var",
            "a_visit_that_came_over_from_the_day_before",
        ),
        (
            "models/intermediate/int_visit_requests.sql",
            "days_after('visit_day', 1)",
            "days_after('visit_day', 2)",
            "a_visit_is_followed_to_the_end",
        ),
        ("models/staging/stg_web__events.sql", " and not is_bot as", " as", "an_audience_page_view_is_a_persons"),
        (
            "models/intermediate/int_visitor_days.sql",
            "whole_sum('requests.bytes_sent')",
            "whole_sum('requests.status')",
            "a_visitors_requests_of_a_day",
        ),
        (
            "macros/marts/people.sql",
            "count(person_number) as contributing",
            "{{ whole_sum('visitors') }} as contributing",
            "a_member_over_two_addresses",
        ),
    ],
)
def test_a_changed_definition_fails_a_unit_test(run, sql_copy, model, text, instead, caught_by):
    file = sql_copy / model
    spoiled = file.read_text().replace(text, instead)
    assert spoiled != file.read_text()
    file.write_text(spoiled)
    with pytest.raises(CheckFailedError, match=caught_by):
        built = "partner_daily_usage" if "macros" in file.parts else file.stem
        chosen = ("--indirect-selection", "empty", "--select", f"+{built},resource_type:model", f"{caught_by}*")
        run("build", *chosen, sql=sql_copy)


@pytest.mark.slow
def test_a_mart_that_breaks_its_contract_is_not_built(run, sql_copy):
    file = sql_copy / "models" / "marts" / "service_daily_status.sql"
    file.write_text(file.read_text().replace("count(*) as requests", "cast(count(*) as varchar) as requests"))
    with pytest.raises(DbtFailedError, match="service_daily_status"):
        run("run", sql=sql_copy)


def test_every_mart_has_a_contract_a_unit_test_and_its_grain_tested(manifest, names_of_marts):
    nodes, unit_tests = manifest["nodes"].values(), manifest["unit_tests"].values()
    marts = {
        node["name"]: node for node in nodes if node["path"].startswith("marts/") and node["resource_type"] == "model"
    }
    assert set(marts) == names_of_marts
    grains = {
        node["attached_node"]: set(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") == "unique_combination"
    }
    for name, mart in marts.items():
        assert mart["config"]["contract"]["enforced"], name
        assert grains[mart["unique_id"]] == set(mart["config"]["meta"]["grain"]), name
        assert any(test["model"] == name for test in unit_tests), name


def test_every_model_declares_its_purpose_and_describes_each_column(manifest):
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            assert node["config"]["meta"]["purpose"] == "purpose.statistics", node["name"]
            assert node["description"], node["name"]
            assert all(column["description"] for column in node["columns"].values()), node["name"]


@pytest.mark.slow
def test_every_column_of_a_mart_is_described_and_no_other(run, workshop, manifest, names_of_marts):
    run("run")
    with duckdb.connect(str(workshop.warehouse), read_only=True) as connection:
        for mart in names_of_marts:
            described = list(manifest["nodes"][f"model.partnerstats.{mart}"]["columns"])
            assert [row[0] for row in connection.execute(f"DESCRIBE {mart}").fetchall()] == described


def attribution_faults(model: dict) -> list[str]:
    """The columns of a partner's mart whose description does not say whom they count and what becomes of bots."""
    meta = model["config"]["meta"]
    opening = OPENINGS[meta["attribution"]]
    measures = [column for name, column in model["columns"].items() if name not in meta["grain"]]
    texts = {column["name"]: " ".join(column["description"].split()) for column in measures}
    # No crawler has linked a service: there are none to leave out.
    says_bots = meta["attribution"] == "linked"
    return [name for name, t in texts.items() if not (t.startswith(opening) and (says_bots or "bots left out" in t))]


def test_partner_columns_say_whom_they_count_and_what_becomes_of_bots(manifest, names_of_marts):
    for name in sorted(mart for mart in names_of_marts if mart.startswith("partner_")):
        model = manifest["nodes"][f"model.partnerstats.{name}"]
        assert attribution_faults(model) == [], name
        assert model["config"]["meta"]["attribution"] == next(
            (word for word in ("staff", "linked") if f"_{word}_" in name), "audience"
        )
        assert "contributing_people" in model["columns"], name


@pytest.mark.parametrize(
    "text", ["Page views, bots left out.", "Staff: page views, bots left out.", "Audience: views."]
)
def test_a_column_that_does_not_say_whom_it_counts_is_found(text):
    columns = {"day": {"name": "day", "description": "Day."}, "page_views": {"name": "page_views", "description": text}}
    model = {"config": {"meta": {"attribution": "audience", "grain": ["day"]}}, "columns": columns}
    assert attribution_faults(model) == ["page_views"]


def test_service_columns_say_what_becomes_of_bots(manifest, names_of_marts):
    for name in sorted(mart for mart in names_of_marts if mart.startswith("service_")):
        model = manifest["nodes"][f"model.partnerstats.{name}"]
        for column in model["columns"].values():
            if column["name"] not in model["config"]["meta"]["grain"]:
                assert "bots" in column["description"], column["name"]


def test_models_open_with_purpose_grain_and_parameters(repository):
    for file in (repository / "sql" / "models").rglob("*.sql"):
        opening = file.read_text().split("\n\n", 1)[0]
        for word in ("Purpose:", "Grain:", "Parameters:"):
            assert f"-- {word}" in opening, file.name
