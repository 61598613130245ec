"""What was built from events that are gone now stays in the warehouse as it is, and so does what lies beside it."""

from datetime import date

import pytest

pytestmark = pytest.mark.slow

GONE, KEPT, CHANGED = date(2015, 5, 19), date(2015, 5, 20), date(2015, 5, 21)
FIGURES = "SELECT day, requests, visits FROM service_daily_usage ORDER BY day"


@pytest.fixture(scope="module")
def made(new_workshop, event, seoul):
    """One visit from the 19th into the 20th, and one from the 20th into the 21st; built."""

    def view(who, *instant):
        return event(seoul(*instant), visitor_pseudonym=who, person_pseudonym=who, partner_id="p", content_id="c")

    workshop = new_workshop()
    workshop.write(
        [
            view("v", 2015, 5, 19, 23, 50),
            view("v", 2015, 5, 20, 0, 10),
            view("w", 2015, 5, 20, 23, 50),
            view("w", 2015, 5, 21, 0, 10),
        ]
    )
    workshop.build()
    assert workshop.rows(FIGURES) == [(GONE, 1, 1), (KEPT, 2, 1), (CHANGED, 1, 0)]
    return workshop


@pytest.fixture
def across_midnight(made, tmp_path):
    """The same, to be changed."""
    return made.copy_to(tmp_path)


def test_a_visit_that_began_on_a_destroyed_day_does_not_become_one_of_the_day_kept(across_midnight, event, seoul):
    before = across_midnight.everything()
    del across_midnight.files[GONE]
    late = {"visitor_pseudonym": "late", "person_pseudonym": "late", "partner_id": "p", "content_id": "c"}
    across_midnight.write(
        [event(seoul(2015, 5, 21, 12), **late), event(seoul(2015, 5, 21, 0, 10), visitor_pseudonym="w")]
    )
    report = across_midnight.build(GONE, KEPT, CHANGED)
    assert report.days == (CHANGED,)
    assert across_midnight.rows(FIGURES) == [(GONE, 1, 1), (KEPT, 2, 1), (CHANGED, 2, 1)]
    after = across_midnight.everything()
    for table in ("partner_daily_usage", "partner_feature_daily", "partner_content_daily", "service_daily_status"):
        assert [row for row in after[table] if CHANGED not in row] == [
            row for row in before[table] if CHANGED not in row
        ]
    for table in (
        "partner_weekly_usage",
        "partner_monthly_usage",
        "partner_weekday_visits",
        "partner_hourly_visits",
        "partner_staff_monthly_usage",
    ):
        assert after[table] == before[table]


def test_a_visit_that_went_on_into_a_destroyed_day_keeps_its_length(across_midnight):
    lengths = "SELECT day, median_visit_seconds FROM partner_daily_usage WHERE visits > 0 ORDER BY day"
    before = across_midnight.rows(lengths)
    assert before == [(GONE, 1200), (KEPT, 1200)]
    del across_midnight.files[CHANGED]
    assert across_midnight.build(KEPT).days == ()
    assert across_midnight.rows(lengths) == before
