"""Real logs through the whole house: the answers are known, counted here or elsewhere with other code."""

import gzip
import json
import re
from base64 import b64decode
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.apache import SECTIONS, contents_in, deliver_registry, plainly_read_apache, policy_with_sections
from support.figures import MARTS, Deliveries, published
from support.plain_robots import KINDS
from support.quick import decoded_events, quick_night, warehouse_rows

from pipelines.settings import load_settings
from pipelines.steps.imports import import_named
from pipelines.steps.records import import_records
from pipelines.steps.status import status_of
from pipelines.steps.workspace import Workspace
from pipelines.storage.vault import Segment
from pipelines.weblogs.reasons import Reason
from pipelines.weblogs.stored import read_file

pytestmark = pytest.mark.slow

APACHE_CLOCK = "2015-05-21T12:00:00+09:00"


def open_home(folder: Path, clock: str, **settings: Path) -> Workspace:
    return Workspace.open(load_settings(home=folder / "home", clock=clock, threads=2, **settings))


@pytest.fixture(scope="module")
def apache_log(real_data) -> Path:
    return real_data / "apache-semicomplete" / "access.log.gz"


@pytest.fixture(scope="module")
def apache_truth(apache_log) -> dict:
    return json.loads(apache_log.with_name("truth.json").read_text())


@pytest.fixture(scope="module")
def sections(repository, tmp_path_factory) -> Path:
    """A policy under which the sections of the Apache log are partners."""
    return policy_with_sections(repository / "policy", tmp_path_factory.mktemp("sections"))


@pytest.fixture(scope="module")
def apache(apache_log, sections, tmp_path_factory) -> Workspace:
    """The Apache log in a rehearsal home, its sections as partners, with statistics made of it."""
    workspace = open_home(tmp_path_factory.mktemp("apache"), APACHE_CLOCK, policy=sections)
    deliver_registry(workspace.home.landing, contents_in(apache_log))
    import_named(workspace, [apache_log], "web", "combined")
    quick_night(workspace)
    return workspace


@pytest.fixture(scope="module")
def apache_events(apache) -> list[dict]:
    return decoded_events(apache)


def test_every_line_of_the_apache_log_is_accounted_for(apache):
    (record,) = import_records(apache.ledger)
    assert (record.lines, record.accepted, record.filtered) == (10_000, 9_999, {})
    assert sum(record.quarantined.values()) == 1
    status = status_of(apache)
    assert (status["lines"], status["accepted"], status["filtered"], status["quarantined"]) == (10_000, 9_999, 0, 1)
    assert status["is_balanced"]


def test_the_line_that_is_cut_off_is_in_quarantine_with_its_reason(apache, apache_log):
    (record,) = import_records(apache.ledger)
    (segment,) = map(Segment.from_json, record.quarantine)
    (row,) = map(json.loads, apache.quarantine.read_segment(segment).raw.splitlines())
    assert (row["line"], row["reason"]) == (8899, Reason.CUT_OFF.value)
    assert b64decode(row["raw"]) == gzip.decompress(apache_log.read_bytes()).split(b"\n")[8898]
    assert row["file_sha256"] == record.sha256


def test_the_vault_gives_the_apache_log_back(apache, apache_log):
    (record,) = import_records(apache.ledger)
    assert len({segment["day"] for segment in record.segments}) == 5
    assert b"".join(read_file(apache.vault, record, [record])) == gzip.decompress(apache_log.read_bytes())


def test_the_status_histogram_and_the_bytes_are_exact(apache, apache_truth):
    rows = warehouse_rows(apache, "SELECT status, sum(requests)::BIGINT FROM service_daily_status GROUP BY status")
    assert {str(status): requests for status, requests in rows} == apache_truth["status"]
    ((requests, sent, by_status),) = warehouse_rows(
        apache,
        "SELECT sum(requests)::BIGINT, sum(bytes_sent)::BIGINT, "
        "(SELECT sum(bytes_sent)::BIGINT FROM service_daily_status) FROM service_daily_usage",
    )
    assert (requests, sent, by_status) == (9_999, 2_747_282_505, 2_747_282_505)
    assert apache_truth["bytes_sum"] == 2_747_282_505


def test_there_are_as_many_clients_as_addresses(apache_events, apache_truth):
    clients = {event["client_address_pseudonym"] for event in apache_events}
    assert len(clients) == apache_truth["distinct_hosts"] == 1_753
    assert len({event["visitor_pseudonym"] for event in apache_events}) == apache_truth["distinct_host_ua"] == 1_861
    assert {event["member_pseudonym"] for event in apache_events} == {None}


def test_a_missing_byte_count_is_null_and_duplicate_lines_are_real_hits(apache_events, apache_truth):
    assert sum(event["bytes_sent"] is None for event in apache_events) == apache_truth["bytes_dash"] == 669
    assert len(apache_events) == 9_999
    assert apache_truth["duplicate_lines"] == 19


LINE = re.compile(
    r'(\S+) \S+ \S+ \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"'
)


def counted_here(log: Path) -> dict[date, dict[str, int]]:
    """Count the log by Seoul day without the project: requests, bytes, errors, addresses with user agents."""
    days: dict[date, dict] = {}
    for line in gzip.decompress(log.read_bytes()).decode("latin-1").splitlines():
        if not (match := LINE.fullmatch(line)):
            continue
        address, time, _, status, sent, _, agent = match.groups()
        moment = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC) + timedelta(hours=9)
        day = days.setdefault(moment.date(), {"requests": 0, "bytes": 0, "4xx": 0, "5xx": 0, "visitors": set()})
        day["requests"] += 1
        day["bytes"] += 0 if sent == "-" else int(sent)
        day["4xx"] += status[0] == "4"
        day["5xx"] += status[0] == "5"
        day["visitors"].add((address, agent))
    return {day: {**counts, "visitors": len(counts["visitors"])} for day, counts in days.items()}


def test_each_seoul_day_is_as_an_independent_count_has_it(apache, apache_events, apache_log):
    counted = counted_here(apache_log)
    assert sum(day["requests"] for day in counted.values()) == 9_999
    assert sorted(counted) == [date(2015, 5, day) for day in (17, 18, 19, 20, 21)]
    rows = warehouse_rows(
        apache, "SELECT day, requests, bytes_sent, client_errors, server_errors FROM service_daily_usage ORDER BY day"
    )
    assert rows == [(day, c["requests"], c["bytes"], c["4xx"], c["5xx"]) for day, c in sorted(counted.items())]
    visitors = {(event["event_day"], event["visitor_pseudonym"]) for event in apache_events}
    assert Counter(day for day, _ in visitors) == {day: counts["visitors"] for day, counts in counted.items()}


def test_page_views_visits_and_visitors_are_those_of_people(apache, apache_events):
    people = [event for event in apache_events if not event["is_bot"]]
    assert 0 < len(people) < len(apache_events)
    rows = warehouse_rows(apache, "SELECT day, page_views, bot_requests, unique_visitors FROM service_daily_usage")
    for day, page_views, bots, visitors in rows:
        of_day = [event for event in people if event["event_day"] == day]
        assert page_views == sum(event["is_page_view"] for event in of_day)
        assert bots == sum(event["event_day"] == day and event["is_bot"] for event in apache_events)
        assert visitors == len({event["visitor_pseudonym"] for event in of_day} - {None})


@pytest.fixture(scope="module")
def plain_apache(apache_log, sections) -> Deliveries:
    """The Apache log read slowly, with other code."""
    return plainly_read_apache(apache_log, sections, contents_in(apache_log))


NO_MEMBERS = {"partner_staff_monthly_usage", *(f"partner_linked_{each}" for each in ("daily", "weekly", "monthly"))}
"""Marts that speak of members alone: the log has none."""


@pytest.mark.parametrize("mart", MARTS)
def test_each_mart_of_the_apache_log_is_what_a_slow_reading_gives(apache, plain_apache, mart):
    expected = MARTS[mart].plain(plain_apache)
    assert bool(expected) == (mart not in NO_MEMBERS)
    assert published(apache, mart) == expected


def test_the_apache_log_is_hard_enough(plain_apache):
    usage = MARTS["partner_daily_usage"].plain(plain_apache)
    assert {row[0] for row in usage} == set(SECTIONS)
    assert max(row[2] for row in usage) > 100
    assert any(0 < row[7] < row[3] for row in usage)
    assert {row[1] for row in MARTS["service_daily_bots"].plain(plain_apache)} == {"user_agent", *KINDS}
