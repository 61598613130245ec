"""Death at any moment leaves the old release or the new one, whole; the next run goes on from there."""

import shutil
from datetime import date, timedelta

import pytest
from press import MONDAY, Press, crowd, name_of

from pipelines.releases.memory import Memory
from pipelines.releases.published import RELEASE
from pipelines.releases.release import settle

CLOSED_MONDAY, CLOSED_TUESDAY = date(2026, 11, 5), date(2026, 11, 6)
OLD, NEW = "2026-11-05-0001", "2026-11-06-0002"


@pytest.mark.slow
def test_death_between_any_two_steps_leaves_the_old_release_or_the_new_one(press, with_policy, tmp_path, deaths):
    usage = press.policy.publication.tables["partner_daily_usage"]
    press = with_policy(press, tables={"partner_daily_usage": usage})
    press.views += crowd("partner-a", MONDAY, 20) + crowd("partner-a", MONDAY + timedelta(days=1), 20)
    press.publish(CLOSED_MONDAY)
    seen = set()

    def prepare(step: int):
        again = Press(tmp_path / f"home-{step}", press.policy, press.views)
        shutil.copytree(press.root, again.root, dirs_exist_ok=True)
        prepare.press = again
        return lambda: again.publish(CLOSED_TUESDAY)

    for _ in deaths.each(prepare):
        dead = prepare.press
        current = dead.published.current()
        seen.add(current)
        assert dead.published.verify(current) == 1
        days = [(MONDAY,), (MONDAY + timedelta(days=1),)]
        assert dead.rows("partner-a", "partner_daily_usage", "day") == days[: 1 if current == OLD else 2]
        dead.publish(CLOSED_TUESDAY)
        assert dead.published.current() == NEW
        assert dead.rows("partner-a", "partner_daily_usage", "day") == days
        assert [entry.body["release"] for entry in dead.place.ledger.entries(RELEASE)] == [OLD, NEW]
        Memory(dead.place.gate, NEW).verify()
        assert dead.published.releases() == [OLD, NEW]
        shutil.rmtree(dead.root)
    assert seen == {OLD, NEW}


def test_what_never_became_current_is_removed_and_what_did_is_entered(press):
    press.views += crowd("partner-a", MONDAY, 20) + crowd("partner-a", MONDAY + timedelta(days=1), 20)
    press.publish(CLOSED_MONDAY)
    press.publish(CLOSED_TUESDAY)
    pointer = press.root / "published" / "current"
    for path in (press.root / "ledger").iterdir():
        path.unlink()
    settle(press.place)
    assert [entry.body["release"] for entry in press.place.ledger.entries(RELEASE)] == [NEW]
    for path in (press.root / "ledger").iterdir():
        path.unlink()
    pointer.write_text(f"{OLD}\n", "utf-8")
    settle(press.place)
    assert press.published.releases() == [OLD]
    assert {path.name for path in (press.root / "gate").iterdir()} == {f"{OLD}.json", f"{OLD}.parquet"}
    assert press.published.file_of(name_of("partner-a")) is not None
