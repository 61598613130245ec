"""A key destroyed by name before its time: what a hold keeps is not, and what a law orders kept is missing from then on."""

from datetime import date

import pytest

from pipelines.errors import UsageError
from pipelines.privacy.keyring import Keyring
from pipelines.retention.entries import Destroyed
from pipelines.retention.register import Register
from pipelines.retention.states import State
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.beginning import Begun, begin_writing
from pipelines.steps.retention.key_destruction import destroy_keys
from pipelines.steps.subjects.holds import Order, hold_dataset, hold_member, release_hold
from pipelines.steps.subjects.person import person_of

DAY = date(2015, 5, 20)
ORDER = Order("complaint 12", "district court", date(2015, 12, 1))


@pytest.fixture
def lived(house, line):
    house.export("members", [{"account_key": "k1", "login_id": "kim", "partner_id": "p1"}])
    house.deliver([line(DAY, member="kim"), line(DAY)])
    return house.under(role="privacy_officer", reason="a court asks for it")


def key_of(house, dataset):
    return next(info.name for info in house.workspace.keyring.list() if info.dataset == dataset)


def states(house, dataset):
    found = audit(house.workspace, house.workspace.today)
    return {status.state for status in found.statuses if status.dataset == dataset}


@pytest.mark.parametrize("dataset", ["access_logs", "members"])
def test_what_a_range_on_hold_rests_on_is_not_destroyed_until_its_release(lived, dataset):
    hold = hold_dataset(lived.workspace, dataset, DAY, DAY, ORDER)
    name = key_of(lived, dataset)
    with pytest.raises(UsageError, match="hold release"):
        destroy_keys(lived.workspace, [name])
    assert key_of(lived, dataset) == name
    release_hold(lived.workspace, hold.hold_id)
    assert [info.name for info in destroy_keys(lived.workspace, [name])] == [name]


def test_lines_of_a_member_on_hold_are_taken_aside_first_and_their_key_is_not_destroyed(lived):
    hold = hold_member(lived.workspace, person_of(lived.workspace, "kim", None), ORDER)
    destroy_keys(lived.workspace, [key_of(lived, "access_logs")])
    assert len(list((lived.workspace.home.held / hold.hold_id).rglob("*.age"))) == 1
    with pytest.raises(UsageError, match="a hold keeps"):
        destroy_keys(lived.workspace, [hold.lines_key])


@pytest.mark.parametrize(("today", "found"), [("2015-08-20", {State.UNDER_RETAINED}), ("2015-08-21", set[State]())])
def test_a_day_whose_key_went_before_its_floor_ended_is_missed_until_it_ends(lived, today, found):
    destroy_keys(lived.workspace, [key_of(lived, "access_logs")])
    later = lived.at(f"{today}T02:00:00+09:00")
    begin_writing(later.workspace)
    assert states(later, "access_logs") == found


@pytest.mark.parametrize("dataset", ["access_logs", "members"])
@pytest.mark.parametrize("cut_at", ["destroy_many", "append"])
def test_a_destruction_that_a_crash_cut_short_is_finished_as_what_it_was(lived, monkeypatch, dataset, cut_at):
    name, workspace = key_of(lived, dataset), lived.workspace
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if cut_at == "destroy_many":
            patch.setattr(Keyring, "destroy_many", _cut)
        else:
            append = Register.append
            patch.setattr(Register, "append", lambda register, body, at: _unless_destroyed(append, register, body, at))
        destroy_keys(workspace, [name])
    again = lived.under()
    begun = begin_writing(again.workspace)
    assert [entry.dataset for done in begun.finished for entry in done.entries] == [dataset]
    assert [(each.dataset, each.cause) for each in begun.replayed] == [(dataset, "key-destroyed")]
    assert name in again.workspace.keyring.destroyed()
    assert begin_writing(again.workspace) == Begun(was_restored=False, replayed=(), finished=())


def _cut(*_):
    raise KeyboardInterrupt


def _unless_destroyed(append, register, body, at):
    return _cut() if isinstance(body, Destroyed) else append(register, body, at)


@pytest.mark.parametrize("dataset", ["access_logs", "members"])
def test_what_a_key_leaves_goes_as_its_own_and_only_what_is_put_back_later_as_a_backup(lived, dataset):
    files = {path: path.read_bytes() for path in lived.workspace.home.root.rglob("*") if path.is_file()}
    destroy_keys(lived.workspace, [key_of(lived, dataset)])
    (left,) = begin_writing(lived.workspace).replayed
    assert (left.dataset, left.cause, left.files) == (dataset, "key-destroyed", 1)
    for path, content in files.items():
        if not path.exists():
            path.write_bytes(content)
    (back,) = begin_writing(lived.workspace).replayed
    assert (back.dataset, back.cause, back.files) == (dataset, "restored-backup", 1)
