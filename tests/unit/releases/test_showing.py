"""Which measures of a shown row are shown, and which counts of people a part lies within."""

import duckdb
import pyarrow as pa
import pytest

from pipelines.policy.publication import Part, PartsOf, Publication, PublishedTable
from pipelines.releases.relations import structures
from pipelines.releases.showing import is_shown_part

K = 10
USAGE = PublishedTable(
    period="month",
    adds_up=("visits", "bounces"),
    people={"visiting_people": "visiting_people", "contributing_people": "contributing_people"},
    others=("p90_visit_seconds",),
    parts={"bounces": Part(people="bouncing_people", rest="staying_people")},
    tails={"p90_visit_seconds": ("visits", 10)},
)
HOURS = PublishedTable(
    period="month",
    dimensions=("hour",),
    adds_up=("visits",),
    people={"contributing_people": "contributing_people"},
    parts_of=(
        PartsOf(table="usage", measures={"visits": "visits"}, people={"contributing_people": "visiting_people"}),
    ),
)


@pytest.mark.parametrize(
    ("bouncing", "staying", "is_shown"),
    [(9, 20, False), (10, 10, True), (10, 9, False), (12, 1, False), (12, 0, True), (None, None, False)],
)
def test_bounces_speak_of_k_people_and_what_they_leave_out_rests_on_nobody_or_k(bouncing, staying, is_shown):
    """Twelve people who all bounced, one of whom also stayed: the one visit that is left out is that person's."""
    people = {"bouncing_people": [bouncing], "staying_people": [staying], "contributing_people": [12]}
    rows = pa.table({name: pa.array(values, pa.int64()) for name, values in people.items()})
    assert is_shown_part(rows, USAGE, "bounces", K).tolist() == [is_shown]


@pytest.mark.parametrize(("visits", "is_shown"), [(99, False), (100, True)])
def test_a_ninetieth_percentile_is_shown_with_k_visits_beyond_it(visits, is_shown):
    assert is_shown_part(pa.table({"visits": [visits]}), USAGE, "p90_visit_seconds", K).tolist() == [is_shown]


def test_people_of_the_hours_visits_lie_within_those_who_visited_not_within_those_who_looked():
    """A visit of a month's last minute may look at its first page in the next month: its person visited, and did not look."""
    publication = Publication(
        closes_after_days={"day": 2, "week": 2, "month": 3},
        waits_days=14,
        threshold=K,
        dominance_percent=10,
        protection_percent=20,
        clause="stats.partners",
        tables={"usage": USAGE, "hours": HOURS},
    )
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE rows AS SELECT id, 'p' AS partner, tbl, 'month' AS kind, DATE '2026-05-01' AS period, value, "
            "NULL AS grp, 0 AS standing, 1 AS release, NULL::INTEGER AS next_release, 30 AS visits "
            "FROM (VALUES (0, 'hours', '9'), (1, 'usage', '')) AS given (id, tbl, value)"
        )
        (found,) = structures(connection, publication)
    assert found.unions == {"contributing_people": "visiting_people"}
    assert [(total, parts.tolist()) for total, parts in found] == [(1, [0])]
