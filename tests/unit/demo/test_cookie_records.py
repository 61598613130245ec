"""Cookie records and logs agree: issued before shown, ended after; who refuses; and the flaws, told apart."""

import re
from collections import Counter, defaultdict
from datetime import datetime

import pytest

from pipelines.demo.lives import REFUSES
from pipelines.demo.registry import make_registry
from pipelines.demo.world import MEMBER_COOKIE

COLUMNS = ["time", "event", "cookie_name", "member_id", "expires"]
LINE = re.compile(rb'^\S+ - - \[([^]]+)\] .* "([^"]*)"$')


def records(written, decoded):
    rows = []
    for path in sorted((written.landing / "cookies").iterdir()):
        rows += decoded(path.name, path.read_bytes())
    return rows


def shown(written):
    """Return login -> the instants at which a request showed its cookie and no other login's."""
    instants = defaultdict(list)
    for line in written.all_lines():
        found = LINE.match(line)
        logins = set(re.findall(rb"pc_member=(demo-[a-z]+-\d{6})", found[2])) if found else set()
        if len(logins) == 1:
            try:
                at = datetime.strptime(found[1].decode(), "%d/%b/%Y:%H:%M:%S %z")
            except ValueError:
                continue
            instants[logins.pop().decode()].append(at)
    return instants


def refusers(written):
    members = make_registry(written.plan).members
    return {login for login, kind in zip(members.login_ids, members.lives.kinds, strict=True) if kind == REFUSES}


def used_after_its_end(written, decoded):
    """Return the logins whose latest record says ended when their cookie was shown."""
    turns = defaultdict(list)
    for row in records(written, decoded):
        if row["member_id"] and row["cookie_name"] == MEMBER_COOKIE:
            turns[row["member_id"]].append((datetime.fromisoformat(row["time"]), row["event"]))
    late = set()
    for login, instants in shown(written).items():
        for at in instants:
            before = [turn for turn in sorted(turns[login]) if turn[0] <= at]
            if before and before[-1][1] == "ended":
                late.add(login)
    return late


def test_records_have_the_columns_of_the_contract_and_are_in_order_of_time(demo, decoded):
    for path in sorted((demo.landing / "cookies").iterdir()):
        rows = decoded(path.name, path.read_bytes())
        assert list(rows[0]) == COLUMNS
        assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_every_event_occurs_and_strangers_refuse_too(demo, decoded):
    rows = records(demo, decoded)
    assert set(Counter(row["event"] for row in rows)) == {"issued", "refused", "ended"}
    assert {row["member_id"] for row in rows if row["event"] == "refused"} & refusers(demo)
    assert sum(row["member_id"] is None and row["event"] == "refused" for row in rows) == 4 * demo.plan.days


def test_who_refuses_shows_the_cookie_of_an_old_browser_still(demo):
    assert refusers(demo) & set(shown(demo))


@pytest.mark.parametrize("name", ["demo", "tidy"])
def test_who_shows_a_cookie_was_issued_one(request, name, decoded):
    written = request.getfixturevalue(name)
    issued = {row["member_id"] for row in records(written, decoded) if row["event"] == "issued"}
    assert set(shown(written)) - refusers(written) <= issued


def test_flaws_are_cookies_that_outlast_the_session_others_names_and_use_after_the_end(demo, decoded):
    rows = records(demo, decoded)
    assert 0 < sum(row["expires"] is not None for row in rows) < 0.1 * len(rows)
    assert {row["cookie_name"] for row in rows} == {MEMBER_COOKIE, "_ga"}
    assert used_after_its_end(demo, decoded)


def test_without_flaws_there_is_none_of_that(tidy, decoded):
    rows = records(tidy, decoded)
    assert not any(row["expires"] for row in rows)
    assert {row["cookie_name"] for row in rows} == {MEMBER_COOKIE}
    assert used_after_its_end(tidy, decoded) == set()
    cookies = {LINE.match(line)[2] for line in tidy.all_lines() if LINE.match(line)}
    assert all(re.fullmatch(rb"-|pc_member=demo-[a-z]+-\d{6}", cookie) for cookie in cookies)
