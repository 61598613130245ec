"""Late lines restate a unit only if k people or more changed in every measure of it: by its own rule, and by the gate's."""

from datetime import date, timedelta

import pytest
from press import MONDAY, Press, Views, crowd
from whole import WholePress, with_all

from pipelines.releases import comparing, weighing

CLOSED_MONDAY, LATER = date(2026, 11, 5), date(2026, 11, 6)
MEMBERS = [100 + 10 * number for number in range(50)]
"""Numbers of people who are members, of nobody who was there first."""
VISITORS = [number for number in range(301, 700) if number % 10]


@pytest.fixture
def monday(press: Press) -> Press:
    """A Monday of 240 people, 24 of them members, published."""
    press.views += crowd("partner-a", MONDAY, 240, start=1000)
    press.publish(CLOSED_MONDAY)
    return press


@pytest.fixture
def whole(tmp_path, published_policy, full_policy) -> WholePress:
    """A place with all measures, with a Monday of forty people: twenty bounce, twenty are new, ten are both."""
    press = WholePress(tmp_path / "home", with_all(published_policy, full_policy))
    press.views += crowd("partner-a", MONDAY, 20) + crowd("partner-a", MONDAY, 20, count=3, start=20)
    press.publish(CLOSED_MONDAY)
    return press


def come_late(press: Press, members: int, others: int, day: date = MONDAY) -> None:
    """Add page views of so many people who were not there, members and not."""
    press.views += [Views("partner-a", day, f"person-{one}") for one in [*MEMBERS[:members], *VISITORS[:others]]]


def published(press: Press) -> list[tuple[int, int]]:
    return press.rows("partner-a", "partner_daily_usage", "contributing_people, unique_members")


@pytest.mark.parametrize(
    ("members", "others", "is_restated"),
    [(1, 9, False), (9, 30, False), (0, 10, True), (10, 0, True), (10, 1, False), (12, 9, False), (10, 10, True)],
)
def test_members_and_everybody_else_rise_by_nobody_or_by_k(monday, members, others, is_restated):
    come_late(monday, members, others)
    outcome = monday.publish(LATER)
    assert (outcome.restated, outcome.left) == ((1, 0) if is_restated else (0, 1))
    assert published(monday) == [(240 + members + others, 24 + members) if is_restated else (240, 24)]


@pytest.mark.parametrize(("members", "others"), [(1, 9), (10, 1), (12, 9)])
def test_without_that_rule_the_gate_refuses(monday, monkeypatch, members, others):
    monkeypatch.setattr(weighing, "mark_few", lambda *_: None)
    come_late(monday, members, others)
    outcome = monday.publish(LATER)
    assert (outcome.status, published(monday)) == ("refused", [(240, 24)])
    leaks = {name for leak, name, _ in outcome.leaks if "restated" in leak}
    assert "partner_daily_usage.unique_members" in leaks


def test_without_that_rule_the_gate_lets_enough_members_pass(monday, monkeypatch):
    monkeypatch.setattr(weighing, "mark_few", lambda *_: None)
    come_late(monday, 10, 10)
    assert monday.publish(LATER).restated == 1


SOME = "page_views, visits, bounces"


@pytest.mark.parametrize(("once", "more"), [(10, 0), (19, 1), (0, 12), (20, 20)])
def test_bounces_of_a_restated_day_stand_as_published(whole, once, more):
    """Whoever of the late ones stayed is not told: 19 who bounce and one who stays look as 20 who bounce."""
    assert whole.rows("partner-a", "partner_daily_usage", SOME) == [(80, 40, 20)]
    whole.views += crowd("partner-a", MONDAY, once, start=301) + crowd("partner-a", MONDAY, more, count=2, start=401)
    assert whole.publish(LATER).restated == 1
    after = (80 + once + 2 * more, 40 + once + more, 20)
    assert whole.rows("partner-a", "partner_daily_usage", SOME) == [after]
    told = {measure for (measure,) in whole.rows("partner-a", "restatements", "measure")}
    assert told == {"page_views", "visits", "unique_visitors", "contributing_people"}


def test_a_week_of_restated_days_keeps_its_bounces_too(whole):
    for number in range(1, 7):
        day = MONDAY + timedelta(days=number)
        whole.views += crowd("partner-a", day, 20) + crowd("partner-a", day, 20, count=3, start=20)
    assert whole.publish(date(2026, 11, 11)).status == "published"
    assert whole.rows("partner-a", "partner_weekly_usage", "page_views, bounces") == [(560, 140)]
    whole.views += crowd("partner-a", MONDAY, 15, start=301)
    assert whole.publish(date(2026, 11, 12)).restated == 2
    assert whole.rows("partner-a", "partner_weekly_usage", "page_views, bounces") == [(575, 140)]


def test_a_measure_of_some_people_only_that_moves_nevertheless_is_refused_by_the_gate(whole, monkeypatch):
    """The twin: with bounces restated as page views are, nobody knows whose they are."""
    monkeypatch.setattr("pipelines.policy.publication.PublishedTable.restated", property(lambda table: table.counted))
    whole.views += crowd("partner-a", MONDAY, 10, start=301)
    outcome = whole.publish(LATER)
    assert outcome.status == "refused"
    assert "partner_daily_usage.bounces" in {name for _, name, _ in outcome.leaks}


def amount(press: Press) -> list[tuple[int]]:
    return press.rows("partner-a", "partner_daily_usage", "page_views")


@pytest.mark.parametrize(("greatest", "is_restated"), [(3000, False), (430, True), (431, False)])
def test_one_person_above_all_of_a_restated_day_leaves_it(whole, greatest, is_restated):
    """With 44 others: of what came late 43 page views are beside the greatest and the next, a tenth of what one person saw."""
    whole.views += crowd("partner-a", MONDAY, 44, start=301)
    whole.views.append(Views("partner-a", MONDAY, "person-900", count=greatest))
    restated = 80 + 44 + greatest
    assert whole.publish(LATER).restated == (1 if is_restated else 0)
    assert amount(whole) == [(restated if is_restated else 80,)]


def test_without_that_rule_the_gate_refuses_a_dominated_day(whole, monkeypatch):
    monkeypatch.setattr(weighing, "mark_dominated", lambda *_: None)
    whole.views += crowd("partner-a", MONDAY, 44, start=301)
    whole.views.append(Views("partner-a", MONDAY, "person-900", count=3000))
    outcome = whole.publish(LATER)
    assert (outcome.status, amount(whole)) == ("refused", [(80,)])
    assert "partner_daily_usage.page_views" in {name for leak, name, _ in outcome.leaks if "person" in leak}


@pytest.mark.parametrize(("others", "is_restated"), [(11, False), (60, True)])
def test_one_person_above_all_of_what_came_beside_the_shown_contents_leaves_the_day(whole, others, is_restated):
    """One person of 500 page views is not seen among the day's, but in what the day has beyond its shown content."""
    whole.views += crowd("partner-a", MONDAY, 50, start=301, count=20)
    whole.views += crowd("partner-a", MONDAY, others, content="album-2", start=501)
    whole.views.append(Views("partner-a", MONDAY, "person-901", content="album-2", count=500))
    assert whole.publish(LATER).restated == (1 if is_restated else 0)


def beside_a_content(press: Press, members: int) -> None:
    """Twenty people come late to the content that is shown, ten of them members, and twelve to another one."""
    come_late(press, 10, 10)
    late = [*MEMBERS[10 : 10 + members], *VISITORS[10 : 22 - members]]
    press.views += [Views("partner-a", MONDAY, f"person-{one}", content="album-2") for one in late]


def test_counts_within_each_other_that_would_be_too_close_leave_the_day(monday):
    beside_a_content(monday, members=2)
    assert monday.publish(LATER).status == "nothing"


def test_counts_within_each_other_that_are_not_are_restated(monday):
    beside_a_content(monday, members=0)
    assert monday.publish(LATER).restated == 1


def test_without_that_rule_the_gate_refuses_counts_too_close(monday, monkeypatch):
    monkeypatch.setattr(weighing, "refuse_close", lambda *_: None)
    beside_a_content(monday, members=2)
    assert monday.publish(LATER).status == "refused"


@pytest.fixture
def week(press: Press) -> Press:
    """A week, published: forty people on Monday, and sixty others on each other day."""
    press.views += crowd("partner-a", MONDAY, 40)
    press.views += [one for number in range(1, 7) for one in crowd("partner-a", _day(number), 60, start=1000)]
    press.publish(date(2026, 11, 11))
    return press


def _day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def _weekly(press: Press) -> list[tuple[int]]:
    return press.rows("partner-a", "partner_weekly_usage", "contributing_people")


def fifteen_and_more(week: Press, more: int) -> None:
    """Fifteen come late on Monday, which is restated, and some others on Wednesday."""
    late = [(MONDAY, VISITORS[:15]), (_day(2), VISITORS[15 : 15 + more])]
    week.views += [Views("partner-a", day, f"person-{one}") for day, each in late for one in each]


def test_people_of_a_day_that_is_left_are_not_told_by_its_week(week):
    fifteen_and_more(week, 3)
    outcome = week.publish(date(2026, 11, 12))
    assert (outcome.restated, outcome.left, _weekly(week)) == (1, 2, [(100,)])


def test_without_that_rule_the_week_tells_them(week, monkeypatch):
    monkeypatch.setattr("pipelines.releases.comparing._require_people", lambda *_: None)
    fifteen_and_more(week, 3)
    assert (week.publish(date(2026, 11, 12)).restated, _weekly(week)) == (2, [(118,)])


def test_a_week_of_restated_days_only_is_restated_with_them(week):
    fifteen_and_more(week, 13)
    assert (week.publish(date(2026, 11, 12)).restated, _weekly(week)) == (3, [(128,)])


def test_a_week_with_few_more_people_than_one_of_its_days_is_left(press):
    press.views = [one for number in range(7) for one in crowd("partner-a", _day(number), 40)]
    press.publish(date(2026, 11, 11))
    press.views += crowd("partner-a", MONDAY, 15, start=301) + crowd("partner-a", _day(1), 10, start=311)
    outcome = press.publish(date(2026, 11, 12))
    assert (outcome.status, outcome.restated, outcome.left, _weekly(press)) == ("published", 2, 1, [(40,)])


def test_the_gate_by_itself_refuses_more_page_views_of_the_same_people(monday, monkeypatch):
    """Nobody came, and page views rose: a row whose people did not rise is restated nevertheless, if nothing asks before."""
    judge = comparing._judge

    def restate_all(work, *given):
        judge(work, *given)
        work.execute("UPDATE judged SET may_be_restated = true")

    monkeypatch.setattr(comparing, "_judge", restate_all)
    monday.views += crowd("partner-a", MONDAY, 240, start=1000)
    outcome = monday.publish(LATER)
    assert (outcome.status, amount(monday)) == ("refused", [(240,)])
    assert "partner_daily_usage.page_views" in {name for leak, name, _ in outcome.leaks if "restated" in leak}
