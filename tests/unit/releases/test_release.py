"""A release: what it shows, what it hides, what it leaves to the next one."""

import json
from datetime import date, timedelta

import duckdb
import pytest
from press import MONDAY, Press, crowd, name_of

from pipelines.errors import DamagedError, UsageError
from pipelines.releases import deciding
from pipelines.releases.making import REFUSED
from pipelines.releases.masking import masked
from pipelines.releases.memory import Memory
from pipelines.releases.published import RELEASE
from pipelines.releases.release import settle

TUESDAY = MONDAY + timedelta(days=1)
CLOSED_MONDAY, CLOSED_TUESDAY, CLOSED_WEEK = date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 11)


def a_day(day: date, partner: str = "partner-a") -> list:
    """Return a day with three contents, of which one has four people: hidden, and with it the next smaller one."""
    return [
        *crowd(partner, day, 40, content="album-1"),
        *crowd(partner, day, 30, content="album-2", device="mobile", start=20),
        *crowd(partner, day, 4, content="album-3", device="tablet", start=60),
    ]


@pytest.fixture
def monday(press: Press) -> Press:
    """A partner's Monday, published; another partner has six visitors, a third one nobody."""
    press.views += a_day(MONDAY) + crowd("partner-b", MONDAY, 6)
    press.partners = ("partner-c",)
    assert press.publish(CLOSED_MONDAY).status == "published"
    return press


def test_only_closed_days_are_published(press):
    press.views += a_day(MONDAY)
    assert press.publish(date(2026, 11, 4)).status == "nothing"
    assert press.published.current() is None
    assert press.publish(CLOSED_MONDAY).closed["day"] == ["2026-11-02"]


def test_a_hidden_row_takes_another_with_it_and_a_total_is_shown(monday):
    contents = monday.rows("partner-a", "partner_content_daily", "content_id, page_views, is_suppressed")
    assert contents == [("album-1", 40, False)]
    assert monday.rows("partner-a", "partner_daily_usage", "day, page_views, visits") == [(MONDAY, 74, 54)]


def test_hidden_and_empty_look_the_same(monday):
    hidden, empty = (monday.rows(partner, "partner_daily_usage") for partner in ("partner-b", "partner-c"))
    assert [row[1:] for row in hidden] == [row[1:] for row in empty]
    assert hidden[0][2:] == (None,) * (len(hidden[0]) - 3) + (True,)
    for table in ("partner_content_daily", "partner_device_daily"):
        assert monday.rows("partner-b", table) == monday.rows("partner-c", table) == []
    assert monday.rows("partner-b", "release") == monday.rows("partner-c", "release")


def test_without_news_nothing_is_written(monday):
    before = {path: path.stat().st_mtime_ns for path in monday.root.rglob("*") if path.is_file()}
    assert monday.publish(CLOSED_MONDAY).status == "nothing"
    changed = {path for path, at in before.items() if path.stat().st_mtime_ns != at}
    assert {path.name for path in changed} <= {"warehouse.duckdb"}
    assert len(monday.place.ledger.entries(RELEASE)) == 1


def test_with_complementary_suppression_off_the_gate_refuses_and_nothing_is_published(press):
    press.views += a_day(MONDAY)
    outcome = press.publish(CLOSED_MONDAY, with_complementary=False)
    assert outcome.status == "refused"
    assert {name for _, name, _ in outcome.leaks} == {
        "partner_content_daily.page_views", "partner_device_daily.page_views", "partner_device_daily.visits",
    } - {"partner_device_daily.visits"}  # fmt: skip
    assert press.published.current() is None
    assert not list((press.root / "gate").glob("*"))
    assert not list((press.root / "staging").rglob("*.duckdb"))
    (entry,) = press.place.ledger.entries(REFUSED)
    assert entry.body["leaks"] and "partner-a" not in json.dumps(entry.body)


def test_after_a_refusal_the_last_good_release_stays(monday):
    monday.views += a_day(TUESDAY)
    outcome = monday.publish(CLOSED_TUESDAY, with_complementary=False)
    assert (outcome.status, outcome.release) == ("refused", "2026-11-05-0001")
    assert monday.rows("partner-a", "partner_daily_usage", "day") == [(MONDAY,)]
    assert monday.publish(CLOSED_TUESDAY).status == "published"


def _unprotected(asked, *, always):
    """Return a mask that protects nothing as long as rows hidden before are not asked for, and note what is asked."""

    def mask(frame, publication, equations, *, with_old, with_complementary):
        asked.append(with_old)
        is_safe = with_complementary and with_old and not always
        return masked(frame, publication, equations, with_old=with_old, with_complementary=is_safe)

    return mask


@pytest.mark.parametrize(("always", "status"), [(False, "published"), (True, "refused")])
def test_rows_hidden_before_are_protected_anew_when_the_gate_finds_that_they_must(press, monkeypatch, always, status):
    for day in range(7):
        press.views += a_day(MONDAY + timedelta(days=day))
        assert press.publish(CLOSED_MONDAY + timedelta(days=min(day, 5))).status == (
            "published" if day < 6 else "nothing"
        )
    asked = []
    monkeypatch.setattr(deciding, "masked", _unprotected(asked, always=always))
    outcome = press.publish(CLOSED_WEEK)
    assert (outcome.status, bool(outcome.leaks)) == (status, always)
    assert asked == [False, True]


def test_a_value_that_is_shown_late_has_a_row_for_every_closed_day(monday):
    monday.views += crowd("partner-a", TUESDAY, 20, content="album-2") + crowd(
        "partner-a", TUESDAY, 25, content="album-9"
    )
    monday.publish(CLOSED_TUESDAY)
    rows = monday.rows("partner-a", "partner_content_daily", "content_id, day, page_views, is_suppressed")
    assert rows == [
        ("album-1", MONDAY, 40, False),
        ("album-1", TUESDAY, None, True),
        ("album-2", MONDAY, None, True),
        ("album-2", TUESDAY, 20, False),
        ("album-9", MONDAY, None, True),
        ("album-9", TUESDAY, 25, False),
    ]


def test_no_file_speaks_of_another_partner(press):
    partners = [f"partner-{number:02}" for number in range(6)]
    for number, partner in enumerate(partners):
        press.views += crowd(partner, MONDAY, 12 + number, content=f"album-of-{partner}")
    press.publish(CLOSED_MONDAY)
    for partner in partners:
        path = press.published.file_of(name_of(partner))
        content = path.read_bytes()
        assert partner.encode() in content
        assert [other for other in partners if other != partner and other.encode() in content] == []
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            told = " ".join(str(connection.table(table).fetchall()) for table in tables)
        assert [other for other in partners if other != partner and other in told] == []


def test_a_files_name_says_nothing_and_nobody_writes_in_it(monday):
    folder = monday.root / "published" / "2026-11-05-0001"
    names = sorted(path.stem for path in folder.glob("*.duckdb"))
    assert names == sorted(name_of(partner) for partner in ("partner-a", "partner-b", "partner-c"))
    assert {len(name) for name in names} == {64}
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in folder.glob("*.duckdb"))
    manifest = (folder / "manifest.json").read_text("utf-8")
    assert "partner-a" not in manifest and "partner-b" not in manifest
    assert monday.published.verify("2026-11-05-0001") == 3


def test_a_file_that_was_changed_is_noticed(monday):
    path = monday.published.file_of(name_of("partner-b"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DamagedError, match="not what was published"):
        monday.published.verify("2026-11-05-0001")


def test_a_partner_without_news_keeps_the_bytes(monday):
    monday.partners = ("partner-c", "partner-d")
    outcome = monday.publish(CLOSED_MONDAY)
    assert (outcome.status, outcome.files, outcome.linked) == ("published", 4, 3)
    paths = [monday.published.file_of(name_of("partner-a"), release) for release in monday.published.releases()]
    assert len({path.stat().st_ino for path in paths}) == 1
    assert monday.rows("partner-d", "partner_daily_usage", "day, is_suppressed") == [(MONDAY, True)]


def test_a_reader_of_the_old_release_finishes_on_it(monday):
    path = monday.published.file_of(name_of("partner-a"))
    with duckdb.connect(str(path), read_only=True) as reader:
        monday.views += a_day(TUESDAY)
        monday.publish(CLOSED_TUESDAY)
        monday.published.remove("2026-11-05-0001")
        assert reader.execute("SELECT day FROM partner_daily_usage").fetchall() == [(MONDAY,)]
    assert monday.rows("partner-a", "partner_daily_usage", "day") == [(MONDAY,), (TUESDAY,)]


def test_the_memory_holds_no_value_of_a_hidden_row(monday):
    memory = Memory(monday.place.gate, monday.published.current())
    memory.verify()
    cells = duckdb.sql(memory.scan(("page_views", "visits"))).filter("is_hidden")
    assert set(cells.project("page_views, visits, persons").fetchall()) == {(None, None, None)}
    assert cells.project("width_page_views").fetchall() == [(10,)] * 7


def test_a_week_is_the_sum_of_its_days_as_they_were_published(press):
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days[:6]:
        press.views += a_day(day)
    press.views += a_day(days[6])
    press.publish(date(2026, 11, 10))
    press.views += crowd("partner-a", MONDAY, 3, start=100)
    outcome = press.publish(CLOSED_WEEK)
    assert (outcome.restated, outcome.left) == (0, 1)
    assert press.rows("partner-a", "partner_weekly_usage", "week, page_views, visits") == [(MONDAY, 7 * 74, 7 * 54)]


def test_a_week_that_would_tell_a_hidden_day_hides_another_one_or_itself(press):
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        press.views += crowd("partner-a", day, 30 if day != days[3] else 4)
    press.publish(date(2026, 11, 10))
    before = press.rows("partner-a", "partner_daily_usage", "day, is_suppressed")
    assert [day for day, hidden in before if hidden] == [days[3]]
    assert press.publish(CLOSED_WEEK).status == "published"
    after = press.rows("partner-a", "partner_daily_usage", "day, is_suppressed")
    assert after[:6] == before
    (week,) = press.rows("partner-a", "partner_weekly_usage", "is_suppressed")
    assert after[6][1] + week[0] == 1


def test_all_at_once_is_as_safe_as_night_by_night(press):
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        press.views += crowd("partner-a", day, 30 if day != days[3] else 4)
    assert press.publish(CLOSED_WEEK).status == "published"
    hidden = [row[0] for row in press.rows("partner-a", "partner_daily_usage", "is_suppressed")]
    (week,) = press.rows("partner-a", "partner_weekly_usage", "is_suppressed")
    assert sum(hidden) + week[0] >= 2


def test_the_threshold_is_the_policys(monday, with_policy):
    strict = with_policy(monday, threshold=41)
    strict.views = [*monday.views, *a_day(TUESDAY)]
    strict.publish(CLOSED_TUESDAY)
    rows = strict.rows("partner-a", "partner_content_daily", "day, is_suppressed")
    assert rows == [(MONDAY, False), (TUESDAY, True)]


def test_figures_are_rounded_where_the_policy_says_so(press, with_policy):
    rounding = with_policy(press, rounding=5)
    rounding.views = crowd("partner-a", MONDAY, 42)
    rounding.publish(CLOSED_MONDAY)
    assert rounding.rows("partner-a", "partner_daily_usage", "page_views, contributing_people") == [(40, 40)]


def test_a_policy_without_publication_publishes_nothing(press):
    press.policy = press.policy.model_copy(update={"publication": None})
    with pytest.raises(UsageError, match="declares no publication"):
        press.publish(CLOSED_MONDAY)


def test_a_pointer_older_than_the_ledger_stops_everything(monday):
    monday.views += a_day(TUESDAY)
    monday.publish(CLOSED_TUESDAY)
    (monday.root / "published" / "current").write_text("2026-11-05-0001\n", "utf-8")
    with pytest.raises(DamagedError, match="older than the ledger"):
        settle(monday.place)
    assert len(monday.published.releases()) == 2


def test_a_memory_that_lacks_a_release_stops_everything(monday):
    (monday.root / "gate" / "2026-11-05-0001.json").unlink()
    monday.views += a_day(TUESDAY)
    with pytest.raises(DamagedError, match="lacks a release"):
        monday.publish(CLOSED_TUESDAY)
