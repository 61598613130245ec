"""What was restated is on the page about the figures in the reader's words, and the page says when there is more of it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from dashboard_app import app_for
from dashboard_sample import FILES, LAST, policy, reader_of, write_release
from starlette.testclient import TestClient

from pipelines.releases.files import About, News, Writer, layouts

LISTED = 100
COLUMNS = ("table_name", "period_kind", "first_day", "dimensions", "measure", "before", "after", "people_changed")
DAY = ("partner_daily_usage", "day", date(2026, 10, 7), "", "page_views", 4321, 5432, "10 or more")
ROWS = (
    DAY,
    ("partner_device_daily", "day", date(2026, 10, 7), "mobile", "page_views", 2321, 2432, "1000 or more"),
    ("partner_breakdown_weekly", "week", date(2026, 10, 5), "device / tablet", "page_views", 301, 402, "20 or more"),
    ("partner_breakdown_monthly", "month", date(2026, 10, 1), "content / mobile / x", "page_views", 1, 2, "10 or more"),
    ("partner_weekday_visits", "month", date(2026, 10, 1), "6", "visits", 511, 622, "10 or more"),
    ("partner_hourly_visits", "month", date(2026, 10, 1), "5 / 20", "visits", 71, 82, "10 or more"),
    ("partner_visit_length_monthly", "month", date(2026, 10, 1), "60-179", "people", 41, 52, "10 or more"),
    ("partner_linked_daily", "day", date(2026, 10, 7), "melon / opened", "events", 31, 42, "10 or more"),
)


def about(home: Path, restatements: Sequence[tuple[object, ...]]) -> Callable[[str], str]:
    """Write a release in which so much was restated; return the page about the figures by language."""
    folder = write_release(home, first=LAST, partners=["p-001"])
    told = [
        dict(zip(COLUMNS, row, strict=True))
        | {"partner": "p-001", "reason": "late lines", "restated_day": date(2026, 11, 2), "release_id": folder.name}
        for row in restatements
    ]
    table = pa.Table.from_pylist(told) if told else None
    writer = Writer(layouts(policy()), News({}, {}, {}, table), About(folder.name, datetime.now(UTC), policy().version))
    file = folder / f"{FILES['p-001']}.duckdb"
    try:
        writer.write("p-001", file.with_suffix(".new"), file, {})
    finally:
        writer.close()
    file.with_suffix(".new").replace(file)
    browser = TestClient(app_for(home, reader_of()))
    return lambda language: browser.get("/about", params={"lang": language}).text


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Callable[[str], str]]:
    """The page about the figures, with a correction of each kind of table."""
    return about(tmp_path_factory.mktemp("corrections") / "home", ROWS)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ("Use by day", "Wed 7 Oct 2026", "all", "Page views", "4,321", "5,432", "10 or more", "1,000 or more",
                "records that arrived late", "Phone", "Device: Tablet", "Mon 5 Oct 2026 – Sun 11 Oct 2026", "October 2026",
                "Content: mobile / x", "Saturday", "Friday 20:00", "1 to 3 minutes", "MelOn: Opened")),
        ("ko", ("일별 이용", "2026년 10월 7일 (수)", "전체", "페이지뷰", "4,321", "5,432", "10명 이상", "1,000명 이상",
                "늦게 도착한 기록", "휴대전화", "기기: 태블릿", "2026년 10월 5일 (월) – 2026년 10월 11일 (일)", "2026년 10월",
                "콘텐츠: mobile / x", "금요일 20:00")),
    ],
)  # fmt: skip
def test_a_correction_says_of_what_of_when_from_what_to_what_for_how_many_and_why(page, language, says):
    text = page(language)
    table = text[text.index('<table class="figures">') :]
    assert [word for word in says if word not in table] == []
    assert "late lines" not in table


@pytest.mark.parametrize(
    ("language", "says"), [("en", "The newest 100 of 104 corrections"), ("ko", "104건 중 최근 100건")]
)
def test_the_page_says_when_there_are_more_than_it_lists(tmp_path, language, says):
    many = [(*DAY[:2], date(2026, 10, 7), f"{number}", *DAY[4:]) for number in range(LISTED + 4)]
    text = about(tmp_path / "many", many)(language)
    assert says in text
    assert text.count("4,321") == LISTED
    assert says not in about(tmp_path / "few", many[:LISTED])(language)


def test_a_partner_without_corrections_is_told_so(tmp_path):
    assert "Nothing was corrected so far." in about(tmp_path, [])("en")
