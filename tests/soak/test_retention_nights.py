"""Night after night over more than three months, with destruction: nothing stays too long, nothing goes too early.

Run by `make soak`; `PARTNERSTATS_SOAK_RETAINED_DAYS` shortens or lengthens it. Each night imports, derives and destroys on its
own clock; the statistics are built every tenth night, and the last night is the nightly job itself. What the audit says is
compared with a plain recomputation from the files, and with what was delivered.
"""

import os
import sys
import time
from datetime import date, timedelta

import pytest
from support.retained_nights import RetainedHome

from pipelines.demo.deliveries import deliveries
from pipelines.demo.plan import DemoPlan

pytestmark = [pytest.mark.slow, pytest.mark.soak]

FIRST = date(2025, 11, 15)
DAYS = int(os.environ.get("PARTNERSTATS_SOAK_RETAINED_DAYS", "120"))
PLAN = DemoPlan(
    to=FIRST + timedelta(days=DAYS - 1),
    days=DAYS,
    requests_per_day=100,
    partners=8,
    members=150,
    seed=1124,
    flaws=False,
)
BUILT_EVERY, COMPARED_EVERY, LOOKED_AT_EVERY = 10, 5, 25


def test_after_every_compared_night_the_audit_is_what_a_plain_recomputation_gives(tmp_path, capsys):
    home, compared, began = RetainedHome(tmp_path), 0, time.process_time()
    for number, delivery in enumerate(deliveries(PLAN), 1):
        night, is_last = delivery.night, delivery.day == PLAN.to
        is_compared = is_last or number % COMPARED_EVERY == 0
        home.deliver(delivery)
        if number % LOOKED_AT_EVERY == 1:
            home.look(night)
        if is_last:
            home.pass_whole_night(night)
        else:
            waits = home.pass_night(night, is_built=number % BUILT_EVERY == 1)
            assert waits == (), night
        if is_compared:
            difference = home.difference(night)
            assert difference.count == 0, (night, difference)
            compared += home.compared(night)
            seconds = time.process_time() - began
            _say(
                capsys,
                f"{number} nights, {night}: {compared:,} things compared, 0 differ; {seconds:,.0f} s of a processor",
            )
    destroyed = home.destroyed(PLAN.to + timedelta(days=1))
    _say(capsys, f"destroyed: {sum(destroyed.values()):,} things: {dict(sorted(destroyed.items()))}\n")
    if DAYS > 95:
        assert {
            "access_logs",
            "cookie_records",
            "events",
            "linked_events",
            "quarantine",
            "small_cells",
        } <= destroyed.keys()


def _say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{line}")
        sys.stdout.flush()
