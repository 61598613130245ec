"""The definitions as Dagster gets them: what an analyst reads of each asset, what follows what, and what blocks what."""

import re
import warnings
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from assets.night import NIGHTLY_SUMMARY
from assets.registry import DESCRIPTIONS
from expectations.freshness import FRESHNESS as OF_THE_MORNING
from expectations.retention import retention_checks
from expectations.suites import all_checks
from pipelines.build import build_defs
from pipelines.checks import WITHIN_THEIR_ASSETS
from pipelines.errors import UsageError
from pipelines.instance import MAX_RUNTIME_SECONDS, WAREHOUSE_POOL
from pipelines.jobs import NIGHTLY
from pipelines.partitions import FIRST_DAY, ZONE
from pipelines.policy import load_policy
from pipelines.steps.metrics.destruction import DESTRUCTION
from pipelines.steps.metrics.releases import RELEASES
from pipelines.steps.registry import TABLES
from pipelines.steps.retention.auditing import TABLE

GROUPS = {"intake", "registry", "pseudonymised", "staging", "statistics", "retention", "summary", "publication"}
LINKED = {"stg_linked__events", "linked_events_pseudonymised", "linked_events", "linked_accounts"}
REGISTRY = {"partners", "members", "contents", "consents"}
"""What events rest on."""
RECORDS = {"cookie_records", "linked_events"}
MARTS = {path.stem for path in (Path(__file__).parents[2] / "sql" / "models" / "marts").glob("*.sql")}
FRESHNESS = {check.name for check in OF_THE_MORNING}
POLICY = load_policy(Path(__file__).parents[2] / "policy", date(2026, 11, 22))
OF_RETENTION = retention_checks(POLICY, WITHIN_THEIR_ASSETS)

PRIORITY = "dagster/priority"


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    """All definitions, loaded once; a warning on the way fails the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        return build_defs()


@pytest.fixture(scope="module")
def graph(defs):
    """The asset graph."""
    return defs.get_repository_def().asset_graph


@pytest.fixture(scope="module")
def specs(defs):
    """What is declared of each asset, by name."""
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_all_assets_of_the_stage_are_there(specs):
    assert {"access_logs", "events", *RECORDS, *REGISTRY, *MARTS} <= specs.keys()
    assert {spec.group_name for spec in specs.values()} == GROUPS
    assert {name for name, spec in specs.items() if spec.group_name == "statistics"} == MARTS


def test_every_registry_table_is_an_asset(specs):
    assert set(DESCRIPTIONS) == set(TABLES)
    assert {name for name, spec in specs.items() if spec.group_name == "registry"} == set(TABLES)


def test_an_analyst_can_read_what_an_asset_is(specs):
    for name, spec in specs.items():
        assert len(spec.description or "") > 40, name
        assert spec.kinds, name
        assert spec.owners, name
        assert spec.tags["layer"] in {"identified", "pseudonymised", "aggregates", "records"}, name


def test_assets_jobs_schedules_and_sensors_are_described_in_both_languages(defs, specs):
    named = {f"asset {name}": spec.description for name, spec in specs.items()}
    jobs = [job for job in defs.get_repository_def().get_all_jobs() if not job.name.startswith("__")]
    for thing in (*jobs, *defs.schedules, *defs.sensors):
        named[thing.name] = thing.description
    assert len(named) > 40
    assert [name for name, text in named.items() if not _is_in_both_languages(text)] == []


def test_every_check_says_in_both_languages_what_it_holds(graph):
    described = {f"{key.asset_key.to_user_string()}: {key.name}": graph.get(key) for key in graph.asset_check_keys}
    assert len(described) > 120
    assert [name for name, node in described.items() if not _is_in_both_languages(node.description)] == []


def _is_in_both_languages(text):
    """Say whether a text has a sentence of English and one of Korean; SQL shown below it counts as neither."""
    prose = (text or "").partition("#### Raw SQL")[0]
    return len(re.findall("[A-Za-z]{2}", prose)) >= 3 and len(re.findall("[가-힣]", prose)) >= 3


@pytest.mark.parametrize(
    ("text", "is_in_both"),
    [("Every row has a value. 모든 행에 값이 있습니다.", True), ("Every row has a value.", False), (None, False)],
)
def test_one_language_is_not_both(text, is_in_both):
    assert _is_in_both_languages(text) is is_in_both


def test_what_identifies_is_marked_and_the_statistics_are_the_analysts(specs):
    by_layer = {name: spec.tags["layer"] for name, spec in specs.items()}
    assert {name for name, layer in by_layer.items() if layer == "identified"} == {"access_logs", *RECORDS, *TABLES}
    aggregates = MARTS | {NIGHTLY_SUMMARY, RELEASES}
    assert {name for name, layer in by_layer.items() if layer == "aggregates"} == aggregates
    assert {name for name, spec in specs.items() if spec.owners == ["team:analytics"]} == aggregates


def test_every_model_has_a_schema_with_a_description_for_each_column(specs):
    models = {name: spec for name, spec in specs.items() if "dbt" in spec.kinds}
    assert models.keys() >= MARTS
    for name, spec in models.items():
        columns = spec.metadata["dagster/column_schema"].columns
        assert columns, name
        assert [column.name for column in columns if not column.description] == [], name
    usage = {
        column.name: column.type for column in models["service_daily_usage"].metadata["dagster/column_schema"].columns
    }
    assert usage["day"].lower() == "date"
    assert usage["requests"].lower() == "bigint"


def _parents(graph, name):
    return {key.to_user_string() for key in graph.get(dg.AssetKey(name)).parent_keys}


def test_events_come_from_the_logs_the_cookie_records_and_the_registry(graph):
    assert _parents(graph, "events") == {"access_logs", "cookie_records", *REGISTRY}
    assert _parents(graph, "access_logs") == set()


def test_the_statistics_come_from_the_events_and_from_nothing_else(graph):
    assert _parents(graph, "stg_web__events") == {"events"}
    assert _parents(graph, "stg_linked__events") == {"linked_events_pseudonymised"}
    web = {"stg_web__events", "events", "access_logs"}
    for mart in MARTS:
        upstream = {key.to_user_string() for key in graph.upstream_key_iterator(dg.AssetKey(mart))}
        assert {*(LINKED if mart.startswith("partner_linked_") else web), *REGISTRY} <= upstream
        read = _parents(graph, mart)
        assert not read & {"access_logs", "events", *REGISTRY, *LINKED - {"stg_linked__events"}}, "past staging"


def test_the_summary_comes_after_every_mart_and_its_checks(graph):
    assert _parents(graph, NIGHTLY_SUMMARY) == MARTS


def test_events_and_models_are_partitioned_by_seoul_day_and_fill_in_a_week_a_run(defs):
    policies = set()
    for assets in defs.get_repository_def().assets_defs_by_key.values():
        if assets.partitions_def is not None:
            assert assets.partitions_def.timezone == ZONE
            assert assets.partitions_def.start.date().isoformat() == FIRST_DAY
            policies.add(assets.backfill_policy)
    assert policies == {dg.BackfillPolicy.multi_run(7)}


def test_only_the_warehouse_has_a_pool(defs):
    pools = {a.op.name: a.op.pool for a in defs.get_repository_def().assets_defs_by_key.values() if a.is_executable}
    assert {name for name, pool in pools.items() if pool} == {"warehouse"}
    assert pools["warehouse"] == WAREHOUSE_POOL


def test_every_check_is_on_the_asset_it_speaks_of_and_errors_block(graph):
    for check in all_checks():
        node = graph.get(dg.AssetCheckKey(dg.AssetKey(check.asset), check.name))
        assert node.blocking is (check.severity == "error" and check.blocks), check.name
        assert check.sentence in node.description
        assert check.sentence_ko in node.description


def test_a_night_destroys_after_everything_else_that_can_run_and_whatever_else_of_it_failed(defs, graph):
    assert _parents(graph, DESTRUCTION) == set()
    priorities = {node.name: int(node.definition.tags.get(PRIORITY, 0)) for node in defs.resolve_job_def(NIGHTLY).nodes}
    assert {name for name, priority in priorities.items() if priority == min(priorities.values())} == {DESTRUCTION}


def test_every_dataset_with_a_period_is_checked_after_the_night_has_destroyed(graph):
    assert _parents(graph, TABLE) == {DESTRUCTION}
    for check in OF_RETENTION:
        node = graph.get(dg.AssetCheckKey(dg.AssetKey(check.asset), check.name))
        assert not node.blocking, check.name
        assert check.sentence in node.description
        assert check.sentence_ko in node.description
    spoken_of = {check.asset for check in OF_RETENTION}
    assert {"access_logs", "events", "members", "linked_events", TABLE} <= spoken_of
    assert not spoken_of & {DESTRUCTION, *MARTS}


def test_dbts_own_tests_are_checks_that_block(graph):
    own = {check.name for check in all_checks()} | FRESHNESS | {check.name for check in OF_RETENTION}
    tests = [graph.get(key) for key in graph.asset_check_keys if key.name not in own]
    assert len(tests) >= 10
    assert all(test.blocking for test in tests)


def test_the_night_begins_at_two_in_seoul_for_the_day_that_ended(defs):
    schedule = defs.resolve_schedule_def("nightly_at_two")
    assert (schedule.cron_schedule, schedule.execution_timezone, schedule.job_name) == ("0 2 * * *", ZONE, NIGHTLY)
    two_in_seoul = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    with dg.build_schedule_context(
        scheduled_execution_time=two_in_seoul, repository_def=defs.get_repository_def()
    ) as context:
        requests = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in requests] == ["2026-11-22"]


def test_the_job_is_one_process_over_everything_and_ends_in_bounded_time(defs, specs):
    job = defs.resolve_job_def(NIGHTLY)
    assert job.executor_def.name == "in_process"
    assert job.tags["dagster/max_runtime"] == str(MAX_RUNTIME_SECONDS)
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == set(specs)


def test_a_night_does_not_ask_whether_it_ran(defs, graph):
    assert {key.name for key in graph.asset_check_keys} > FRESHNESS
    steps = {node.name for node in defs.resolve_job_def(NIGHTLY).graph.nodes}
    assert "mart_checks" in steps
    assert "freshness_checks" not in steps


@pytest.mark.parametrize("name", ["nightly_at_two", "purge_at_one", "yesterday_by_six"])
def test_every_schedule_is_off_and_in_seouls_time(defs, name):
    schedule = defs.resolve_schedule_def(name)
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert schedule.execution_timezone == ZONE


def test_any_asset_can_be_materialised_alone(defs, specs):
    job = defs.resolve_job_def(NIGHTLY)
    for name in specs:
        alone = job.get_subset(asset_selection={dg.AssetKey(name)})
        assert alone.asset_layer.selected_asset_keys == {dg.AssetKey(name)}


def test_without_its_manifest_loading_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PARTNERSTATS_SQL", str(tmp_path))
    with pytest.raises(UsageError, match=r"manifest\.json was not built: run `make setup`"):
        build_defs()
