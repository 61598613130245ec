"""Each model reads only fields that the policy allows for the purpose it declares: proved on dbt's compiled SQL."""

import dataclasses
from datetime import date

import pytest

from pipelines.errors import UsageError
from pipelines.policy import load_policy
from pipelines.warehouse.lineage import CompiledModel, compiled_models, fields_read, purpose_faults, source_reads

STATISTICS = "purpose.statistics"
ADDRESS = "client_address_pseudonym"
SERVICE = {"service_daily_usage", "service_weekly_usage", "service_monthly_usage"}
OF_PAGE_VIEWS = {
    *("int_page_views", "int_audience_page_views"),
    *("partner_daily_usage", "partner_weekly_usage", "partner_monthly_usage", "partner_content_daily"),
    *("partner_feature_daily", "partner_device_daily", "partner_referrer_daily"),
    *("partner_breakdown_daily", "partner_breakdown_weekly", "partner_breakdown_monthly"),
    *("service_breakdown_daily", "service_breakdown_weekly", "service_breakdown_monthly"),
}
"""What counts page views by all that tells them apart: its rows are chosen by that too."""


@pytest.fixture(scope="module")
def models(repository):
    return compiled_models(repository / "sql")


@pytest.fixture(scope="module")
def sources(repository):
    return source_reads(repository / "sql")


@pytest.fixture(scope="module")
def policy(repository):
    return load_policy(repository / "policy", date(2026, 11, 22))


@pytest.fixture
def stricter(repository, tmp_path):
    """The policy with one field of the events that serves nothing but legal duties: make it by the field's name."""

    def stricter(field: str):
        text = (repository / "policy" / "2014-06-16.yml").read_text(encoding="utf-8")
        before, events = text.split("\n  events:\n")
        at = events.index(f"      {field}: ")
        changed = events[:at] + events[at:].replace("purposes: [statistics]", "purposes: [legal]", 1)
        (tmp_path / "2014-06-16.yml").write_text(f"{before}\n  events:\n{changed}", encoding="utf-8")
        return load_policy(tmp_path, date(2026, 11, 22))

    return stricter


def a_model(sql: str, name: str = "twin", purpose: str | None = STATISTICS) -> CompiledModel:
    return CompiledModel(name, ("warehouse", "main", name), sql, purpose)


def test_every_model_reads_only_what_its_purpose_allows(repository, models, sources, policy):
    files = {file.stem for file in (repository / "sql" / "models").rglob("*.sql")}
    assert {model.name for model in models} == files
    reads = fields_read(models, sources)
    assert all(reads[name].all for name in files)
    assert purpose_faults(models, reads, policy) == []


def test_what_a_mart_reads_is_known_by_column(models, sources):
    reads = fields_read(models, sources)
    columns = {
        name: {field.name for field in fields} for name, fields in reads["partner_referrer_daily"].columns.items()
    }
    assert columns["referrer"] == {"referrer_host"}
    assert columns["contributing_people"] == {"person_pseudonym"}
    assert columns["unique_members"] == {"member_pseudonym", "visitor_pseudonym"}
    assert {field.name for field in reads["partner_staff_monthly_usage"].conditions} >= {"is_bot", "member_partner_id"}
    statuses = reads["service_daily_status"]
    assert {field.name for field in statuses.columns["requests"]} == set()
    assert {field.name for field in statuses.all} == {
        "event_day",
        "status",
        "bytes_sent",
        "is_bot",
        "person_pseudonym",
        "visitor_pseudonym",
    }
    assert not [name for name, read in reads.items() if ADDRESS in {field.name for field in read.all}]


@pytest.mark.parametrize(
    ("field", "readers"),
    [
        ("bytes_sent", {"stg_web__events", "int_visitor_days", "service_daily_bots", "service_daily_status", *SERVICE}),
        ("content_type", {"stg_web__events", "int_visit_requests", *OF_PAGE_VIEWS}),
        ("referrer_host", {"stg_web__events", "int_visit_requests", *OF_PAGE_VIEWS}),
        (ADDRESS, set()),
    ],
)
def test_a_field_that_loses_the_purpose_is_a_fault_of_each_model_that_reads_it(
    models, sources, stricter, field, readers
):
    faults = purpose_faults(models, fields_read(models, sources), stricter(field))
    assert faults == [
        f"{model.name} reads events.{field}, which does not serve {STATISTICS}"
        for model in models
        if model.name in readers
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "select FIELD from work.main.events",
        "select count(*) as n from work.main.events where FIELD is not null",
        "select count(distinct FIELD) as n from work.main.events",
        "select sum(status) filter (where FIELD > 'a') as n from work.main.events",
        "select a.status from work.main.events as a join work.main.events as b on a.FIELD = b.FIELD",
        "select a.status from work.main.events as a join work.main.events as b using (FIELD)",
        "select max(status) as n from work.main.events group by FIELD",
        "select max(status) as n from work.main.events having max(FIELD) > 'a'",
        "select status from work.main.events order by FIELD limit 1",
        "select row_number() over (partition by FIELD) as n from work.main.events",
        "select status from work.main.events qualify row_number() over (order by FIELD) = 1",
        "select status from work.main.events where status in (select status from work.main.events where FIELD > 'a')",
        "with e as (select * from work.main.events) select length(FIELD) as n from e",
        "with e as (select distinct FIELD, status from work.main.events) select status from e",
        "select status from work.main.events union all select length(FIELD) from work.main.events",
        "(select status, FIELD from work.main.events) except (select 1, 'a')",
    ],
)
def test_a_model_that_reads_a_field_without_its_purpose_fails_also_when_it_only_filters_by_it(sources, stricter, sql):
    twin = a_model(sql.replace("FIELD", ADDRESS))
    assert purpose_faults([twin], fields_read([twin], sources), stricter(ADDRESS)) == [
        f"twin reads events.{ADDRESS}, which does not serve {STATISTICS}"
    ]
    other = a_model(sql.replace("FIELD", "os"))
    assert purpose_faults([other], fields_read([other], sources), stricter(ADDRESS)) == []


def test_a_star_reads_every_column(sources, stricter):
    twin = a_model("select * from work.main.events")
    assert purpose_faults([twin], fields_read([twin], sources), stricter(ADDRESS)) != []


def test_a_field_is_followed_through_the_models_in_between(sources, stricter):
    middle = a_model("select status, route as r, os from work.main.events where browser > 'a'", "middle")
    for sql, fields in {
        "select m.r from warehouse.main.middle as m": {"route", "browser"},
        "select m.os from warehouse.main.middle as m": {"os", "browser"},
        "select m.os from warehouse.main.middle as m where m.r > 'a'": {"os", "route", "browser"},
    }.items():
        twin = a_model(sql)
        reads = fields_read([twin, middle], sources)
        assert {field.name for field in reads["twin"].all} == fields
        for field in ("route", "os", "browser", "status"):
            assert bool(purpose_faults([twin], reads, stricter(field))) is (field in fields)


@pytest.mark.parametrize("purpose", [None, "statistics", "purpose.unheard-of"])
def test_a_model_without_a_purpose_of_the_policy_fails(models, sources, policy, purpose):
    bare = [dataclasses.replace(models[0], purpose=purpose), *models[1:]]
    assert purpose_faults(bare, fields_read(bare, sources), policy) == [
        f"{models[0].name} declares no purpose of the policy"
    ]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select status from work.main.lines", "cannot be followed"),
        ("select count(*) as n from work.main.lines", "work.main.lines, which no model or source declares"),
        ("select status from read_parquet('a.parquet')", "cannot be followed"),
        ("select status, unheard_of from work.main.events", "unheard_of"),
        ("select columns('.*') from work.main.events", "does not name"),
        ("select events from work.main.events", "cannot be followed"),
        ("select (select max(os) from work.main.events) as n from work.main.events", "column n is a query"),
        ("select u.x from work.main.events cross join unnest([status]) as u(x)", "cannot be followed"),
        ("drop table events", "no query"),
        ("select from from", "cannot be parsed"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_the_models_name(sources, sql, why):
    with pytest.raises(UsageError, match="twin") as raised:
        fields_read([a_model(sql)], sources)
    assert why in str(raised.value)
