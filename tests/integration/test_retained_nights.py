"""Sparse days of sample input, and nights that jump beyond the three months of their visits, up to the nightly job itself.

The long rehearsal, night after night, is `make soak`.
"""

from datetime import date, timedelta

import pytest
from support.retained_nights import ONE_DAY, RetainedHome

from pipelines.demo.deliveries import Delivery, deliveries
from pipelines.demo.plan import DemoPlan

pytestmark = pytest.mark.slow

FIRST, SECOND, LATER = date(2026, 1, 29), date(2026, 1, 30), date(2026, 4, 27)
"""Days with visits; the period of the first one's ends with the 29th of April, that of the second one's with the 30th."""
QUIET = [SECOND + timedelta(days=each) for each in (2, 3, 7, 8, 16, 22)]
"""Nights in which nothing is delivered: rows, former keys and samples go in them."""
LAST_KEPT, FIRST_GONE, SECOND_GONE = date(2026, 4, 29), date(2026, 4, 30), date(2026, 5, 1)


def _plan(to: date, days: int) -> DemoPlan:
    return DemoPlan(to=to, days=days, requests_per_day=100, partners=4, members=60, seed=7, flaws=False)


def _without_exports(delivery: Delivery) -> Delivery:
    """Leave the registry out: after three months too many links have gone for an export to be taken without a question."""
    files = {name: content for name, content in delivery.files.items() if not name.startswith("registry/")}
    return Delivery(delivery.day, files)


def _is_clean(home: RetainedHome, night: date) -> bool:
    difference = home.difference(night)
    assert difference.count == 0, (night, difference)
    return True


def test_days_go_the_night_after_their_period_and_the_audit_agrees_with_a_plain_recomputation(tmp_path):
    home = RetainedHome(tmp_path)
    for delivery in [*deliveries(_plan(SECOND, 2)), *map(_without_exports, deliveries(_plan(LATER, 1)))]:
        if delivery.day == LATER:
            for night in QUIET:
                assert home.pass_night(night, is_built=False) == ()
                assert _is_clean(home, night)
        home.deliver(delivery)
        assert home.pass_night(delivery.night) == ()
        assert _is_clean(home, delivery.night)
    assert home.pass_night(LAST_KEPT, is_built=False) == ()
    assert home.visit_days() >= {FIRST, SECOND, LATER}
    assert home.pass_night(FIRST_GONE, is_built=False) == ()
    assert home.visit_days() & {FIRST, SECOND, LATER} == {SECOND, LATER}
    assert _is_clean(home, FIRST_GONE)
    home.pass_whole_night(SECOND_GONE)
    assert home.visit_days() & {FIRST, SECOND, LATER} == {LATER}
    assert _is_clean(home, SECOND_GONE)
    assert {"access_logs", "cookie_records", "events", "linked_events", "small_cells"} <= home.destroyed(
        SECOND_GONE
    ).keys()
    _is_found_when_it_goes_wrong(home, SECOND_GONE)


def _is_found_when_it_goes_wrong(home: RetainedHome, night: date) -> None:
    """See that the comparison would have told: a day that is owed is taken away, an expired one put there."""
    segments = home.workspace(night).home.vault / "access_logs"
    owed = min(segments.glob(f"*/{LATER}/*.age"))
    kept = owed.read_bytes()
    owed.unlink()
    difference = home.difference(night)
    assert difference.missing["access_logs"] == [LATER]
    assert any(alarm[-1] == "under-retained" for alarm in difference.alarms)
    owed.write_bytes(kept)
    expired = owed.parents[1] / str(FIRST - 6 * ONE_DAY) / owed.name
    expired.parent.mkdir()
    expired.write_bytes(kept)
    difference = home.difference(night)
    assert difference.missing["data_keys"] == [("access_logs", FIRST - 6 * ONE_DAY)]
    assert [alarm[-1] for alarm in difference.alarms] == ["over-retained"]
