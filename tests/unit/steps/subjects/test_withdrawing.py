"""A withdrawal is confirmed first; a request that is cut short is finished; what is on hold is taken aside."""

from datetime import date, timedelta

import pytest
from planted import DAY, GOING, KIM, LEE, counts, erase, kim, registered, without_access

from pipelines.errors import UsageError
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.confirming import confirmation_code, require_confirmed
from pipelines.steps.subjects.erasing import carry_out, finish_requests, foretell
from pipelines.steps.subjects.holds import Order, hold_dataset, hold_member, release_hold
from pipelines.steps.subjects.leaving import settle_departures
from pipelines.steps.subjects.person import person_of
from pipelines.storage.sealing import unseal

DAY_AFTER = date(2015, 5, 21)

# Withdraw ------------------------------------------------------------------------------------------------------------


def test_a_withdrawal_tells_first_and_changes_nothing(house):
    before = counts(house)
    answer = foretell(house.workspace, kim(house), "withdrawn", "passport")
    assert answer.removed["consents"] == 1
    after = counts(house)
    assert without_access(after) == without_access(before)


@pytest.mark.parametrize(("seconds", "is_valid"), [(0, True), (86_400, True), (86_401, False)])
def test_a_confirmation_holds_for_a_day_and_for_this_person(house, seconds, is_valid):
    code = confirmation_code(house.workspace, kim(house))
    later = house.at(f"2015-05-{21 + seconds // 86_400}T12:00:0{seconds % 86_400}+09:00")
    if is_valid:
        require_confirmed(later.workspace, kim(later), code)
    for person, given in ((kim(later, "account-lee"), code), (kim(later), f"{code[:-1]}x"), (kim(later), "nonsense")):
        with pytest.raises(UsageError):
            require_confirmed(later.workspace, person, given)
    if not is_valid:
        with pytest.raises(UsageError):
            require_confirmed(later.workspace, kim(later), code)


def test_a_withdrawal_is_leaving_and_takes_the_consents_along(house):
    answer = carry_out(house.workspace, kim(house), "withdrawn", "passport")
    assert answer.removed.keys() >= GOING
    found = counts(house)
    assert {name for name in GOING if found[name]} == set()
    assert found["former_members_1y"] == 1
    assert house.people(DAY)["withdrawn"] == 1
    assert open_register(house.workspace).entries()[-1].body.kind == "withdrawn"
    house.export("members", [KIM, LEE])
    assert counts(house)["members"] == 0


# Crashes -------------------------------------------------------------------------------------------------------------

STEPS = ("looked", "asked", "sealed", "tombstones", "landing", "rows", "linked events", "events", "registered")


class CutError(Exception):
    """The run ends here."""


@pytest.mark.parametrize("last", STEPS)
def test_cut_short_after_any_step_the_next_run_ends_in_the_same_state(house, erased, last):
    def step(name):
        if name == last:
            raise CutError

    with pytest.raises(CutError):
        erase(house, step)
    later = house.under()
    finish_requests(later.workspace)
    if last == "looked":
        erase(later)
    reference, _ = erased
    mine, theirs = counts(later), counts(reference)
    assert without_access(mine) == without_access(theirs)
    assert later.workspace.requests.open() == []
    assert registered(later) == registered(reference)
    assert finish_requests(later.workspace) == 0


def test_without_a_recipient_nothing_is_erased(house):
    nobody = house.under(sealed_recipient=None)
    before = counts(nobody)
    with pytest.raises(UsageError):
        erase(nobody)
    after = counts(nobody)
    assert without_access(after) == without_access(before)


# Holds ---------------------------------------------------------------------------------------------------------------


def test_of_a_held_member_rows_are_taken_aside_and_the_answer_says_so(house):
    hold_member(house.workspace, kim(house), Order("complaint", "district court", date(2015, 8, 1)))
    answer = erase(house)
    lines = {line.dataset: line for line in answer.lines}
    assert lines["held_lines"].clause == "keep.dispute"
    assert lines["held_lines"].until_says == "until it is settled"
    found = counts(house)
    assert found["held_lines"] >= len(GOING)
    assert found["members"] == 0


def aside(house, hold):
    """What lies aside for a hold, by dataset."""
    key = house.workspace.holds.lines_key(hold)
    paths = sorted((house.workspace.home.held / hold.hold_id).rglob("*.age"))
    return {path.parents[1].name: unseal(path.read_bytes(), key, "aside") for path in paths}


@pytest.mark.parametrize(("dataset", "on"), [("members", DAY_AFTER), ("linked_events", DAY)])
@pytest.mark.parametrize(("moved", "is_held"), [(0, True), (-1, False), (1, False)])
def test_what_an_erased_member_had_in_a_held_range_is_taken_aside_and_the_answer_says_so(
    house, dataset, on, moved, is_held
):
    """Of a range of one day; when it is the day before or the day after, nothing is."""
    day = on + timedelta(days=moved)
    hold = hold_dataset(house.workspace, dataset, day, day, Order("complaint", "court", date(2015, 8, 1)))
    answer = erase(house)
    found = aside(house, hold)
    assert list(found) == ([dataset] if is_held else [])
    assert ("held_lines" in {line.dataset for line in answer.lines}) is is_held
    assert counts(house)[dataset] == 0
    for payload in found.values():
        assert b"kim" in payload
        assert b"lee" not in payload
    release_hold(house.workspace, hold.hold_id)
    assert not list(house.workspace.home.held.rglob("*.age"))


def test_who_leaves_in_a_held_range_is_taken_aside_out_of_the_registry(house):
    order = Order("complaint", "court", date(2015, 8, 1))
    held, other = (hold_dataset(house.workspace, "members", day, day, order) for day in (date(2015, 5, 20), DAY_AFTER))
    left = {**KIM, "status": "withdrawn", "withdrawn_at": "2015-05-20T10:00:00+09:00"}
    house.export("members", [left, LEE])
    settle_departures(house.workspace)
    assert counts(house)["members"] == 0
    assert b"account-kim" in aside(house, held)["members"]
    assert aside(house, other) == {}


def test_of_a_held_range_the_rows_of_two_members_who_are_erased_one_after_the_other_are_all_aside(house):
    hold = hold_dataset(house.workspace, "linked_events", DAY, DAY, Order("complaint", "court", date(2015, 8, 1)))
    erase(house)
    carry_out(house.workspace, person_of(house.workspace, "lee", None), "erased", "passport, seen", lambda _name: None)
    paths = list((house.workspace.home.held / hold.hold_id).rglob("*.age"))
    assert len(paths) == 2
