"""A hold outlives a home restored from a backup: its copy lies beside the keys. Where that is gone too, nothing is destroyed."""

import base64
import shutil
from dataclasses import dataclass
from datetime import date

import pytest

from pipelines.clock import parse_instant
from pipelines.errors import DamagedError, UsageError
from pipelines.retention.plan_store import PlanRefusedError
from pipelines.rights.holds import DATASET, LINES, Holds
from pipelines.rights.tombstones import Gone
from pipelines.steps.metrics.rights import rights
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.key_destruction import destroy_keys
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.subjects.holds import Order, hold_dataset, hold_member, hold_partner, release_hold, take_aside
from pipelines.steps.subjects.leaving import settle_departures
from pipelines.steps.subjects.person import person_of
from pipelines.storage.sealing import unseal

DAY = date(2015, 5, 20)
ORDER = Order("complaint 12", "district court", date(2015, 12, 1))
KIM = {"account_key": "k1", "login_id": "kim", "partner_id": "p1"}
LEE = {"account_key": "k2", "login_id": "lee", "partner_id": "p2"}


@dataclass(frozen=True)
class Going:
    """What is about to go."""

    dataset: str
    place: str
    anchor: date | None = DAY


def encoded(line):
    """Return a line as the quarantine keeps it."""
    return base64.b64encode(line.rstrip(b"\n"))


@pytest.fixture
def lived(house, line):
    house.export("partners", [{"partner_id": name, "name": name, "type": "agency"} for name in ("p1", "p2")])
    house.export("members", [KIM, LEE])
    house.deliver([line(DAY, member="kim"), line(DAY, member="lee")])
    return house.under(role="privacy_officer", reason="a court asks for it")


@pytest.fixture
def backup(lived):
    """Restore the home as it was before; the keys' folder stays as it is."""
    home, kept = lived.workspace.home.root, lived.workspace.home.root.with_name("backup")
    shutil.copytree(home, kept)

    def restore():
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        return lived.under()

    return restore


def hold_keys(house):
    return {key.name for key in house.workspace.keyring.list() if key.dataset in (DATASET, LINES)}


def lost(house):
    return int(rights(house.workspace, None)["holds_lost"][0])


def aside(house, hold):
    key = house.workspace.holds.lines_key(hold)
    paths = sorted((house.workspace.home.held / hold.hold_id).rglob("*.age"))
    return b"".join(unseal(path.read_bytes(), key, "aside") for path in paths)


def test_a_hold_added_after_the_backup_is_there_again_before_anything_else_is_done(lived, backup):
    hold = hold_member(lived.workspace, person_of(lived.workspace, "kim", None), ORDER)
    keys = hold_keys(lived)
    restored = backup()
    assert restored.workspace.holds.active() == []
    begin_writing(restored.workspace)
    assert restored.workspace.holds.active() == [hold]
    restored.workspace.holds.settle(restored.workspace.today)
    assert hold_keys(restored) == keys
    assert lost(restored) == 0
    assert restored.workspace.holds.recall(restored.workspace.clock.now()) == 0


def test_a_hold_released_after_the_backup_is_released(lived, backup, tmp_path):
    hold = hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    home = lived.workspace.home.root
    shutil.copytree(home, tmp_path / "later")
    release_hold(lived.workspace, hold.hold_id)
    shutil.rmtree(home)
    shutil.copytree(tmp_path / "later", home)
    restored = lived.under()
    assert [found.is_active for found in restored.workspace.holds.all()] == [True]
    restored.workspace.holds.recall(restored.workspace.clock.now())
    assert [found.is_active for found in restored.workspace.holds.all()] == [False]
    later = lived.at("2015-05-30T12:00:00+09:00").workspace
    later.holds.settle(later.today)
    assert later.holds.all() == []
    assert list((later.settings.key_folder / "holds").iterdir()) == []


def test_an_order_of_which_only_the_keys_are_left_stops_every_destruction_until_the_officer_decides(lived, backup):
    hold_member(lived.workspace, person_of(lived.workspace, "kim", None), ORDER)
    keys = hold_keys(lived)
    restored = backup()
    shutil.rmtree(restored.settings.key_folder / "holds")
    begin_writing(restored.workspace)
    restored.workspace.holds.settle(restored.workspace.today)
    assert hold_keys(restored) == keys
    assert lost(restored) == len(keys) == 2
    with pytest.raises(PlanRefusedError, match="nobody knows what they kept"):
        make_plan(restored.workspace)
    done = retain(restored.workspace)
    assert (done.executed, len(done.waits)) == (None, 1)
    destroy_keys(restored.workspace, sorted(keys))
    assert (hold_keys(restored), lost(restored)) == (set(), 0)
    make_plan(restored.workspace)


def test_keys_that_a_crash_left_before_there_was_a_hold_are_no_loss(lived, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Holds, "_sealed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    again = lived.under()
    assert len(hold_keys(again)) == 2
    again.workspace.holds.settle(again.workspace.today)
    assert hold_keys(again) == set()
    assert lost(again) == 0


def test_a_hold_whose_copy_was_written_stands_although_a_crash_came_before_the_chain(lived, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("pipelines.rights.holds.write_bytes", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    again = lived.under()
    begin_writing(again.workspace)
    assert [found.dataset for found in again.workspace.holds.active()] == ["access_logs"]
    again.workspace.holds.settle(again.workspace.today)
    assert len(hold_keys(again)) == 2


def test_a_copy_that_is_none_stops_everything(lived):
    hold = hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    (lived.settings.key_folder / "holds" / f"{hold.hold_id}.json").write_text("{}")
    with pytest.raises(DamagedError, match="not the copy of a hold"):
        begin_writing(lived.workspace)


def test_a_key_of_a_hold_that_is_known_is_still_not_destroyed_by_name(lived):
    hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    with pytest.raises(UsageError, match="a hold keeps"):
        destroy_keys(lived.workspace, sorted(hold_keys(lived)))


def test_who_joins_a_held_partner_after_the_hold_and_leaves_at_once_stays_held(lived, line):
    hold = hold_partner(lived.workspace, "p1", ORDER)
    later = lived.at("2015-05-22T12:00:00+09:00")
    later.deliver([line(date(2015, 5, 21), member="new")], name="later.log")
    left = {"account_key": "k9", "login_id": "new", "partner_id": "p1", "joined_at": "2015-05-21T00:00:00+09:00"}
    later.export("members", [KIM, LEE, {**left, "status": "withdrawn", "withdrawn_at": "2015-05-21T20:00:00+09:00"}])
    settle_departures(later.workspace)
    assert "k9" not in later.workspace.registry.load("members")["account_key"].to_pylist()
    last = later.at("2015-05-23T12:00:00+09:00")
    segments = last.workspace.home.vault.rglob("*.age")
    take_aside(last.workspace, [Going("access_logs", f"{p.relative_to(last.workspace.home.root)}") for p in segments])
    assert aside(last, hold).count(b"pc_member=new") == 1
    subject = last.workspace.subjects.subject_digest("k9")
    assert last.workspace.holds.covers(Going("former_members_1y", f"sealed/1y/2015-05-21/{subject}.age"))


def test_lines_of_a_held_member_that_nobody_could_read_are_held_aside_and_nobody_elses(lived):
    later = lived.at("2015-05-22T12:00:00+09:00")
    broken = [b"broken pc_member=kim\n", b"broken pc_member=kimchi\n", b"broken account=k1;\n", b"nothing at all\n"]
    later.deliver(b"".join(broken), name="broken.log")
    hold = hold_member(later.workspace, person_of(later.workspace, "kim", None), ORDER)
    home = later.workspace.home
    places = [path.relative_to(home.root).as_posix() for path in home.quarantine.rglob("*.age")]
    take_aside(later.workspace, [Going("quarantine", place) for place in places])
    kept = aside(later, hold)
    assert len(kept.splitlines()) == 2
    assert all(line in kept for line in [encoded(broken[0]), encoded(broken[2])])


def test_a_tombstone_on_hold_stays_when_others_that_are_as_old_go(lived):
    workspace = lived.workspace
    for account, at in (("a", "2015-05-01T12:00:00+09:00"), ("b", "2015-05-02T12:00:00+09:00")):
        workspace.tombstones.add(account, [account], Gone.WITHDRAWN, parse_instant(at))
    hold_dataset(workspace, "tombstones", date(2015, 5, 1), date(2015, 5, 1), ORDER)
    later = lived.at("2015-08-10T02:00:00+09:00")
    assert retain(later.workspace).waits == ()
    held = workspace.subjects.tombstone_of_account("a")
    assert [stone.account for stone in later.workspace.tombstones.all()] == [held]
