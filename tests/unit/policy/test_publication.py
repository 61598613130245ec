"""The publication section: what partners may see, refused with file and line where its parts do not fit."""

import pytest

SECTION = """\
publication:
  closes_after_days: {day: 2, week: 2, month: 3}
  waits_days: 14
  threshold: 10
  dominance_percent: 10
  protection_percent: 20
  clause: purpose.statistics
  tables:
    usage: {period: day, adds_up: [page_views], people: {unique_members: unique_members}, amount: page_views}
    contents: {period: day, dimensions: [content_id], adds_up: [page_views], amount: page_views,
               parts_of: [{table: usage, measures: {page_views: page_views}}]}
    weekly: {period: week, adds_up: [page_views], amount: page_views, days: usage, threshold: 20, rounding: 5}
    kinds: {period: week, dimensions: [dimension, value], adds_up: [page_views], amount: page_views, days: {content: contents},
            parts_of: [{table: weekly, each: dimension, only: [content, browser], measures: {page_views: page_views}},
                       {table: kinds, each: dimension, only: [page], under: content, measures: {page_views: page_views}}]}
"""
FIELD = "{{type: {}, action: keep, purposes: [statistics], clause: purpose.statistics, description: D., description_ko: 디.}}"
MART = """\
  {name}:
    description: Statistics.
    description_ko: 통계.
    holds: aggregates
    stage: warehouse
    clause: purpose.statistics
    fields:
"""


def _mart(name: str, *columns: str) -> str:
    fields = "".join(f"      {column}: {FIELD.format('text')}\n" for column in columns)
    return MART.format(name=name) + fields


LARGEST = ("largest_page_views", "second_page_views")
MARTS = (
    _mart("usage", "partner_id", "day", "page_views", "unique_members", "contributing_people", *LARGEST)
    + _mart("contents", "partner_id", "day", "content_id", "page_views", "contributing_people", *LARGEST)
    + _mart("weekly", "partner_id", "week", "page_views", "contributing_people", *LARGEST)
    + _mart("kinds", "partner_id", "week", "dimension", "value", "page_views", "contributing_people", *LARGEST)
)


@pytest.fixture
def published(small):
    """The small policy with marts and a publication section."""
    return small.replace("contacts:\n", SECTION + "contacts:\n", 1) + MARTS


def test_a_policy_without_the_section_publishes_nothing(small, loaded):
    assert loaded(small).publication is None


def test_a_table_takes_what_holds_for_all_where_it_says_nothing(published, loaded):
    publication = loaded(published).publication
    assert [publication.threshold_of(name) for name in ("usage", "weekly")] == [10, 20]
    assert [publication.rounding_of(name) for name in ("usage", "weekly")] == [None, 5]
    assert (publication.dominance_of("usage"), publication.protection_of("usage")) == (10, 20)
    assert publication.tables["usage"].measures == ("page_views", "unique_members")


@pytest.mark.parametrize(
    ("right", "wrong", "line_of", "cause"),
    [
        ("week: 2, month: 3", "week: 2, month: 1", "  closes_after_days", "a month no earlier than its weeks"),
        ("day: 2, week: 2", "day: 3, week: 2", "  closes_after_days", "a week closes no earlier than its days"),
        ("threshold: 10\n", "threshold: 9\n", "  threshold", "lower than fewest_people"),
        ("threshold: 20", "threshold: 9", "    weekly", "lower than fewest_people"),
        ("waits_days: 14", "waits: 14", "  waits", "unknown key 'waits'"),
        ("clause: purpose.statistics\n  tables", "clause: no.such\n  tables", "  clause: no", "unknown clause 'no.such'"),
        ("    weekly: {period: week,", "    monthly: {period: week,", "    monthly", "unknown dataset 'monthly'"),
        ("dimensions: [content_id]", "dimensions: [content]", "    contents: {p", "no field of the dataset"),
        ("adds_up: [page_views], amount: page_views, days", "adds_up: [views], amount: views, days", "    weekly: {p",
         "no field of the dataset"),
        ("days: usage", "days: contents", "    weekly: {p", "no published table of days"),
        ("[{table: usage, measures", "[{table: weekly, measures", "               parts_of", "of the same period"),
        ("measures: {page_views: page_views}}]", "measures: {page_views: visits}}]", "               parts_of", "no measure"),
        ("measures: {page_views: page_views}}]", "measures: {page_views: page_views}, people: {visitors: unique_members}}]",
         "               parts_of", "'visitors' counts no people"),
        ("people: {unique_members: unique_members}", "people: {unique_members: members}", "    usage: {p",
         "no field of the dataset"),
        ("people: {unique_members: unique_members}", "parts: {members: {people: unique_members}}", "    usage: {p",
         "'members' is no measure of the table"),
        ("measures: {page_views: page_views}}]", "measures: {views: page_views}}]", "    contents: {p",
         "no measure that adds up"),
        ("period: day, adds_up: [page_views], people", "period: day, days: usage, adds_up: [page_views], people",
         "    usage: {p", "a day does not consist of days"),
        ("weekly: {period: week,", "weekly: {period: week, also_judged: [views],", "    weekly: {p",
         "'views' is no measure of the table"),
        ("people: {unique_members: unique_members}, amount: page_views", "also_judged: [page_views]", "    usage: {p",
         "further measures are judged beside an `amount`"),
        ("days: usage", "days: usage, by_weekday: true", "    weekly: {p", "rows by weekday have that one dimension"),
        ("days: {content: contents}", "days: {content: contents}, by_weekday: true", "    kinds: {p",
         "rows by weekday have that one dimension"),
        ("days: {content: contents}", "days: {content: usage}", "    kinds: {p", "no published table of days"),
        ("days: {content: contents}", "days: {os: contents}", "    kinds: {p", "'os' has days, and no `only` names it"),
        ("each: dimension", "each: value", "    kinds: {p", "`each` is the first dimension"),
        ("under: content", "under: os", "                       {table: kinds", "'kinds' has no one row that they add up to"),
        (", under: content", "", "                       {table: kinds", "'kinds' has no one row that they add up to"),
        ("{table: weekly, each: dimension", "{table: weekly, under: content, each: dimension", "            parts_of",
         "'weekly' has no one row that they add up to"),
        ("only: [content, browser]", "only: []", "    kinds: {p", "`only` says which of its values add up"),
        ("dimensions: [content_id],", "dimensions: [content_id], nested: {dimension: event, order: [sent, reached]},",
         "    contents: {p", "'event' is no dimension of the table"),
        ("dimensions: [content_id],", "dimensions: [content_id], nested: {dimension: content_id, order: [sent, sent]},",
         "    contents: {p", "`order` names each value once"),
        ("dimensions: [content_id],", "dimensions: [content_id], nested: {dimension: content_id, order: [sent, reached]},",
         "    contents: {p", "the table counts none"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_line(published, refused, right, wrong, line_of, cause):
    assert right in published
    text = published.replace(right, wrong, 1)
    error = refused(text)
    line = 1 + next(place for place, row in enumerate(text.splitlines()) if row.startswith(line_of))
    assert cause in str(error)
    assert error.line == line


@pytest.mark.parametrize(("step", "is_known"), [("reached", True), ("receivd", False)])
def test_steps_are_values_of_their_dimension_where_the_mart_lists_them(published, loaded, refused, step, is_known):
    nested = f"people: {{contributing_people: contributing_people}}, nested: {{dimension: content_id, order: [sent, {step}]}}"
    text = published.replace("dimensions: [content_id],", f"dimensions: [content_id], {nested},", 1)
    text = text.replace("content_id: {type: text,", "content_id: {type: text, values: [sent, reached],", 1)
    if is_known:
        assert loaded(text).publication.tables["contents"].nested.order == ("sent", "reached")
    else:
        assert "'receivd' is no value of 'content_id'" in str(refused(text))


@pytest.mark.parametrize(
    ("keys", "is_refused"),
    [
        ("adds_up: [people]", False),
        ("adds_up: [page_views], amount: page_views", False),
        ("people: {people: people}", False),
        ("adds_up: [page_views], is_even: true", False),
        ("adds_up: [page_views], is_even: false", True),
        ("adds_up: [page_views]", True),
        ("adds_up: [people, page_views]", True),
    ],
)
def test_a_table_that_adds_up_more_than_people_says_what_dominance_is_judged_on(
    published, loaded, refused, keys, is_refused
):
    bands = f"    bands: {{period: week, dimensions: [band], {keys}}}\n    kinds: {{period"
    columns = ("partner_id", "week", "band", "people", "page_views", "contributing_people", *LARGEST)
    text = published.replace("    kinds: {period", bands, 1) + _mart("bands", *columns)
    if is_refused:
        assert "names no `amount` that dominance is judged on" in str(refused(text))
    else:
        assert "bands" in loaded(text).publication.tables


@pytest.mark.parametrize("is_of_weeks_alone", [True, False])
def test_a_measure_of_some_people_that_adds_up_over_nothing_is_of_one_kind_of_period(
    published, loaded, refused, is_of_weeks_alone
):
    some = "adds_up: [page_views], others: [unique_members], parts: {unique_members: {people: unique_members}}, amount"
    days = "    usage: {period: day, adds_up: [page_views], people: {unique_members: unique_members}, amount"
    text = published.replace(
        "    weekly: {period: week, adds_up: [page_views], amount", f"    weekly: {{period: week, {some}", 1
    )
    text = text.replace(
        _mart("weekly", "partner_id", "week"), _mart("weekly", "partner_id", "week", "unique_members"), 1
    )
    if is_of_weeks_alone:
        assert loaded(text).publication.tables["weekly"].others == ("unique_members",)
    else:
        text = text.replace(days, f"    usage: {{period: day, {some}", 1)
        assert "'unique_members' is published in 'usage' too" in str(refused(text))


@pytest.mark.parametrize(
    ("keys", "is_refused"),
    [
        ("others: [unique_members]", True),
        ("people: {unique_members: unique_members}", False),
        ("others: [seen]", False),
    ],
)
def test_a_count_of_parts_and_total_adds_up_or_is_of_people(published, loaded, refused, keys, is_refused):
    """A visit counts once for each device in it: those of a day less those of its only device may be one person's."""
    columns = ("partner_id", "day", "content_id", "page_views")
    text = published.replace("[content_id], adds_up", f"[content_id], {keys}, adds_up", 1)
    text = text.replace(_mart("contents", *columns), _mart("contents", *columns, "unique_members", "seen"), 1)
    if is_refused:
        assert "'unique_members' is published in 'usage' too, and no sum says" in str(refused(text))
    else:
        assert "contents" in loaded(text).publication.tables


def test_only_aggregates_are_published(published, refused):
    text = published.replace("    usage: {period", "    visits: {period: day, adds_up: [time]}\n    usage: {period", 1)
    assert "visits" not in MARTS and "is no mart" in str(refused(text))


def test_only_the_values_that_a_relation_names_are_published(published, loaded):
    tables = loaded(published).publication.tables
    assert (tables["kinds"].only, tables["weekly"].only) == (("content", "browser", "page"), ())


@pytest.mark.parametrize(
    ("days", "is_known"),
    [("usage, by_weekday: true", True), ("usage, by_weekday: false", False), ("contents, by_weekday: true", False)],
)
def test_rows_by_weekday_consist_of_days_without_a_dimension(published, loaded, refused, days, is_known):
    keys = f"adds_up: [page_views], amount: page_views, days: {days}"
    weekdays = f"    weekdays: {{period: week, dimensions: [weekday], {keys}}}\n    kinds: {{period"
    columns = ("partner_id", "week", "weekday", "page_views", "contributing_people", *LARGEST)
    text = published.replace("    kinds: {period", weekdays, 1) + _mart("weekdays", *columns)
    if is_known:
        assert loaded(text).publication.tables["weekdays"].by_weekday
    else:
        assert "no published table of days with the same dimensions" in str(refused(text))
