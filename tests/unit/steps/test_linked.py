"""From delivered linked events to pseudonymised ones: only with a live link, under a key and a sub-key of their own."""

import hashlib
import json
from datetime import date

import pytest

from pipelines.errors import CheckFailedError
from pipelines.steps.day_files import built_from, read_day_states
from pipelines.steps.gate import record_results, require_private_events
from pipelines.steps.linked import derive_linked_days, linked_folder, stale_linked_days
from pipelines.steps.metrics.linked import linked_days
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.results import CheckResult
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan

DAY = date(2015, 5, 20)
ROW = {"service": "melon", "event": "stream", "partner_id": "p1", "melon_member_id": "m-kim"}


@pytest.fixture
def linked(house):
    """Kim linked MelOn on the 20th at noon of Seoul, Lee ended it then; Pan is pending."""
    members = [{"account_key": f"k-{who}", "login_id": who, "partner_id": "p1"} for who in ("kim", "lee", "pan")]
    house.export("members", [*members[:2], {**members[2], "status": "pending"}])
    house.export("partners", [{"partner_id": "p1", "name": "Label", "type": "agency"}])
    noon, early = "2015-05-20T12:00:00+09:00", "2015-01-01T00:00:00+09:00"
    house.export(
        "linked_accounts",
        [
            {
                "account_key": f"k-{who}",
                "service": "melon",
                "melon_member_id": f"m-{who}",
                "linked_at": a,
                "ended_at": b,
            }
            for who, a, b in (("kim", noon, None), ("lee", early, noon), ("pan", early, None))
        ],
    )
    return house


def deliver(house, *rows, name="events.jsonl"):
    folder = house.workspace.home.landing / "linked"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps({**ROW, **row}) + "\n" for row in rows))
    import_record_files(house.workspace, "linked")


def events(house, day=DAY):
    state = read_day_states(linked_folder(house.workspace))[day]
    with house.workspace.connection() as connection:
        add_key(connection, house.workspace.keyring.get(state.key))
        relation = scan(linked_folder(house.workspace) / state.file_name, state.key)
        return connection.execute(f"FROM {relation}").to_arrow_table().to_pylist()


def at(time, **changed):
    return {"time": f"2015-05-20T{time}+09:00", **changed}


def test_only_events_under_a_live_link_of_a_processed_member_are_kept(linked):
    deliver(
        linked,
        at("11:59:59"),
        at("12:00:00"),
        at("13:00:00", melon_member_id="m-lee"),
        at("11:00:00", melon_member_id="m-lee"),
        at("13:00:00", melon_member_id="m-pan"),
        at("13:00:00", melon_member_id="m-nobody"),
        at("13:00:00", partner_id="p9"),
        at("13:00:00", service="aztalk"),
    )
    (report,) = derive_linked_days(linked.workspace)
    assert report.decided == {"linked": 2, "without link": 4, "member not processed": 1, "unknown partner": 1}
    rows = events(linked)
    assert len(rows) == 2
    assert len({row["linked_member_pseudonym"] for row in rows}) == 2
    assert set(rows[0]) == set(linked.workspace.policy.dataset("linked_events_pseudonymised").fields)


def test_a_linked_members_pseudonym_is_none_of_the_web_events(linked, line):
    deliver(linked, at("12:00:00"))
    derive_linked_days(linked.workspace)
    linked.deliver([line(DAY, "12:00:00", member="kim")])
    linked.derive()
    (web,), (row,) = linked.events(DAY), events(linked)
    assert row["linked_member_pseudonym"] not in web.values()
    assert web["member_pseudonym"] is not None


def test_no_identity_is_on_the_disk(linked):
    deliver(linked, at("12:00:00"))
    derive_linked_days(linked.workspace)
    stored = b"".join(path.read_bytes() for path in linked.workspace.home.root.rglob("*") if path.is_file())
    assert b"m-kim" not in stored
    assert b"k-kim" not in stored


def test_a_day_is_derived_again_when_its_rows_or_links_change_and_only_then(linked):
    deliver(linked, at("12:00:00"))
    derive_linked_days(linked.workspace)
    assert stale_linked_days(linked.workspace) == []
    deliver(linked, at("12:30:00"), name="late.jsonl")
    assert [given.day for given in stale_linked_days(linked.workspace)] == [DAY]
    assert derive_linked_days(linked.workspace)[0].rows == 2
    linked.export("misuse_records", [{"account_key": "k", "recorded_at": "2015-01-01", "misuse": "spam"}])
    assert stale_linked_days(linked.workspace) == []
    other = {"account_key": "k-lee", "service": "melon", "melon_member_id": "m-lee", "ended_at": None}
    row = {**other, "linked_at": "2015-05-20T12:00:00+09:00"}
    digest = hashlib.sha256(f"{json.dumps(row)}\n".encode()).hexdigest()
    confirming = linked.under(confirm_vanished=(f"linked_accounts={digest}",))
    confirming.export("linked_accounts", [row])
    assert derive_linked_days(linked.workspace)[0].decided == {"without link": 2}
    assert events(linked) == []


def test_the_warehouse_rests_on_both_kinds_of_events(linked, line):
    linked.deliver([line()])
    linked.derive()
    before = built_from(linked.workspace.home.events)
    deliver(linked, at("12:00:00"), {"time": "2015-05-19T12:00:00+09:00"})
    derive_linked_days(linked.workspace)
    after = built_from(linked.workspace.home.events)
    assert list(before) == [DAY]
    assert sorted(day.day for day in after) == [19, 20]
    assert after[DAY] != before[DAY]


def test_the_metrics_find_no_fault_and_see_one_that_is_put_there(linked):
    deliver(linked, at("12:00:00"), at("11:00:00"))
    derive_linked_days(linked.workspace)
    assert linked_days(linked.workspace, None).to_numpy().sum() == 0
    path = linked_folder(linked.workspace) / "2015-05-20.json"
    path.write_text(path.read_text().replace('"without link": 1', '"without link": 0'))
    assert linked_days(linked.workspace, None)["rows_undecided"].tolist() == [1]


def test_a_word_that_the_policy_does_not_declare_is_other_and_told_of(linked):
    deliver(linked, at("12:00:00"), at("12:01:00", event="Minji"), at("12:02:00", event="LIKE"))
    derive_linked_days(linked.workspace)
    assert sorted(row["event"] for row in events(linked)) == ["like", "other", "stream"]
    (found,) = linked_days(linked.workspace, None).to_dict("records")
    assert {name: count for name, count in found.items() if count} == {"events_of_other_words": 1}


def test_a_word_that_the_policy_declares_anew_counts_in_the_days_before_too(linked, changed):
    deliver(linked, at("12:00:00", event="minji"))
    derive_linked_days(linked.workspace)
    later = changed(linked, "policy/2014-06-16.yml", "values: [stream, like,", "values: [minji, stream, like,")
    assert [given.day for given in stale_linked_days(later.workspace)] == [DAY]
    derive_linked_days(later.workspace)
    assert [row["event"] for row in events(later)] == ["minji"]


def test_linked_events_that_were_not_judged_shut_the_gate(linked):
    deliver(linked, at("12:00:00"))
    derive_linked_days(linked.workspace)
    home, clock = linked.workspace.home, linked.workspace.clock
    with pytest.raises(CheckFailedError, match="have not run on the linked events of 2015-05-20"):
        require_private_events(home)
    verdict = CheckResult("c", "linked_events_pseudonymised", "collect.linked", "error", True, "s", "s", passed=True)
    record_results(home, clock, [verdict])
    require_private_events(home)
    record_results(home, clock, [CheckResult(**{**verdict.to_body(), "passed": False})])
    with pytest.raises(CheckFailedError, match="failed on the linked events of 2015-05-20: c"):
        require_private_events(home)
