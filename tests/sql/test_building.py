"""Building days into the warehouse file: replaced, checked, swapped, and nothing personal left behind."""

import base64
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from pipelines.errors import CheckFailedError, DamagedError
from pipelines.warehouse.context import DayFile, EventContext
from pipelines.warehouse.day_records import built_days
from pipelines.warehouse.dbt import DbtFailedError, DbtProject, run_dbt
from pipelines.warehouse.events_view import event_columns, further_relations
from pipelines.warehouse.periods import days_to_build

FIRST, SECOND = date(2015, 5, 20), date(2015, 5, 21)
CANARY = "c0ffee" * 10 + "cafe"


@pytest.fixture(scope="module")
def written(new_workshop, event, seoul):
    """A workshop with one page view a day; the partner of the first day is seen on that day only."""
    workshop = new_workshop()
    workshop.write(
        [
            event(
                seoul(2015, 5, 20, 12),
                visitor_pseudonym="v",
                person_pseudonym="v",
                partner_id="vanishing-partner",
                content_id="c",
            ),
            event(
                seoul(2015, 5, 21, 12),
                visitor_pseudonym="v",
                person_pseudonym="v",
                partner_id="staying-partner",
                content_id="d",
            ),
        ]
    )
    return workshop


@pytest.fixture(scope="module")
def made(written, tmp_path_factory):
    """The two days, built, and what the build reported."""
    workshop = written.copy_to(tmp_path_factory.mktemp("built"))
    return workshop, workshop.build(FIRST, SECOND)


@pytest.fixture
def two_days(written, tmp_path):
    """The two days, of which nothing is built."""
    return written.copy_to(tmp_path)


@pytest.fixture
def built(made, tmp_path):
    """The two days, both built."""
    return made[0].copy_to(tmp_path)


@pytest.mark.slow
def test_a_build_reports_its_rows_and_records_its_fingerprints(made):
    workshop, report = made
    assert report.days == (FIRST, SECOND)
    assert report.rows == {
        "service_daily_usage": 2,
        "service_daily_status": 2,
        "service_daily_bots": 0,
        "partner_daily_usage": 2,
        "partner_weekly_usage": 2,
        "partner_monthly_usage": 2,
        "partner_content_daily": 2,
        "partner_feature_daily": 2,
        "partner_device_daily": 2,
        "partner_referrer_daily": 2,
        "partner_breakdown_daily": 8,
        "partner_breakdown_weekly": 22,
        "partner_breakdown_monthly": 22,
        "partner_weekday_visits": 2,
        "partner_hourly_visits": 2,
        "partner_visit_frequency_monthly": 2,
        "partner_visit_length_monthly": 2,
        "partner_staff_monthly_usage": 0,
        "partner_linked_daily": 0,
        "partner_linked_weekly": 0,
        "partner_linked_monthly": 0,
        "service_weekly_usage": 1,
        "service_monthly_usage": 1,
        "service_member_type_daily": 2,
        "service_member_type_weekly": 1,
        "service_member_type_monthly": 1,
        "service_breakdown_daily": 26,
        "service_breakdown_weekly": 16,
        "service_breakdown_monthly": 16,
    }
    assert {node.status for node in report.nodes} == {"success", "pass"}
    assert built_days(workshop.warehouse) == {day: {"events": f"fingerprint of {day}"} for day in (FIRST, SECOND)}


@pytest.mark.slow
def test_a_warehouse_of_an_earlier_version_gets_what_was_added_and_days_not_rebuilt_have_none_of_it(built):
    with duckdb.connect(str(built.warehouse)) as connection:
        for column in ("visiting_people", "bouncing_people", "largest_page_views", "second_page_views"):
            connection.execute(f"ALTER TABLE partner_daily_usage DROP COLUMN {column}")
        connection.execute("DROP TABLE partner_breakdown_daily")
    built.build(SECOND)
    added = "SELECT day, visiting_people, largest_page_views FROM partner_daily_usage ORDER BY day"
    assert built.rows(added) == [(FIRST, None, None), (SECOND, 1, 1)]
    assert built.rows("SELECT DISTINCT day FROM partner_breakdown_daily") == [(SECOND,)]


@pytest.mark.slow
def test_a_rebuilt_day_without_events_disappears_and_the_others_stay(built):
    built.write_day(FIRST, [])
    built.build(FIRST)
    assert built.rows("SELECT day FROM service_daily_usage") == [(SECOND,)]
    assert built.rows("SELECT DISTINCT partner_id FROM partner_daily_usage") == [("staying-partner",)]
    assert built.rows("SELECT DISTINCT partner_id FROM partner_content_daily") == [("staying-partner",)]


@pytest.mark.slow
def test_what_is_gone_from_the_tables_is_gone_from_the_bytes_of_the_file(built):
    assert b"vanishing-partner" in built.warehouse.read_bytes()
    built.write_day(FIRST, [])
    built.build(FIRST)
    built.build(SECOND)
    assert b"vanishing-partner" not in built.warehouse.read_bytes()
    assert b"staying-partner" in built.warehouse.read_bytes()


@pytest.mark.slow
def test_a_changed_day_is_built_anew(built, event, seoul):
    built.write([event(seoul(2015, 5, 21, 12), status=404), event(seoul(2015, 5, 21, 13), status=200)])
    built.build(SECOND)
    assert built.rows("SELECT day, requests, client_errors FROM service_daily_usage ORDER BY day") == [
        (FIRST, 1, 0),
        (SECOND, 2, 1),
    ]


@pytest.mark.slow
def test_the_file_holds_marts_and_records_only(built, names_of_marts):
    assert set(built.everything()) == {
        *names_of_marts,
        "pipeline_days",
    }
    assert built.rows("SELECT count(*) FROM duckdb_views() WHERE NOT internal") == [(0,)]


@pytest.mark.slow
def test_a_failing_test_is_named_and_nothing_is_swapped(built, event, seoul):
    before = built.warehouse.read_bytes()
    built.write([event(seoul(2015, 5, 21, 12), bytes_sent=-1)])
    with pytest.raises(CheckFailedError, match="stg_web__events_no_negative_bytes"):
        built.build(SECOND)
    assert built.warehouse.read_bytes() == before
    assert not [path for path in built.scratch.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_an_error_in_the_engine_names_the_model_and_no_value(two_days, event, seoul, sql_copy):
    two_days.sql = sql_copy
    mart = sql_copy / "models" / "marts" / "partner_content_daily.sql"
    text = mart.read_text()
    spoiled = text.replace("    day,\n    page_views,", "    day,\n    cast(content_id as bigint) as page_views,")
    assert spoiled != text
    mart.write_text(spoiled)
    two_days.write(
        [event(seoul(2015, 5, 21, 12), person_pseudonym="v", visitor_pseudonym="v", partner_id="p", content_id=CANARY)]
    )
    with pytest.raises(DbtFailedError, match="partner_content_daily") as raised:
        two_days.build(SECOND)
    assert CANARY not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_file_of_another_key_stops_the_build(two_days):
    first, second = two_days.files[FIRST], two_days.files[SECOND]
    two_days.files[FIRST] = DayFile(FIRST, second.path, first.key)
    with pytest.raises(DamagedError, match=str(FIRST)):
        two_days.build(FIRST)


@pytest.mark.slow
def test_an_open_reader_keeps_its_file_and_the_next_reader_sees_the_new_one(two_days):
    two_days.build(FIRST)
    with duckdb.connect(str(two_days.warehouse), read_only=True) as reader:
        in_other_process = subprocess.Popen(
            [sys.executable, "-c", _HELD_READER, str(two_days.warehouse)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert in_other_process.stdout.readline() == "1\n"
        two_days.build(FIRST, SECOND)
        assert reader.execute("SELECT count(*) FROM service_daily_usage").fetchall() == [(1,)]
        assert in_other_process.communicate("again\n")[0] == "1\n2\n"


_HELD_READER = """
import sys, duckdb
count = "SELECT count(*) FROM service_daily_usage"
old = duckdb.connect(sys.argv[1], read_only=True)
print(old.sql(count).fetchone()[0], flush=True)
sys.stdin.readline()
print(old.sql(count).fetchone()[0])
old.close()
print(duckdb.connect(sys.argv[1], read_only=True).sql(count).fetchone()[0])
"""


@pytest.mark.slow
def test_the_file_can_be_locked_by_another_process_after_a_build(two_days):
    two_days.build()
    opened = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('CREATE TABLE lock_taken (a INT)')"
    subprocess.run([sys.executable, "-c", opened, str(two_days.warehouse)], check=True)


@pytest.mark.slow
def test_no_key_and_no_pseudonym_is_in_artifacts_logs_or_the_file(workshop, event, seoul, capfd, monkeypatch):
    monkeypatch.chdir(workshop.root)
    everyone = dict.fromkeys(
        ("member_pseudonym", "visitor_pseudonym", "person_pseudonym", "client_address_pseudonym"), CANARY
    )
    workshop.write(
        [event(seoul(2015, 5, 21, 12), partner_id="visible-partner", content_id="c", bytes_sent=-1, **everyone)]
    )
    (file,) = workshop.files.values()
    project = DbtProject(workshop.sql, workshop.warehouse, workshop.root / "target")
    context = EventContext((file,), event_columns(workshop.sql), workshop.limits, further_relations(workshop.sql))
    with pytest.raises(CheckFailedError) as raised:
        run_dbt(["build"], project=project, building=days_to_build([SECOND]), context=context)
    run_dbt(["run"], project=project, building=days_to_build([SECOND]), context=context)
    written = {path: path.read_bytes() for path in workshop.root.rglob("*") if path.is_file() and path != file.path}
    written["terminal"] = "".join(capfd.readouterr()).encode() + str(raised.value).encode()
    assert any(b"visible-partner" in content for content in written.values())
    assert any(b"select" in content for content in written.values())
    secret = file.key.secret
    for needle in (CANARY.encode(), secret, secret.hex().encode(), base64.b64encode(secret), secret[:8]):
        assert not [path for path, content in written.items() if needle in content]


CORRUPTIONS = {
    "UPDATE service_daily_usage SET visits = NULL": "never_null_service_daily_usage",
    "UPDATE partner_hourly_visits SET hour = 24": "partner_hourly_visits_hour_to_twenty_three",
    "DELETE FROM partner_content_daily": "partner_contents_add_up_to_partner_usage",
    "ALTER TABLE partner_content_daily ADD COLUMN member_pseudonym VARCHAR": "only_aggregates_are_in_the_file",
}
"""One of each sort, through dbt itself; the SQL of every test has its twin in tests/integration/test_dbt_twins.py."""


@pytest.mark.slow
def test_a_data_test_that_fails_on_stored_data_is_named_by_dbt(built):
    sound = built.warehouse.read_bytes()
    project = DbtProject(built.sql, built.warehouse, built.root / "target")
    context = EventContext((), event_columns(built.sql), built.limits, further_relations(built.sql))
    marts_only = ("test", "--exclude-resource-type", "unit_test", "--exclude", "staging", "intermediate")
    building = days_to_build([FIRST, SECOND])
    run_dbt(marts_only, project=project, building=building, context=context)
    for corruption, caught_by in CORRUPTIONS.items():
        built.warehouse.write_bytes(sound)
        with duckdb.connect(str(built.warehouse)) as connection:
            connection.execute(corruption)
        with pytest.raises(CheckFailedError, match=caught_by):
            run_dbt(("test", "--select", f"{caught_by}*"), project=project, building=building, context=context)
