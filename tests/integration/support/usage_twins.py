"""Twins of the checks on parts of a day, weeks, months, hours, a partner's own use and the linked services."""

from collections.abc import Iterator

from support import corruption as corrupt
from support.twin import Twin


def _twin(check: str, what: str, statement: str) -> Twin:
    return Twin(check, what, corrupt.warehouse(statement))


def _of_every_breakdown(one: str, several: str) -> Iterator[Twin]:
    mart = f"partner_{one}_daily"
    first = f"rowid = (SELECT min(rowid) FROM {mart})"  # noqa: S608 -- own names
    yield _twin(f"{one}_figures_are_plausible", "a negative figure", f"UPDATE {mart} SET visits = -1 WHERE {first}")  # noqa: S608
    yield _twin(f"{several}_sum_to_their_partner", "a row less", f"DELETE FROM {mart} WHERE {first}")  # noqa: S608


def _of_every_period(one: str) -> Iterator[Twin]:
    mart = f"partner_{one}ly_usage"
    first = f"rowid = (SELECT min(rowid) FROM {mart})"  # noqa: S608 -- own names
    moved = f"UPDATE {mart} SET {one} = {one} + 1 WHERE {first}"  # noqa: S608 -- own names
    yield _twin(f"{one}_figures_are_plausible", "another first day", moved)
    yield _twin(f"{one}s_hold_their_days", "a page view more", f"UPDATE {mart} SET page_views = page_views + 1")  # noqa: S608


def _linked(events: int, members: int, service: str = "melon") -> str:
    columns = "partner_id, service, event, day, events, unique_members, contributing_people"
    row = f"partner_id, '{service}', 'planted', day, {events}, {members}, {members}"
    return f"INSERT INTO partner_linked_daily ({columns}) SELECT {row} FROM partner_daily_usage LIMIT 1"  # noqa: S608 -- own


def _of_every_dimension(one: str, long: str) -> Iterator[Twin]:
    mart = f"partner_breakdown_{long}"
    first = f"rowid = (SELECT min(rowid) FROM {mart})"  # noqa: S608 -- own names
    none = f"UPDATE {mart} SET largest_page_views = NULL WHERE {first}"  # noqa: S608 -- own names
    yield _twin(f"{one}_values_are_plausible", "no figure", none)
    yield _twin(f"{one}_values_are_plausible", "nobody's members", f"UPDATE {mart} SET unique_members = page_views + 1")  # noqa: S608
    yield _twin(f"{one}_dimensions_sum_to_their_partner", "a value less", f"DELETE FROM {mart} WHERE {first}")  # noqa: S608
    more = f"UPDATE {mart} SET page_views = page_views + 1 WHERE {first}"  # noqa: S608 -- own names
    yield _twin(f"{one}_dimensions_sum_to_their_partner", "a page view more", more)


def _of_every_sum(one: str) -> Iterator[Twin]:
    less = f"UPDATE service_{one}ly_usage SET requests = requests - 1"  # noqa: S608 -- own names
    nobody = f"UPDATE service_{one}ly_usage SET unique_visitors = 0"  # noqa: S608 -- own names
    row = f"SELECT partner_id, 'melon', 'planted', {one}, 3, 2, 2 FROM partner_{one}ly_usage"  # noqa: S608 -- own names
    columns = f"partner_id, service, event, {one}, events, unique_members, contributing_people"
    yield _twin(f"service_{one}s_hold_their_days", "a request less", less)
    yield _twin(f"service_{one}s_hold_their_days", "no visitor", nobody)
    bounced = f"UPDATE service_{one}ly_usage SET bounces = bounces + 1"  # noqa: S608 -- own names
    yield _twin(f"service_{one}s_hold_their_days", "a bounce more", bounced)
    more = f"INSERT INTO partner_linked_{one}ly ({columns}) {row}"
    yield _twin(f"linked_{one}s_hold_their_days", "events that no day has", more)


def _of_the_service() -> Iterator[Twin]:
    visits, values, sums = (
        "service_visits_are_plausible",
        "service_values_are_plausible",
        "service_dimensions_sum_to_their_type",
    )
    yield _twin(visits, "more bounces than visits", "UPDATE service_weekly_usage SET bounces = visits + 1")
    newcomer = "UPDATE service_member_type_monthly SET new_visitors = new_visitors + 1"
    yield _twin(visits, "a visitor who is new and returns", newcomer)
    yield _twin(visits, "no figure of a day that was built again", "UPDATE service_daily_usage SET bounces = NULL")
    yield _twin(values, "no figure", "UPDATE service_breakdown_weekly SET contributing_people = NULL")
    ends = "UPDATE service_breakdown_daily SET page_views = page_views + 1 WHERE dimension = 'exit_feature'"
    yield _twin(values, "an exit more than visits", ends)
    for long in ("daily", "weekly", "monthly"):
        mart = f"service_breakdown_{long}"
        first = f"rowid = (SELECT min(rowid) FROM {mart} WHERE dimension = '{{}}')"  # noqa: S608 -- own names
        more = f"UPDATE {mart} SET page_views = page_views + 1 WHERE {first.format('device')}"  # noqa: S608 -- own names
        less = f"UPDATE {mart} SET visits = visits - 1 WHERE {first.format('weekday_hour')}"  # noqa: S608 -- own names
        yield _twin(sums, f"a page view more in {mart}", more)
        yield _twin(sums, f"a visit less in {mart}", less)
    none = "DELETE FROM service_breakdown_monthly WHERE dimension = 'visit_frequency'"
    yield _twin(sums, "a dimension less", none)


USAGE_TWINS = (
    *_of_every_dimension("day", "daily"),
    *_of_every_dimension("week", "weekly"),
    *_of_every_dimension("month", "monthly"),
    _twin(
        "month_dimensions_sum_to_their_partner",
        "an exit more than visits",
        "UPDATE partner_breakdown_monthly SET page_views = page_views + 1 WHERE dimension = 'exit_page'",
    ),
    *_of_every_breakdown("feature", "features"),
    *_of_every_breakdown("device", "devices"),
    *_of_every_breakdown("referrer", "referrers"),
    _twin("feature_figures_are_plausible", "no figure", "UPDATE partner_feature_daily SET contributing_people = NULL"),
    _twin("device_figures_are_plausible", "more visits than the day", "UPDATE partner_device_daily SET visits = 99999"),
    _twin(
        "features_sum_to_their_partner",
        "a page view more",
        "UPDATE partner_feature_daily SET page_views = page_views + 1",
    ),
    _twin("devices_sum_to_their_partner", "no people", "UPDATE partner_device_daily SET contributing_people = 0"),
    *_of_every_period("week"),
    *_of_every_period("month"),
    _twin("week_figures_are_plausible", "no figure", "UPDATE partner_weekly_usage SET unique_visitors = NULL"),
    _twin(
        "month_figures_are_plausible",
        "more bounces than visits",
        "UPDATE partner_monthly_usage SET bounces = visits + 1",
    ),
    _twin("weeks_hold_their_days", "a visit less", "UPDATE partner_weekly_usage SET visits = visits - 1"),
    _twin("weeks_hold_their_days", "no visitor", "UPDATE partner_weekly_usage SET unique_visitors = 0"),
    _twin(
        "months_hold_their_days",
        "more people than its days together",
        "UPDATE partner_monthly_usage SET contributing_people = (SELECT 1 + sum(contributing_people) FROM partner_daily_usage)",
    ),
    _twin(
        "months_hold_their_days",
        "a partner less",
        "DELETE FROM partner_monthly_usage WHERE rowid = (SELECT min(rowid) FROM partner_monthly_usage)",
    ),
    _twin("hour_figures_are_plausible", "an hour after the last", "UPDATE partner_hourly_visits SET hour = 24"),
    _twin("hour_figures_are_plausible", "an eighth weekday", "UPDATE partner_hourly_visits SET weekday = 8"),
    _twin(
        "hour_figures_are_plausible",
        "more people than visits",
        "UPDATE partner_hourly_visits SET contributing_people = visits + 1",
    ),
    _twin("hour_figures_are_plausible", "no figure", "UPDATE partner_hourly_visits SET visits = NULL"),
    _twin("hours_sum_to_their_month", "a visit more", "UPDATE partner_hourly_visits SET visits = visits + 1"),
    _twin(
        "hours_sum_to_their_month",
        "an hour less",
        "DELETE FROM partner_hourly_visits WHERE rowid = (SELECT min(rowid) FROM partner_hourly_visits)",
    ),
    _twin("weekday_figures_are_plausible", "an eighth weekday", "UPDATE partner_weekday_visits SET weekday = 8"),
    _twin("weekday_figures_are_plausible", "nobody", "UPDATE partner_weekday_visits SET contributing_people = 0"),
    _twin("weekday_figures_are_plausible", "no figure", "UPDATE partner_weekday_visits SET visits = NULL"),
    _twin("weekdays_sum_to_their_month", "a visit more", "UPDATE partner_weekday_visits SET visits = visits + 1"),
    _twin(
        "weekdays_sum_to_their_month",
        "a weekday less",
        "DELETE FROM partner_weekday_visits WHERE rowid = (SELECT min(rowid) FROM partner_weekday_visits)",
    ),
    _twin(
        "frequency_figures_are_plausible",
        "a band that is none",
        "UPDATE partner_visit_frequency_monthly SET band = '5'",
    ),
    _twin("frequency_figures_are_plausible", "nobody", "UPDATE partner_visit_frequency_monthly SET people = 0"),
    _twin(
        "bands_sum_to_their_month", "a person more", "UPDATE partner_visit_frequency_monthly SET people = people + 1"
    ),
    _twin(
        "bands_sum_to_their_month",
        "a band less",
        "DELETE FROM partner_visit_frequency_monthly WHERE rowid = (SELECT min(rowid) FROM partner_visit_frequency_monthly)",
    ),
    _twin("length_figures_are_plausible", "a band that is none", "UPDATE partner_visit_length_monthly SET band = '5'"),
    _twin("length_figures_are_plausible", "nobody", "UPDATE partner_visit_length_monthly SET people = 0"),
    _twin("lengths_sum_to_their_month", "a person more", "UPDATE partner_visit_length_monthly SET people = people + 1"),
    _twin(
        "lengths_sum_to_their_month",
        "a band less",
        "DELETE FROM partner_visit_length_monthly WHERE rowid = (SELECT min(rowid) FROM partner_visit_length_monthly)",
    ),
    _twin(
        "device_figures_are_plausible",
        "one person with more than all page views",
        "UPDATE partner_device_daily SET largest_page_views = page_views + 1",
    ),
    _twin(
        "month_figures_are_plausible",
        "a visitor who is neither new nor returns",
        "UPDATE partner_monthly_usage SET new_visitors = new_visitors - 1 WHERE new_visitors > 0",
    ),
    _twin(
        "week_figures_are_plausible",
        "a figure less than the others",
        "UPDATE partner_weekly_usage SET visiting_people = NULL",
    ),
    *_of_every_sum("week"),
    *_of_every_sum("month"),
    _twin(
        "member_types_stay_within_the_service",
        "a visit more",
        "UPDATE service_member_type_weekly SET visits = visits + 1",
    ),
    _twin(
        "member_types_stay_within_the_service",
        "a bounce more",
        "UPDATE service_member_type_daily SET bounces = bounces + 1",
    ),
    _twin(
        "member_types_stay_within_the_service",
        "no figure",
        "UPDATE service_member_type_monthly SET contributing_people = NULL",
    ),
    *_of_the_service(),
    _twin("staff_figures_are_plausible", "no member", "UPDATE partner_staff_monthly_usage SET active_members = 0"),
    _twin("staff_figures_are_plausible", "no figure", "UPDATE partner_staff_monthly_usage SET visits = NULL"),
    _twin(
        "staff_figures_are_plausible",
        "fewer people than members",
        "UPDATE partner_staff_monthly_usage SET contributing_people = active_members - 1",
    ),
    _twin(
        "staff_stay_within_the_service",
        "more page views than the service",
        "UPDATE partner_staff_monthly_usage SET page_views = (SELECT 1 + sum(page_views) FROM service_daily_usage)",
    ),
    _twin(
        "staff_stay_within_the_service",
        "a month that the service does not know",
        "DELETE FROM service_daily_usage",
    ),
    _twin("linked_figures_are_plausible", "more members than events", _linked(1, 2)),
    _twin("linked_figures_are_plausible", "nobody's events", _linked(1, 0)),
    _twin("linked_figures_are_plausible", "a service nobody declared", _linked(1, 1, "radio")),
    _twin("linked_events_are_in_the_warehouse", "an event more", _linked(1, 1)),
)
