"""A hold keeps what a dispute is about: ranges stay, lines and rows of a member are taken aside, and go when it is released."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.rights.holds import Hold
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.holds import (
    Order,
    hold_dataset,
    hold_member,
    hold_partner,
    overdue_reviews,
    release_hold,
    review_hold,
    take_aside,
    take_rows_aside,
)
from pipelines.steps.subjects.person import person_of
from pipelines.storage.sealing import unseal

DAY = date(2015, 5, 20)
REVIEW = date(2015, 8, 1)
ORDER = Order("canary-reason: complaint 12", "canary-authority: district court", REVIEW)
KIM = {"account_key": "canary-k1", "login_id": "kim", "partner_id": "p1"}
LEE = {"account_key": "k2", "login_id": "lee", "partner_id": "p2"}


@dataclass(frozen=True)
class Thing:
    """What is about to go."""

    dataset: str
    place: str
    anchor: date | None = DAY


@pytest.fixture
def lived(house, line):
    house.export("partners", [{"partner_id": name, "name": name, "type": "agency"} for name in ("p1", "p2")])
    house.export("members", [KIM, LEE])
    house.deliver([line(DAY, member="kim"), line(DAY, member="lee"), line(DAY), line(DAY, member="kim", target="/x")])
    return house


def things(house, dataset="access_logs"):
    vault = house.workspace.home.vault
    return [
        Thing(dataset, f"vault/{path.relative_to(vault).as_posix()}")
        for path in sorted(vault.rglob(f"{dataset}/**/*.age"))
    ]


def aside(house, hold: Hold):
    """What lies aside for a hold, by path."""
    workspace = house.workspace
    return {
        path.relative_to(workspace.home.held).as_posix(): unseal(
            path.read_bytes(), workspace.holds.lines_key(hold), "aside"
        )
        for path in sorted((workspace.home.held / hold.hold_id).rglob("*.age"))
    }


def held(house, login="kim"):
    return hold_member(house.workspace, person_of(house.workspace, login, None), ORDER)


def test_the_lines_of_a_held_member_are_copied_and_nobody_elses(lived, line):
    hold = held(lived)
    (place,) = take_aside(lived.workspace, things(lived))
    assert place.startswith(f"held/{hold.hold_id}/access_logs/2015-05-20/")
    (raw,) = aside(lived, hold).values()
    assert raw.decode() == line(DAY, member="kim") + line(DAY, member="kim", target="/x")


def test_taken_aside_again_nothing_is_doubled(lived):
    hold = held(lived)
    assert take_aside(lived.workspace, things(lived)) == take_aside(lived.workspace, things(lived))
    assert len(aside(lived, hold)) == 1


def test_without_a_hold_nothing_is_taken_aside(lived):
    assert take_aside(lived.workspace, things(lived)) == []
    hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    assert take_aside(lived.workspace, things(lived)) == []
    assert not lived.workspace.home.held.exists()


def test_a_segment_that_cannot_be_read_stops_it(lived):
    held(lived)
    path = lived.workspace.home.root / things(lived)[0].place
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError):
        take_aside(lived.workspace, things(lived))


def test_a_hold_on_a_partner_takes_the_lines_and_rows_of_its_members(lived):
    hold = hold_partner(lived.workspace, "p1", ORDER)
    take_aside(lived.workspace, things(lived))
    take_rows_aside(lived.workspace, "members", lived.workspace.registry.load("members"))
    lines, rows = aside(lived, hold).values()
    assert lines.count(b"kim") == 2
    assert b"lee" not in lines
    assert b"canary-k1" in rows
    assert b"k2" not in rows


def test_records_of_cookies_and_linked_services_are_taken_aside_too(lived):
    link = {
        "account_key": "canary-k1",
        "service": "melon",
        "melon_member_id": "m1",
        "linked_at": "2015-01-01T00:00:00Z",
    }
    lived.export("linked_accounts", [{**link, "ended_at": None}])
    time = "2015-05-20T01:00:00Z"
    cookies = [
        {"time": time, "event": "issued", "cookie_name": "pc_member", "member_id": who} for who in ("kim", "lee")
    ]
    linked = [
        {"time": time, "service": "melon", "event": "play", "partner_id": "p1", "melon_member_id": who}
        for who in ("m1", "m2")
    ]
    for folder, rows in (("cookies", cookies), ("linked", linked)):
        target = lived.workspace.home.landing / folder
        target.mkdir(parents=True)
        (target / "a.jsonl").write_text("".join(json.dumps({"expires": None, **row}) + "\n" for row in rows))
        import_record_files(lived.workspace, folder)
    hold = held(lived)
    take_aside(lived.workspace, [*things(lived, "cookie_records"), *things(lived, "linked_events")])
    found = b"".join(aside(lived, hold).values())
    assert (found.count(b'"kim"'), found.count(b'"m1"')) == (1, 1)
    assert (found.count(b'"lee"'), found.count(b'"m2"')) == (0, 0)


def test_the_login_that_a_member_took_after_the_hold_counts_as_well(lived, line):
    hold = held(lived)
    later = lived.at("2015-05-22T12:00:00+09:00")
    later.export("members", [{**KIM, "login_id": "kim2"}, LEE])
    later.deliver([line(date(2015, 5, 21), member="kim2")], name="later.log")
    take_aside(later.workspace, things(later))
    assert b"".join(aside(later, hold).values()).count(b"kim2") == 1


def test_rows_that_leave_the_registry_are_taken_aside_whole(lived):
    hold = held(lived)
    rows = lived.workspace.registry.load("members")
    assert len(take_rows_aside(lived.workspace, "members", rows)) == 1
    (payload,) = aside(lived, hold).values()
    kept = pq.read_table(pa.BufferReader(payload))
    assert kept["account_key"].to_pylist() == ["canary-k1"]
    assert kept.schema.names == rows.schema.names


def test_a_range_of_a_dataset_is_held_from_its_first_to_its_last_day(lived):
    hold_dataset(lived.workspace, "access_logs", date(2015, 5, 19), DAY, ORDER)
    holds = lived.workspace.holds
    days = [date(2015, 5, 18) + timedelta(days=n) for n in range(4)]
    assert [holds.covers(Thing("access_logs", "vault/x", day)) for day in days] == [False, True, True, False]
    assert not holds.covers(Thing("cookie_records", "vault/x", DAY))
    assert holds.covers(Thing("access_logs", "vault/x", None))


def test_a_sealed_object_of_a_held_member_is_held_and_no_other(lived):
    held(lived)
    subject = lived.workspace.subjects.subject_digest
    holds = lived.workspace.holds
    assert holds.covers(Thing("former_members_1y", f"sealed/1y/2015-05-20/{subject('canary-k1')}.age"))
    assert not holds.covers(Thing("former_members_1y", f"sealed/1y/2015-05-20/{subject('k2')}.age"))


def test_on_release_what_was_taken_aside_goes_key_first_and_is_registered(lived):
    hold = held(lived)
    take_aside(lived.workspace, things(lived))
    key = lived.workspace.holds.lines_key(hold)
    release_hold(lived.workspace, hold.hold_id)
    assert list(lived.workspace.home.held.rglob("*")) == []
    with pytest.raises(KeyMissingError):
        lived.workspace.keyring.get(key.name)
    entries = [entry.body for entry in open_register(lived.workspace).entries()]
    assert [(entry.kind, getattr(entry, "files", None)) for entry in entries] == [("begun", None), ("destroyed", 1)]
    assert entries[1].dataset == "held_lines"


def test_a_crash_in_a_release_is_finished_by_the_next_look(lived, monkeypatch):
    hold = held(lived)
    take_aside(lived.workspace, things(lived))
    holds = lived.workspace.holds
    monkeypatch.setattr(type(holds), "settle", lambda *_: None)
    holds.release(hold.hold_id, lived.workspace.clock.now())
    monkeypatch.undo()
    assert list(lived.workspace.home.held.rglob("*.age"))
    lived.workspace.holds.settle(lived.workspace.today)
    assert not list(lived.workspace.home.held.rglob("*.age"))


def test_grace_counts_from_the_release_and_the_order_is_forgotten_after_it(lived):
    hold = hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    release_hold(lived.workspace, hold.hold_id)
    thing = Thing("access_logs", "vault/x")
    assert not lived.workspace.holds.covers(thing)
    assert lived.workspace.holds.held_until(thing) == date(2015, 5, 21)
    for day, is_there in ((25, True), (26, False)):
        later = lived.at(f"2015-05-{day}T12:00:00+09:00").workspace
        later.holds.settle(later.today)
        assert bool(later.holds.all()) is is_there
        assert bool(list((later.home.ledger / "holds").glob("*.age"))) is is_there
    with pytest.raises(UsageError):
        release_hold(lived.workspace, hold.hold_id)


def test_nothing_of_the_member_or_the_reason_stands_in_the_clear(lived):
    held(lived)
    for path in lived.workspace.home.ledger.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"canary-" not in data, path.name
    assert lived.workspace.holds.active()[0].reason == ORDER.reason


def test_a_changed_order_is_found(lived):
    held(lived)
    (path,) = (lived.workspace.home.ledger / "holds").glob("*.age")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedError):
        lived.workspace.holds.active()
    path.unlink()
    with pytest.raises(DamagedError):
        lived.workspace.holds.active()


@pytest.mark.parametrize(("days", "overdue"), [(0, 0), (1, 1)])
def test_a_hold_is_overdue_from_the_day_after_its_review(lived, days, overdue):
    held(lived)
    later = lived.at(f"2015-08-{1 + days:02}T12:00:00+09:00")
    assert overdue_reviews(later.workspace) == overdue


def test_a_hold_that_was_looked_at_stands_until_its_next_review_with_all_it_kept(lived):
    hold = held(lived)
    take_aside(lived.workspace, things(lived))
    later = lived.at("2015-08-02T12:00:00+09:00")
    assert overdue_reviews(later.workspace) == 1
    review_hold(later.workspace, hold.hold_id, date(2015, 9, 1))
    assert overdue_reviews(later.workspace) == 0
    assert [found.review_on for found in later.workspace.holds.active()] == [date(2015, 9, 1)]
    assert len(aside(later, hold)) == 1
    for name, day in ((hold.hold_id, date(2015, 8, 1)), ("nothing", date(2015, 9, 1))):
        with pytest.raises(UsageError):
            review_hold(later.workspace, name, day)


@pytest.mark.parametrize(
    "order",
    [Order(" ", "a court", REVIEW), Order("why", "", REVIEW), Order("why", "a court", date(2015, 5, 20))],
)
def test_a_hold_needs_a_reason_an_authority_and_a_review_to_come(lived, order):
    with pytest.raises(UsageError):
        hold_dataset(lived.workspace, "access_logs", DAY, DAY, order)


def test_what_nobody_knows_cannot_be_held(lived):
    for attempt in (
        lambda: hold_partner(lived.workspace, "p9", ORDER),
        lambda: hold_dataset(lived.workspace, "nothing", DAY, DAY, ORDER),
        lambda: hold_dataset(lived.workspace, "access_logs", DAY, date(2015, 5, 19), ORDER),
        lambda: held(lived, "nobody"),
    ):
        with pytest.raises(UsageError):
            attempt()


def test_every_hold_and_release_leaves_an_access_record(lived):
    hold = held(lived)
    release_hold(lived.workspace, hold.hold_id)
    (month,) = lived.workspace.access_records.months()
    actions = [(record.action, record.subjects) for record in lived.workspace.access_records.read(month)]
    assert actions[-2] == ("hold on a member added", (hold.subject,))
    assert actions[-1][0] == f"hold {hold.hold_id} released"
