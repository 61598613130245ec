"""Twins of the checks on the warehouse."""

from support import corruption as corrupt
from support.twin import Twin

MART_TWINS = (
    Twin(
        "days_are_in_the_warehouse",
        "a request more",
        corrupt.warehouse("UPDATE service_daily_usage SET requests = requests + 1"),
    ),
    Twin(
        "days_are_in_the_warehouse",
        "a day less",
        corrupt.warehouse("DELETE FROM service_daily_usage WHERE day = (SELECT max(day) FROM service_daily_usage)"),
    ),
    Twin(
        "statuses_sum_to_requests",
        "a status less",
        corrupt.warehouse("DELETE FROM service_daily_status WHERE status = 404"),
    ),
    Twin(
        "statuses_sum_to_requests",
        "a day that only the statuses know",
        corrupt.warehouse(
            "INSERT INTO service_daily_status SELECT * REPLACE (day - 9 AS day) FROM service_daily_status LIMIT 1"
        ),
    ),
    Twin(
        "bots_sum_to_their_requests",
        "a request more of each kind",
        corrupt.warehouse("UPDATE service_daily_bots SET requests = requests + 1"),
    ),
    Twin(
        "bots_sum_to_their_requests",
        "a day that only the bots know",
        corrupt.warehouse(
            "INSERT INTO service_daily_bots SELECT day - 9, evidence, requests, bot_page_views, distinct_robots, bytes_sent "
            "FROM service_daily_bots LIMIT 1"
        ),
    ),
    Twin(
        "service_figures_are_plausible",
        "a negative figure",
        corrupt.warehouse("UPDATE service_daily_usage SET visits = -1"),
    ),
    Twin(
        "service_figures_are_plausible",
        "a figure larger than its whole",
        corrupt.warehouse("UPDATE service_daily_usage SET page_views = requests + 1"),
    ),
    Twin(
        "service_figures_are_plausible",
        "more people than requests of people",
        corrupt.warehouse("UPDATE service_daily_usage SET contributing_people = requests - bot_requests + 1"),
    ),
    Twin(
        "service_figures_are_plausible",
        "no figure",
        corrupt.warehouse("UPDATE service_daily_usage SET unique_members = NULL"),
    ),
    Twin(
        "partner_figures_are_plausible",
        "more bounces than visits",
        corrupt.warehouse("UPDATE partner_daily_usage SET bounces = visits + 1"),
    ),
    Twin(
        "partner_figures_are_plausible",
        "more people than page views",
        corrupt.warehouse("UPDATE partner_daily_usage SET contributing_people = page_views + 1"),
    ),
    Twin(
        "partner_figures_are_plausible",
        "no figure",
        corrupt.warehouse("UPDATE partner_daily_usage SET contributing_people = NULL"),
    ),
    Twin(
        "partner_figures_are_plausible",
        "more people who bounce than bounces",
        corrupt.warehouse("UPDATE partner_daily_usage SET bouncing_people = bounces + 1"),
    ),
    Twin(
        "content_figures_are_plausible",
        "one person with more than all page views",
        corrupt.warehouse("UPDATE partner_content_daily SET largest_page_views = page_views + 1"),
    ),
    Twin(
        "content_figures_are_plausible",
        "no figure",
        corrupt.warehouse("UPDATE partner_content_daily SET contributing_people = NULL"),
    ),
    Twin(
        "contents_sum_to_their_partner",
        "a content less",
        corrupt.warehouse(
            "DELETE FROM partner_content_daily WHERE rowid = (SELECT min(rowid) FROM partner_content_daily)"
        ),
    ),
    Twin(
        "contents_sum_to_their_partner",
        "a partner less",
        corrupt.warehouse("DELETE FROM partner_daily_usage WHERE rowid = (SELECT min(rowid) FROM partner_daily_usage)"),
    ),
)
