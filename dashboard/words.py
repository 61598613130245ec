"""The words for what figures are called by codes: measures, dimensions, devices, features, services, tables.

Each is the English text, which is also what the catalogs in `locales/` translate. A code without a word is shown as it is:
contents, browsers, referring hosts, and what a later release brings.
"""


def marked(text: str) -> str:
    """Return the text, marked as one that the catalogs translate."""
    return text


N_ = marked

NOT_SHOWN = N_("not shown, to protect people")

MEASURES = {
    "unique_visitors": N_("Visitors"),
    "visits": N_("Visits"),
    "page_views": N_("Page views"),
    "unique_members": N_("Members"),
    "visiting_people": N_("People"),
    "people": N_("People"),
    "contributing_people": N_("People behind the figures"),
    "new_visitors": N_("New visitors"),
    "returning_visitors": N_("Returning visitors"),
    "bounces": N_("Single-page visits"),
    "bounce_rate": N_("Share of single-page visits"),
    "pages_per_visit": N_("Pages a visit"),
    "median_visit_seconds": N_("Median time of a visit"),
    "p90_visit_seconds": N_("Nine in ten visits are shorter than"),
    "active_members": N_("Own members who used it"),
    "events": N_("Events"),
}

DIMENSIONS = {
    "content": N_("Content"),
    "content_type": N_("Kind of content"),
    "feature": N_("Feature"),
    "device": N_("Device"),
    "referrer": N_("Came from"),
    "browser": N_("Browser"),
    "engine": N_("Browser engine"),
    "search_engine": N_("Search engine"),
    "os": N_("Operating system"),
    "device_os": N_("Device and system"),
    "entry_page": N_("First page of the visit"),
    "exit_page": N_("Last page of the visit"),
}

VALUES = {
    "(none)": N_("none named"),
    "desktop": N_("Computer"),
    "mobile": N_("Phone"),
    "tablet": N_("Tablet"),
    "other": N_("Other"),
    "Other": N_("Other"),
    "home": N_("Home page"),
    "account": N_("Account"),
    "support": N_("Help and notices"),
    "search": N_("Search"),
    "catalogue": N_("List of contents"),
    "content": N_("Page of a content"),
    "content_management": N_("Management of contents"),
    "linked_services": N_("Linked services"),
    "reports": N_("Reports"),
    "statistics": N_("Statistics"),
    "api": N_("Interface for programs"),
    "assets": N_("Images and files"),
    "melon": N_("MelOn"),
    "aztalk": N_("AZTalk"),
    "sent": N_("Sent"),
    "reached": N_("Reached"),
    "delivered": N_("Delivered"),
    "opened": N_("Opened"),
    "clicked": N_("Clicked"),
    "reacted": N_("Reacted"),
    "played": N_("Played"),
    "liked": N_("Liked"),
    "commented": N_("Commented"),
    "shared": N_("Shared"),
}

VISITS = {
    "1": N_("1 visit"),
    "2-3": N_("2-3 visits"),
    "4-9": N_("4-9 visits"),
    "10-29": N_("10-29 visits"),
    "30+": N_("30 visits or more"),
}
"""Bands of visits a person made in a month."""

SECONDS = {
    "0-9": N_("under 10 seconds"),
    "10-29": N_("10 to 29 seconds"),
    "30-59": N_("30 to 59 seconds"),
    "60-179": N_("1 to 3 minutes"),
    "180-599": N_("3 to 10 minutes"),
    "600-1799": N_("10 to 30 minutes"),
    "1800+": N_("30 minutes or more"),
}
"""Bands of the seconds a visit took."""

WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip

KINDS = {"day": N_("Day"), "week": N_("Week"), "month": N_("Month"), "range": N_("Own range")}

NEWEST = {"day": N_("Newest day"), "week": N_("Newest week"), "month": N_("Newest month")}

TABLES = {
    "partner_monthly_usage": N_("Use by month"),
    "partner_weekly_usage": N_("Use by week"),
    "partner_daily_usage": N_("Use by day"),
    "partner_breakdown_monthly": N_("Contents, referrers, devices and more by month"),
    "partner_breakdown_weekly": N_("Contents, referrers, devices and more by week"),
    "partner_content_daily": N_("Contents by day"),
    "partner_feature_daily": N_("Features by day"),
    "partner_device_daily": N_("Devices by day"),
    "partner_referrer_daily": N_("Referrers by day"),
    "partner_breakdown_daily": N_("Systems of devices by day"),
    "partner_weekday_visits": N_("Visits by weekday"),
    "partner_hourly_visits": N_("Visits by weekday and hour"),
    "partner_visit_frequency_monthly": N_("Visits a person by month"),
    "partner_visit_length_monthly": N_("Longest visit a person by month"),
    "partner_staff_monthly_usage": N_("Your own members' use by month"),
    "partner_linked_monthly": N_("Linked services by month"),
    "partner_linked_weekly": N_("Linked services by week"),
    "partner_linked_daily": N_("Linked services by day"),
}
