"""Twins of dbt's own tests: of generic ones made from kind and columns, of singular ones by hand."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Test = Mapping[str, Any]
IN_MEMORY = re.compile(r"(int|stg)_")
"""Models of which no row is ever in a file: there the rows that a run would see are made up, sound, and then spoiled."""


@dataclass(frozen=True)
class DbtTwin:
    """A statement on stored rows, and the dbt test that has to find what it did."""

    test: str
    what: str
    statement: str


SINGULAR = (
    DbtTwin(
        "each_visit_begins_once",
        "a visit that begins twice",
        "INSERT INTO work.int_visit_requests SELECT * FROM work.int_visit_requests LIMIT 1",
    ),
    DbtTwin(
        "each_visit_begins_once",
        "a visit that never begins",
        "UPDATE work.int_visit_requests SET is_visit_beginning = false",
    ),
    DbtTwin(
        "only_aggregates_are_in_the_file",
        "a column of pseudonyms",
        "ALTER TABLE partner_content_daily ADD COLUMN member_pseudonym VARCHAR",
    ),
    DbtTwin("partner_lengths_add_up_to_visiting_people", "no bands", "DELETE FROM partner_visit_length_monthly"),
    DbtTwin(
        "partner_lengths_add_up_to_visiting_people",
        "a person more who visited",
        "UPDATE partner_monthly_usage SET visiting_people = visiting_people + 1",
    ),
    DbtTwin("partner_bands_add_up_to_visiting_people", "no bands", "DELETE FROM partner_visit_frequency_monthly"),
    DbtTwin(
        "partner_bands_add_up_to_visiting_people",
        "a person more who visited",
        "UPDATE partner_monthly_usage SET visiting_people = visiting_people + 1",
    ),
    DbtTwin(
        "partner_breakdowns_add_up_to_partner_usage",
        "a page view more of each feature",
        "UPDATE partner_feature_daily SET page_views = page_views + 1",
    ),
    DbtTwin("partner_breakdowns_add_up_to_partner_usage", "no devices", "DELETE FROM partner_device_daily"),
    DbtTwin(
        "partner_breakdowns_add_up_to_partner_usage",
        "no visits of any referrer",
        "UPDATE partner_referrer_daily SET visits = 0",
    ),
    DbtTwin("partner_contents_add_up_to_partner_usage", "no contents", "DELETE FROM partner_content_daily"),
    *(
        DbtTwin(
            "partner_dimensions_add_up_to_partner_usage",
            f"{what} in {mart}",
            f"UPDATE {mart} SET {what} = {what} + 1 WHERE dimension = '{dimension}'",  # noqa: S608 -- own names
        )
        for mart in ("partner_breakdown_weekly", "partner_breakdown_monthly")
        for what, dimension in (("page_views", "search"), ("page_views", "entry_page"), ("visits", "exit_page"))
    ),
    DbtTwin(
        "partner_dimensions_add_up_to_partner_usage",
        "no browsers",
        "DELETE FROM partner_breakdown_daily WHERE dimension = 'browser'",
    ),
    DbtTwin(
        "partner_dimensions_add_up_to_partner_usage",
        "nobody behind the systems",
        "UPDATE partner_breakdown_daily SET contributing_people = 0 WHERE dimension = 'os'",
    ),
    *(
        DbtTwin("partner_systems_add_up_to_their_device", what, f"UPDATE {mart} SET {change}")  # noqa: S608 -- own names
        for mart, what, change in (
            (
                "partner_breakdown_daily",
                "a page view more",
                "page_views = page_views + 1 WHERE dimension = 'device_os'",
            ),
            ("partner_breakdown_weekly", "another device", "value = 'x' || value WHERE dimension = 'device_os'"),
            ("partner_breakdown_monthly", "no device", "dimension = 'x' WHERE dimension = 'device'"),
        )
    ),
    DbtTwin(
        "partner_hours_add_up_to_monthly_visits",
        "a visit more at each hour",
        "UPDATE partner_hourly_visits SET visits = visits + 1",
    ),
    DbtTwin(
        "partner_hours_add_up_to_monthly_visits",
        "more people in an hour than visited",
        "UPDATE partner_monthly_usage SET visiting_people = 0",
    ),
    *(
        DbtTwin("partner_weekdays_hold_their_hours_and_days", what, f"UPDATE {change}")
        for what, change in (
            ("a visit more at each hour", "partner_hourly_visits SET visits = visits + 1"),
            ("weekdays of nobody", "partner_weekday_visits SET contributing_people = 0"),
            ("more people than all hours have", "partner_weekday_visits SET contributing_people = 1000000"),
            ("a day with more visits", "partner_daily_usage SET visits = 1000000"),
            ("a day with more people", "partner_daily_usage SET visiting_people = 1000000"),
            ("hours of another weekday", "partner_hourly_visits SET weekday = 1 + weekday % 7"),
        )
    ),
    DbtTwin(
        "partner_weekdays_hold_their_hours_and_days",
        "neither weekdays nor hours",
        "DELETE FROM partner_weekday_visits; DELETE FROM partner_hourly_visits",
    ),
    DbtTwin(
        "partner_page_views_stay_within_service_page_views",
        "more page views than the service",
        "UPDATE partner_daily_usage SET page_views = 1000000",
    ),
    DbtTwin(
        "partner_periods_hold_their_days", "weeks without page views", "UPDATE partner_weekly_usage SET page_views = 0"
    ),
    DbtTwin("partner_periods_hold_their_days", "no months", "DELETE FROM partner_monthly_usage"),
    DbtTwin("partner_linked_periods_hold_their_days", "no weeks", "DELETE FROM partner_linked_weekly"),
    DbtTwin("partner_linked_periods_hold_their_days", "no months", "DELETE FROM partner_linked_monthly"),
    DbtTwin(
        "partner_linked_periods_hold_their_days",
        "months without members",
        "UPDATE partner_linked_monthly SET unique_members = 0",
    ),
    *(
        DbtTwin(
            "service_member_types_add_up_to_service_usage",
            f"{what} more in {mart}",
            f"UPDATE {mart} SET {what} = {what} + 1",  # noqa: S608 -- own names
        )
        for mart in ("service_member_type_daily", "service_member_type_weekly", "service_member_type_monthly")
        for what in ("requests", "visits")
    ),
    *(
        DbtTwin(
            "service_breakdowns_add_up_to_member_types",
            f"{what} in service_breakdown_{long}",
            f"UPDATE service_breakdown_{long} SET {change}",  # noqa: S608 -- own names
        )
        for long in ("daily", "weekly", "monthly")
        for what, change in (
            ("a page view more of each device", "page_views = page_views + 1 WHERE dimension = 'device'"),
            ("no browsers", "dimension = 'x' WHERE dimension = 'browser'"),
            ("a visit more of each hour", "visits = visits + 1 WHERE dimension = 'weekday_hour'"),
            ("a visit less of each feature", "visits = 0 WHERE dimension = 'feature'"),
            ("more visits with a search engine than there are", "visits = 1000000 WHERE dimension = 'search'"),
            ("more people than of the type", "contributing_people = 1000000 WHERE dimension = 'os'"),
            ("no lengths", "dimension = 'x' WHERE dimension = 'visit_length'"),
        )
    ),
    DbtTwin("service_periods_hold_their_days", "no weeks", "DELETE FROM service_weekly_usage"),
    DbtTwin("service_periods_hold_their_days", "fewer page views", "UPDATE service_monthly_usage SET page_views = 0"),
    DbtTwin(
        "service_bots_add_up_to_service_usage",
        "a request more of each kind of bot",
        "UPDATE service_daily_bots SET requests = requests + 1",
    ),
    DbtTwin(
        "service_status_adds_up_to_service_usage",
        "a request more of each status",
        "UPDATE service_daily_status SET requests = requests + 1",
    ),
)


@cache
def data_tests(sql_folder: Path) -> tuple[Test, ...]:
    """Return the data tests of the prebuilt manifest, by name."""
    manifest = json.loads((sql_folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    return tuple(sorted(tests, key=lambda test: test["name"]))


def dbt_twins(tests: tuple[Test, ...]) -> tuple[DbtTwin, ...]:
    """Return the twins of every test of a known kind, and those of the singular tests."""
    return (*SINGULAR, *(twin for test in tests if test.get("test_metadata") for twin in _of_generic(test)))


def model_of(test: Test) -> str:
    """Return the model that a generic test is attached to."""
    return str(test["attached_node"]).rpartition(".")[2]


def relation_of(test: Test) -> str:
    """Return where its rows lie: the warehouse file, or the memory of a run."""
    model = model_of(test)
    return f"work.{model}" if IN_MEMORY.match(model) else model


def columns_of(test: Test) -> list[str]:
    """Return the columns that a generic test reads."""
    arguments = test["test_metadata"]["kwargs"]
    expressions = [*arguments.get("columns", ()), *arguments.get("parts", ()), arguments.get("whole", "")]
    return sorted({name for text in expressions for name in re.findall(r"[a-z_]+(?![a-z_(])", text)} - {"least"})


def _of_generic(test: Test) -> Iterator[DbtTwin]:
    arguments, relation = test["test_metadata"]["kwargs"], relation_of(test)
    match test["test_metadata"]["name"]:
        case "never_null":
            for column in arguments["columns"]:
                yield DbtTwin(test["name"], f"no {column}", f"UPDATE {relation} SET {column} = NULL")  # noqa: S608
        case "never_negative":
            for column in arguments["columns"]:
                yield DbtTwin(test["name"], f"{column} below zero", f"UPDATE {relation} SET {column} = -1")  # noqa: S608
        case "unique_combination":
            twice = f"INSERT INTO {relation} SELECT * FROM {relation} LIMIT 1"  # noqa: S608
            yield DbtTwin(test["name"], "a row twice", twice)
        case "no_more_than":
            for part in arguments["parts"]:
                yield _exceeding(test, str(part), str(arguments["whole"]))


def _exceeding(test: Test, part: str, whole: str) -> DbtTwin:
    """Let `part` exceed `whole`: raise the first column of the part, or lower those of the whole when the part has none."""
    relation, raised = relation_of(test), re.match("[a-z_]+", part)
    if raised:
        return DbtTwin(test["name"], f"{part} above {whole}", f"UPDATE {relation} SET {raised[0]} = ({whole}) + 1")  # noqa: S608
    lowered = ", ".join(f"{column} = {int(part) - 1 if whole == column else 0}" for column in columns_of(test))
    return DbtTwin(test["name"], f"{whole} below {part}", f"UPDATE {relation} SET {lowered}")  # noqa: S608
