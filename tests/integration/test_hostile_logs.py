"""Requests as attackers send them, in three formats of one real server: the answers were counted elsewhere with other code."""

import gzip
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from support.contents import contents_of
from support.quick import decoded_events, quick_night

from pipelines.policy import load_routes
from pipelines.privacy.methods import KNOWN_METHODS
from pipelines.privacy.user_agents import user_agent_reducer
from pipelines.settings import load_settings
from pipelines.steps.derivation import day_inputs
from pipelines.steps.events import derive_stale_days
from pipelines.steps.imports import import_named
from pipelines.steps.records import import_records
from pipelines.steps.status import status_of
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow

NGINX_CLOCK = "2026-11-23T12:00:00+09:00"
HOSTILE = ("combined", "combined_cookie", "json")


def open_home(folder: Path, clock: str) -> Workspace:
    return Workspace.open(load_settings(home=folder / "home", clock=clock, threads=2))


@pytest.fixture(scope="module")
def apache_log(real_data) -> Path:
    return real_data / "apache-semicomplete" / "access.log.gz"


@pytest.fixture(scope="module")
def hostile_logs(real_data) -> dict[str, Path]:
    return {name: real_data / "nginx-hostile" / f"{name}.log.gz" for name in HOSTILE}


@pytest.fixture(scope="module")
def hostile_truth(real_data) -> dict:
    return json.loads((real_data / "nginx-hostile" / "truth.json").read_text())


@pytest.fixture(scope="module")
def nginx_formats(real_data) -> dict[str, str]:
    """The formats as the server had them, by name."""
    text = (real_data / "nginx-hostile" / "log_formats.conf").read_text()
    return dict(re.findall(r"^log_format (\w+) (?:escape=json )?'(.*)';$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def hostile(hostile_logs, tmp_path_factory) -> Workspace:
    """All three logs of the hostile requests in one home, each under a source of its own."""
    workspace = open_home(tmp_path_factory.mktemp("hostile"), NGINX_CLOCK)
    import_named(workspace, [hostile_logs["combined"]], "plain", "combined")
    import_named(workspace, [hostile_logs["combined_cookie"]], "web", None)
    import_named(workspace, [hostile_logs["json"]], "example-json", None)
    derive_stale_days(workspace)
    return workspace


@pytest.fixture(scope="module")
def hostile_events(hostile) -> list[dict]:
    return decoded_events(hostile)


def test_every_line_of_the_hostile_logs_is_accounted_for(hostile, hostile_truth):
    records = import_records(hostile.ledger)
    assert [record.lines for record in records] == [hostile_truth["lines"]] * 3
    assert [record.accepted for record in records] == [7_050] * 3
    assert status_of(hostile)["is_balanced"]


def test_the_servers_own_format_string_reads_the_log_with_its_extra_fields(hostile_logs, nginx_formats, tmp_path):
    workspace = open_home(tmp_path, NGINX_CLOCK)
    report = import_named(workspace, [hostile_logs["combined_cookie"]], "own", nginx_formats["combined_cookie"])
    assert (report.lines, report.accepted) == (7_050, 7_050)


@pytest.mark.parametrize("source", ["plain", "web", "example-json"])
def test_the_status_histograms_and_bytes_are_the_truths(hostile_events, hostile_truth, source):
    events = [event for event in hostile_events if event["source"] == source]
    assert Counter(str(event["status"]) for event in events) == hostile_truth["status"]
    assert sum(event["bytes_sent"] for event in events) == hostile_truth["bytes_sum"]
    assert len({event["client_address_pseudonym"] for event in events}) == hostile_truth["distinct_hosts"]
    # A request line of odd shape (2), or that begins with a blank or a tab, may be read as GET or as none of the known.
    methods, told = Counter(event["method"] for event in events), hostile_truth["methods"]
    assert {name: methods[name] for name in KNOWN_METHODS - {"GET"}} == {
        name: told.get(name, 0) for name in KNOWN_METHODS - {"GET"}
    }
    assert methods["GET"] in range(told["GET"], told["GET"] + 4)


def test_the_three_logs_of_the_same_requests_give_the_same_clients(hostile_events):
    clients = {
        source: Counter(event["client_address_pseudonym"] for event in hostile_events if event["source"] == source)
        for source in ("plain", "web", "example-json")
    }
    assert clients["plain"] == clients["web"] == clients["example-json"]


def test_events_of_hostile_input_carry_only_words_of_the_vocabulary(hostile_events, repository):
    routes = load_routes(repository / "policy" / "routes.yml")
    reducer = user_agent_reducer()
    declared = {f"{n}={v}" for route in routes.routes for n, p in route.parameters.items() for v in p.values}
    words = {
        "source": {"plain", "web", "example-json"},
        "method": {*KNOWN_METHODS, "OTHER"},
        "route": {"other", *(route.name for route in routes.routes)},
        "feature": {"other", *(route.feature for route in routes.routes)},
        "device_class": {"desktop", "mobile", "tablet", "bot", "other"},
        "bot_evidence": {None, "user_agent", "rate", "breadth", "no_files"},
        "browser": reducer.browsers,
        "os": reducer.systems,
        **{name: {None} for name in ("content_id", "content_type", "partner_id", "member_partner_id", "member_type")},
    }
    for event in hostile_events:
        for name, allowed in words.items():
            assert event[name] in allowed, name
        assert set((event["route_parameters"] or "").split("&")) <= declared | {""}
        host = event["referrer_host"]
        assert host is None or re.fullmatch(r"[a-z0-9]([a-z0-9.:-]{0,252}[a-z0-9])?|\[[0-9a-f:.]+\]", host)
        for name in (name for name in event if name.endswith("pseudonym")):
            assert event[name] is None or re.fullmatch("[0-9a-f]{64}", event[name])
        texts = {name for name, value in event.items() if isinstance(value, str)}
        assert texts <= {*words, "route_parameters", "referrer_host", *(n for n in event if n.endswith("pseudonym"))}
    assert len({event["referrer_host"] for event in hostile_events}) > 1


def test_everything_delivered_twice_and_a_log_that_grew_is_as_if_imported_once(apache_log, hostile_logs, tmp_path):
    """Both homes have the same keys to begin with, so that their pseudonyms can be compared.

    The Apache log is moved to the month of the other one: of days that are past their period no line would be stored.
    """
    log = gzip.decompress(apache_log.read_bytes()).replace(b"/May/2015:", b"/Nov/2026:")
    lines = log.splitlines(keepends=True)
    grown = log + b"".join(lines[100:150])
    json_log = gzip.decompress(hostile_logs["json"].read_bytes())
    first, second = tmp_path / "once", tmp_path / "often"
    open_home(first, NGINX_CLOCK)
    shutil.copytree(first, second)
    once, often = (open_home(folder, NGINX_CLOCK) for folder in (first, second))

    def take(workspace: Workspace, content: bytes, source: str, form: str | None, name: str = "log") -> list[str]:
        path = tmp_path / name
        path.write_bytes(content)
        return [report.outcome.kind for report in import_named(workspace, [path], source, form).files]

    assert take(once, grown, "web", "combined") == ["imported"]
    assert take(once, json_log, "example-json", None) == ["imported"]
    quick_night(once)

    cut = len(b"".join(lines[:7000])) + 40
    assert take(often, gzip.compress(log[:cut]), "web", "combined", "access.log.gz") == ["imported"]
    assert take(often, json_log[:1_000_001], "example-json", None) == ["imported"]
    quick_night(often)
    for kind in ("imported", "known"):
        assert take(often, log, "web", "combined", "access.log.1") == [kind]
        assert take(often, json_log, "example-json", None, "json.log") == [kind]
    assert take(often, gzip.compress(log[: cut + 1000]), "web", "combined", "truncated") == ["known"]
    assert take(often, grown, "web", "combined", "access.log") == ["imported"]
    quick_night(often)
    quick_night(often)

    assert len(import_records(often.ledger)) == 5
    here, there = contents_of(once), contents_of(often)
    assert here.rows.keys() == there.rows.keys()
    assert {name for name in here.rows if here.rows[name] != there.rows[name]} == set()
    assert sum(rows.total() for name, rows in here.rows.items() if name.startswith("events of")) == 9_999 + 50 + 7_050
    assert [given.day for given in day_inputs(once)] == [given.day for given in day_inputs(often)]
    assert status_of(often)["is_balanced"]
    assert here.quarantine.total() == 1
