"""Lives go on from day to day: members move, leave, come back, wait; a day's state is the same whatever plan asks for it."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from pipelines.demo.lives import (
    ABSENT,
    APPROVED,
    FLAWED,
    HAS_LEFT,
    IS_REJECTED,
    MOVES,
    NO_CONSENT,
    PENDING,
    REJOIN_CYCLE_DAYS,
    REJOINS,
    STAYS,
    WAITS,
    WITHDRAWN,
    make_lives,
)

START = date(2015, 5, 1)
PARTNERS = np.arange(200, dtype=np.int32) % 7
EVERYBODY = np.ones(200, dtype=np.bool_)


@pytest.fixture(scope="module")
def lives():
    return make_lives(3, PARTNERS, EVERYBODY, PARTNERS + 1, flaws=True)


@pytest.fixture(scope="module")
def cycle(lives):
    return [lives.on(START + timedelta(days=ahead)) for ahead in range(REJOIN_CYCLE_DAYS + 1)]


def test_every_kind_of_life_occurs_and_most_members_stay(lives):
    assert set(lives.kinds.tolist()) == set(range(9))
    assert np.mean(lives.kinds == STAYS) > 0.6


def test_without_flaws_nobody_leads_a_flagged_life_and_all_others_lead_the_same(lives):
    tidy = make_lives(3, PARTNERS, EVERYBODY, PARTNERS + 1, flaws=False)
    flagged = np.isin(lives.kinds, FLAWED)
    assert (tidy.kinds[flagged] == STAYS).all()
    assert (tidy.kinds[~flagged] == lives.kinds[~flagged]).all()


def test_who_may_not_move_stays():
    nobody = make_lives(3, PARTNERS, ~EVERYBODY, PARTNERS + 1, flaws=True)
    assert (nobody.kinds == STAYS).all()


def test_who_rejoins_leaves_is_gone_waits_and_is_approved_again(lives, cycle):
    for row in np.flatnonzero(lives.kinds == REJOINS):
        states = [int(day.statuses[row]) for day in cycle]
        turns = [(a, b) for a, b in pairwise(states) if a != b]
        assert set(turns) == {(APPROVED, WITHDRAWN), (WITHDRAWN, ABSENT), (ABSENT, PENDING), (PENDING, APPROVED)}


def test_who_rejoins_joined_on_the_day_the_row_came_back(lives, cycle):
    for row in np.flatnonzero(lives.kinds == REJOINS):
        for ahead, (before, after) in enumerate(pairwise(cycle), 1):
            if (before.statuses[row], after.statuses[row]) == (ABSENT, PENDING):
                assert after.joined[row] == (START + timedelta(days=ahead)).toordinal()
            else:
                assert after.joined[row] == before.joined[row]


def test_who_left_did_so_after_joining_and_not_in_the_future(cycle):
    for ahead, day in enumerate(cycle):
        gone = day.statuses == WITHDRAWN
        assert (day.left[gone] > day.joined[gone]).all()
        assert (day.left[gone] <= (START + timedelta(days=ahead)).toordinal()).all()
        assert (day.left[~gone] == 0).all()


def test_who_moves_goes_to_the_other_partner_and_back_and_nobody_else_moves(lives, cycle):
    partners = np.array([day.partners for day in cycle])
    moved = (partners != partners[0]).any(axis=0)
    assert (moved == (lives.kinds == MOVES)).all()
    rows = np.flatnonzero(moved)
    assert (np.sort(np.unique(partners[:, rows[0]])) == [PARTNERS[rows[0]], PARTNERS[rows[0]] + 1]).all()


@pytest.mark.parametrize(
    ("kind", "status"), [(WAITS, PENDING), (IS_REJECTED, 2), (HAS_LEFT, WITHDRAWN), (NO_CONSENT, APPROVED)]
)
def test_the_others_stay_what_they_are(lives, cycle, kind, status):
    rows = lives.kinds == kind
    assert all((day.statuses[rows] == status).all() for day in cycle)
