"""The same lines in any order are the same visits, and each line twice the same visits with twice the page views.

An exact duplicate of a line is a request of its own, as its place in the file says: nothing drops it before the warehouse. So a
doubled log has the same visits, visitors and people, twice the requests and page views, and no bounces. All tellings of a log are
partners of their own in one build, which costs one run of dbt for each drawn log.
"""

import random
from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

DAYS = (date(2015, 5, 31), date(2015, 6, 1))
"""Sunday, the last day of a week and a month, and Monday, the first of both."""
GAPS = (0, 0, 1, 59, 1799, 1800, 1801, 3600)
DOUBLES = ("page_views", "largest_page_views", "second_page_views", "requests", "client_errors", "server_errors")
OF_A_PARTNER = "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'partner_id'"
WHO = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym")
REQUEST = st.tuples(st.sampled_from(GAPS), st.integers(0, 3), st.sampled_from(("contents", "search")), st.booleans())
PERSON = st.tuples(
    st.sampled_from((0, 84_600, 86_399, 86_400)) | st.integers(0, 2 * 86_400 - 1),
    st.lists(REQUEST, min_size=1, max_size=8),
)


def _requests(event, people):
    """Return each person's requests, one after the other, of no telling yet: every third is a member, others share a prefix."""
    midnight = datetime.combine(DAYS[0], datetime.min.time()) - timedelta(hours=9)
    made = []
    for number, (start, steps) in enumerate(people):
        instant = midnight + timedelta(seconds=start)
        member = f"m{number}" if number % 3 == 0 else None
        who = (member, member or f"v{number}", member or f"prefix{number // 4}")
        for gap, content, feature, is_page_view in steps:
            instant += timedelta(seconds=gap)
            values = {"content_id": f"c{content}", "feature": feature, "is_page_view": is_page_view}
            made.append(event(instant, **dict(zip(WHO, who, strict=True)), **values))
    return [one for one in made if one["event_day"] in DAYS]


def _told(requests, name):
    """Return the requests as those of one telling: its own partner, people and type of member."""
    own = {"partner_id": name, "member_type": name}
    return [one | {key: one[key] and f"{name}-{one[key]}" for key in WHO} | own for one in requests]


def _built(workshop, tellings):
    """Build the log in all its tellings; the rows of all files lie in the order in which they are told, one after the other."""
    workshop.write([one for name, requests in tellings.items() for one in _told(requests, name)])
    workshop.build(*DAYS)
    return workshop


def _rows(workshop, mart, name):
    """Return what a mart says of a telling, without its name; the service's by the type of member, others by partner."""
    key = "member_type" if mart.startswith("service_") else "partner_id"
    with duckdb.connect(str(workshop.warehouse), read_only=True) as connection:
        found = connection.execute(f"SELECT * EXCLUDE {key} FROM {mart} WHERE {key} = ? ORDER BY ALL", [name])  # noqa: S608
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _marts(workshop):
    of_partners = [mart for (mart,) in workshop.rows(OF_A_PARTNER)]
    longs = ("daily", "weekly", "monthly")
    return sorted(of_partners) + [f"service_{of}_{long}" for of in ("member_type", "breakdown") for long in longs]


def _doubled(row):
    """Return what is true of a row when each line is there twice: a page view at an end of a visit stays one."""
    at_an_end = row.get("dimension") in ("entry_page", "exit_page", "entry_feature", "exit_feature")
    changed = {name: row[name] * 2 for name in DOUBLES if name in row and not at_an_end}
    if "bounces" in row:
        changed |= {"bounces": 0}
    if "visiting_people" in row:
        changed |= {"bouncing_people": 0, "staying_people": row["visiting_people"]}
    return row | changed


def _different(workshop, name, other, change=dict):
    """Name the marts that say of one telling something else than of the other, `change` made to what they say of that."""
    marts = _marts(workshop)
    assert _rows(workshop, "service_member_type_daily", other), "the log is not empty"
    return [
        mart for mart in marts if _rows(workshop, mart, name) != [change(row) for row in _rows(workshop, mart, other)]
    ]


def _shuffled(requests, seed):
    return random.Random(seed).sample(requests, len(requests))  # noqa: S311 -- an order, not a secret


@pytest.mark.slow
@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(people=st.lists(PERSON, min_size=15, max_size=25), seed=st.integers(0, 2**32))
def test_the_same_lines_in_another_order_or_twice_are_the_same_visits(new_workshop, event, people, seed):
    requests = _requests(event, people)
    assume(requests)
    tellings = {
        "plain": requests,
        "backwards": requests[::-1],
        "shuffled": _shuffled(requests, seed),
        "twice": _shuffled(requests * 2, seed),
    }
    workshop = _built(new_workshop(), tellings)
    assert _different(workshop, "backwards", "plain") == []
    assert _different(workshop, "shuffled", "plain") == []
    assert _different(workshop, "twice", "plain", _doubled) == []


@pytest.mark.slow
def test_lines_said_again_half_an_hour_later_are_other_visits(new_workshop, event):
    """The twin: the comparison sees visits that are not the same, and a line that is missing."""
    requests = _requests(
        event, [(3600 * number, [(0, 0, "contents", True), (59, 1, "search", True)]) for number in range(20)]
    )
    later = [one | {"occurred_at": one["occurred_at"] + timedelta(seconds=1801)} for one in requests]
    tellings = {"plain": requests, "again": requests + later, "less": requests[1:]}
    workshop = _built(new_workshop(), tellings)
    assert "partner_daily_usage" in _different(workshop, "again", "plain", _doubled)
    assert {"partner_content_daily", "service_member_type_daily"} <= set(_different(workshop, "less", "plain"))
