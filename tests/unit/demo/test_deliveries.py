"""Night by night the same world arrives: late parts, logs that grow, exports as they stood; in the end all of it."""

import gzip
import json
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from pipelines.demo.day_files import SOURCE
from pipelines.demo.deliveries import deliveries
from pipelines.demo.plan import DemoPlan
from pipelines.demo.sign_up import member_rows
from pipelines.demo.world import make_world
from pipelines.demo.writing import write_demo

PLAN = DemoPlan(to=date(2015, 5, 20), days=7, requests_per_day=600, partners=8, members=150, seed=7)


@pytest.fixture(scope="module")
def nights():
    return list(deliveries(PLAN))


def log_of(day, ending=""):
    return f"access/{SOURCE}/access-{day}{ending}.log.gz"


def test_there_is_a_night_after_each_day_and_it_brings_that_days_files(nights):
    assert [night.day for night in nights] == PLAN.dates
    for night in nights:
        assert night.night == night.day + timedelta(days=1)
        assert {log_of(night.day), f"cookies/cookies-{night.day}.jsonl.gz", f"linked/linked-{night.day}.csv"} <= set(
            night.files
        )
        assert sum(name.startswith("registry/") for name in night.files) == 12


def test_the_nights_written_over_each_other_are_what_is_written_at_once(nights, tmp_path):
    for night in nights:
        night.write(tmp_path / "nights")
    write_demo(tmp_path / "once", PLAN)
    found = [
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("nights", "once")
    ]
    assert found[0] == found[1]


def test_a_late_part_comes_two_nights_after_its_day(nights):
    late = {name: night.night for night in nights[:-1] for name in night.files if name.endswith("-late.log.gz")}
    assert late
    for name, night in late.items():
        assert name == log_of(night - timedelta(days=3), "-late")


def test_a_log_that_grows_begins_with_what_was_there_and_was_cut_in_a_line(nights):
    grown = 0
    for night, following in pairwise(nights):
        name = log_of(night.day)
        if name in following.files:
            before, after = (gzip.decompress(each.files[name]) for each in (night, following))
            assert after.startswith(before)
            assert len(before) < len(after)
            assert not before.endswith(b"\n")
            grown += 1
    assert grown == 2


def test_nothing_is_under_way_after_the_last_night(nights):
    last = nights[-1].files[log_of(PLAN.to)]
    assert gzip.decompress(last).endswith(b"\n")


def test_exports_change_from_night_to_night_and_never_lose_many_rows(nights, decoded):
    exports = [_members(decoded, night) for night in nights]
    assert len({json.dumps(sorted(export.items()), default=str) for export in exports}) > 1
    for before, after in pairwise(exports):
        assert len(before.keys() - after.keys()) <= 3


def test_a_nights_export_is_that_of_a_plan_that_ends_there(nights):
    shorter = DemoPlan(**{**PLAN.__dict__, "to": nights[2].day, "days": 1})
    (night,) = deliveries(shorter)
    registry = {name: content for name, content in nights[2].files.items() if name.startswith("registry/")}
    assert {name: content for name, content in night.files.items() if name in registry} == registry


def test_nothing_in_an_export_lies_ahead_of_its_day(nights, decoded):
    for night in nights:
        for name, content in night.files.items():
            if name.startswith("registry/"):
                for row in decoded(name, content):
                    instants = [value for column, value in row.items() if column.endswith("_at") and value]
                    assert all(datetime.fromisoformat(at).date() <= night.day for at in instants), name


def test_over_two_months_members_move_leave_vanish_and_rejoin():
    world = make_world(PLAN)
    days = [PLAN.to - timedelta(days=back) for back in range(62)]
    exports = [{row["account_key"]: row for row in member_rows(PLAN, world.on(day).registry, day)} for day in days]
    partners, statuses = {}, {}
    for export in exports:
        for account, row in export.items():
            partners.setdefault(account, set()).add(row["partner_id"])
        for account in {*statuses, *export}:
            statuses.setdefault(account, []).append(export.get(account, {}).get("status"))
    assert sum(len(found) > 1 for found in partners.values()) >= 2
    rejoined = [found for found in statuses.values() if {"approved", "withdrawn", None, "pending"} <= set(found)]
    assert len(rejoined) >= 2


def _members(decoded, night):
    return {row["account_key"]: row for row in decoded("members.csv", night.files["registry/members.csv"])}
