"""What cookie records mean, held against a naive reading of them one by one."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records.cookies import EVENTS, NO_HISTORY, CookieFindings, Standing, findings, history

OURS = frozenset({"pc_member"})
SCHEMA = pa.schema(
    [
        ("time", pa.timestamp("us", "UTC")),
        ("event", pa.string()),
        ("cookie_name", pa.string()),
        ("member_id", pa.string()),
        ("expires", pa.timestamp("us", "UTC")),
    ]
)


def records(*rows: tuple[int, str, str | None], cookie: str = "pc_member") -> pa.Table:
    return pa.Table.from_pylist(
        [{"time": at(second), "event": event, "cookie_name": cookie, "member_id": who} for second, event, who in rows],
        schema=SCHEMA,
    )


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def standing(table: pa.Table, *asked: tuple[int, str | None]) -> list[str]:
    logins = pa.chunked_array([[who for _, who in asked]], pa.string())
    instants = np.array([second * 1_000_000 for second, _ in asked], dtype=np.int64)
    return [Standing(value).name for value in history(table, OURS).standing_at(logins, instants)]


def naive(rows: list[tuple[int, str, str | None]], second: int, who: str | None) -> str:
    """Walk through the records of one login up to an instant, one after the other."""
    now = "issued"
    for _, event, _ in sorted(
        (r for r in rows if r[2] == who and r[0] <= second), key=lambda r: (r[0], EVENTS.index(r[1]))
    ):
        if not (event == "ended" and now == "refused"):
            now = event
    return now.upper() if who is not None else "ISSUED"


def test_a_refusal_holds_from_its_instant_on_and_not_before():
    assert standing(records((10, "refused", "kim")), (9, "kim"), (10, "kim"), (11, "kim")) == [
        "ISSUED",
        "REFUSED",
        "REFUSED",
    ]


def test_a_refusal_holds_until_the_cookie_is_issued_again():
    table = records((10, "refused", "kim"), (20, "ended", "kim"), (30, "issued", "kim"))
    assert standing(table, (29, "kim"), (30, "kim")) == ["REFUSED", "ISSUED"]


def test_a_cookie_shown_after_its_end_is_noticed_until_a_later_issue():
    table = records((10, "issued", "kim"), (20, "ended", "kim"), (30, "issued", "kim"))
    assert standing(table, (19, "kim"), (20, "kim"), (29, "kim"), (30, "kim")) == [
        "ISSUED",
        "ENDED",
        "ENDED",
        "ISSUED",
    ]


def test_a_refusal_after_an_end_is_a_refusal():
    assert standing(records((10, "ended", "kim"), (20, "refused", "kim")), (15, "kim"), (25, "kim")) == [
        "ENDED",
        "REFUSED",
    ]


def test_of_records_with_one_instant_the_stricter_holds():
    for events in (("refused", "issued"), ("issued", "refused"), ("ended", "refused")):
        assert standing(records(*((10, event, "kim") for event in events)), (10, "kim")) == ["REFUSED"]
    assert standing(records((10, "ended", "kim"), (10, "issued", "kim")), (10, "kim")) == ["ENDED"]


def test_one_members_records_say_nothing_of_another():
    table = records((10, "refused", "kim"), (10, "ended", "lim"))
    assert standing(table, (20, "kam"), (20, "kim"), (20, "kin"), (20, "lim"), (20, None)) == [
        "ISSUED",
        "REFUSED",
        "ISSUED",
        "ENDED",
        "ISSUED",
    ]


def test_another_cookies_refusal_is_not_the_member_cookies():
    assert standing(records((10, "refused", "kim"), cookie="ad_tracker"), (20, "kim")) == ["ISSUED"]


def test_a_record_without_a_member_turns_nothing():
    assert history(records((10, "refused", None)), OURS) is NO_HISTORY


def test_who_was_only_ever_issued_a_cookie_is_not_looked_up():
    assert history(records((10, "issued", "kim"), (11, "refused", "lee")), OURS).logins == ("lee",)


def test_without_records_everybody_is_a_member():
    assert standing(SCHEMA.empty_table(), (1, "kim"), (2, None)) == ["ISSUED", "ISSUED"]
    assert standing(records((1, "refused", "kim"))) == []


WHO = st.sampled_from(["kim", "lee", "", "김", None])
SECONDS = st.integers(0, 8)


@given(
    st.lists(st.tuples(SECONDS, st.sampled_from(EVENTS), WHO), max_size=30),
    st.lists(st.tuples(SECONDS, WHO), max_size=20),
)
def test_every_history_is_read_as_one_record_after_the_other(rows, asked):
    assert standing(records(*rows), *asked) == [naive(rows, second, who) for second, who in asked]


@given(st.lists(st.tuples(SECONDS, st.sampled_from(EVENTS), WHO), max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_delivery_does_not_matter(rows, chance):
    asked = [(second, who) for second in range(9) for who in ("kim", "lee")]
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert standing(records(*shuffled), *asked) == standing(records(*rows), *asked)


@pytest.mark.parametrize(
    ("event", "cookie", "expires", "found"),
    [
        ("issued", "pc_member", None, CookieFindings(0, 0)),
        ("issued", "pc_member", at(99), CookieFindings(1, 0)),
        ("issued", "ad_tracker", None, CookieFindings(0, 1)),
        ("issued", "ad_tracker", at(99), CookieFindings(1, 1)),
        ("refused", "ad_tracker", None, CookieFindings(0, 0)),
        ("ended", "pc_member", at(99), CookieFindings(0, 0)),
    ],
)
def test_persistent_cookies_and_other_names_are_counted_when_they_are_issued(event, cookie, expires, found):
    row = {"time": at(1), "event": event, "cookie_name": cookie, "member_id": "kim", "expires": expires}
    assert findings(pa.Table.from_pylist([row], schema=SCHEMA), OURS) == found
