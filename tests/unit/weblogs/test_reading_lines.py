"""A line by itself: what is accepted as it is, what is rejected and why, who is named, and what is filtered."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.filters import LineFilter
from pipelines.weblogs.formats import Reason, compile_format
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.reading import SCHEMA, Batch, Reading, read_batch

SEOUL = ZoneInfo("Asia/Seoul")
LIMITS = Limits(2**30, 200)
LINE = b'1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a?b HTTP/1.1" 200 12 "-" "agent" "m=kim"'


def reading(form: str = "combined_cookie", dialect: str = "preset", **more: Any) -> Reading:
    return Reading(compile_format(form, dialect), SEOUL, **{"member_cookie": "m", **more})


def lines_of(file: Path) -> list[bytes]:
    return [line for batch in split_lines(decompressed_chunks(file, LIMITS)) for line in batch.lines]


def log_format(real_data: Path, name: str) -> str:
    """Return a whole `log_format` directive of the server that wrote the hostile logs."""
    directives = (real_data / "nginx-hostile" / "log_formats.conf").read_text().splitlines()
    return next(directive for directive in directives if directive.split()[1] == name)


def column(batch: Batch, name: str) -> list[Any]:
    values: list[Any] = batch.accepted[name].to_pylist()
    return values


def assert_all_accounted(batch: Batch, lines: list[bytes]) -> None:
    positions = column(batch, "position") + [at for at, _ in batch.filtered] + [at for at, _ in batch.rejected]
    assert sorted(positions) == list(range(len(lines)))
    assert batch.accepted.schema.equals(SCHEMA)
    batch.accepted.validate(full=True)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        (LINE.replace(b" 12 ", b" - "), "bytes_sent", None),
        (LINE.replace(b" 12 ", b" 0 "), "bytes_sent", 0),
        (LINE.replace(b" 12 ", b" 9223372036854775807 "), "bytes_sent", 2**63 - 1),
        (LINE.replace(b" 200 ", b" - "), "status", None),
        (LINE.replace(b" 200 ", b" 000 "), "status", 0),
        (LINE.replace(b"GET /a?b HTTP/1.1", b""), "request", b""),
        (LINE.replace(b"GET /a?b HTTP/1.1", b"-"), "request", None),
        (LINE.replace(b"GET /a?b HTTP/1.1", b"\\x16\\x03\\x01"), "request", b"\x16\x03\x01"),
        (LINE.replace(b"GET /a?b HTTP/1.1", b"\\x16\\x03\\x01"), "method", None),
        (LINE.replace(b"agent", b"a\0\xff"), "user_agent", b"a\0\xff"),
        (LINE.replace(b"1.2.3.4", b"host.example"), "client_address", None),
        (LINE.replace(b"1.2.3.4", b"::ffff:1.2.3.4"), "client_address", "1.2.3.4"),
        (LINE.replace(b"1.2.3.4", b"1.2.3.4:5"), "client_address", "1.2.3.4"),
        (LINE + b"\r", "cookie", b"m=kim"),
        (LINE, "target", b"/a?b"),
        (LINE, "member_login", "kim"),
        (LINE.replace(b"+0000", b"+0900"), "occurred_at", datetime(2015, 5, 17, 1, 5, 3, tzinfo=UTC)),
        (LINE.replace(b" +0000", b""), "occurred_at", datetime(2015, 5, 17, 1, 5, 3, tzinfo=UTC)),
    ],
)
def test_an_odd_line_is_accepted_as_it_is(line: bytes, field: str, value: object) -> None:
    batch = read_batch([line], reading())
    assert batch.rejected == []
    assert column(batch, field) == [value]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\r", Reason.EMPTY),
        (LINE[:-1], Reason.CUT_OFF),
        (LINE + b" x", Reason.SHAPE),
        (LINE.replace(b"May", b"Mai"), Reason.TIME),
        (LINE.replace(b"17/May/2015:10:05:03 +0000", b"-"), Reason.TIME),
        (LINE.replace(b" 200 ", b" 20 "), Reason.STATUS),
        (LINE.replace(b" 200 ", b" 2000 "), Reason.STATUS),
        (LINE.replace(b" 200 ", b" -20 "), Reason.STATUS),
        (LINE.replace(b" 12 ", b" 9223372036854775808 "), Reason.BYTES),
        (LINE.replace(b" 12 ", b" 1.5 "), Reason.BYTES),
        (LINE.replace(b" 12 ", b" -1 "), Reason.BYTES),
        (LINE.replace(b"May", b"Mai").replace(b" 200 ", b" x "), Reason.TIME),
    ],
)
def test_a_line_that_cannot_be_read_is_rejected_with_its_place_and_reason(line: bytes, reason: Reason) -> None:
    batch = read_batch([LINE, line, LINE], reading())
    assert batch.rejected == [(1, reason)]
    assert column(batch, "position") == [0, 2]


def test_a_line_that_is_too_long_is_rejected_whatever_its_beginning() -> None:
    assert read_batch([LINE, LINE], reading(), too_long=(1,)).rejected == [(1, Reason.TOO_LONG)]


def test_no_lines_are_no_rows() -> None:
    for form in ("combined", "json"):
        batch = read_batch([], reading(form))
        assert (batch.accepted.num_rows, batch.accepted.schema) == (0, SCHEMA)
    batch = read_batch([b""], reading())
    assert (batch.accepted.num_rows, batch.rejected) == (0, [(0, Reason.EMPTY)])


def test_the_first_filter_that_matches_names_the_line_and_a_broken_line_stays_rejected() -> None:
    lines = [
        LINE,
        LINE.replace(b"/a?b", b"/healthz?x"),
        LINE.replace(b"agent", b"Monitor/1"),
        LINE.replace(b"/a?b", b"/static/x").replace(b"GET", b"HEAD"),
        LINE.replace(b"/a?b", b"/healthz").replace(b" 200 ", b" x "),
        LINE.replace(b"/a?b", b"/healthz").replace(b"agent", b"Monitor/1"),
        LINE.replace(b"/a?b", b"/static/x"),
        LINE.replace(b"/a?b", b"/healthz/more"),
    ]
    filters = (
        LineFilter("empty"),
        LineFilter("health", path=b"/healthz"),
        LineFilter("monitor", user_agent_prefix=b"Monitor/"),
        LineFilter("assets", path_prefix=b"/static/", method="HEAD"),
    )
    batch = read_batch(lines, reading(filters=filters))
    assert batch.filtered == [(1, "health"), (2, "monitor"), (3, "assets"), (5, "health")]
    assert batch.rejected == [(4, Reason.STATUS)]
    assert column(batch, "position") == [0, 6, 7]


def test_a_filter_on_a_field_the_format_lacks_matches_nothing() -> None:
    line = LINE.partition(b' "-"')[0]
    assert read_batch([line], reading("common", filters=(LineFilter("x", user_agent_prefix=b""),))).filtered == []


def test_only_a_trusted_proxy_names_another_client() -> None:
    lines = [
        LINE + b' "9.9.9.9, 8.8.8.8"',
        (LINE + b' "9.9.9.9, 8.8.8.8"').replace(b"1.2.3.4", b"10.0.0.1"),
        (LINE + b' "-"').replace(b"1.2.3.4", b"10.0.0.1"),
        (LINE + b' "unknown"').replace(b"1.2.3.4", b"10.0.0.1"),
        (LINE + b' "9.9.9.9"').replace(b"1.2.3.4", b"nowhere"),
        LINE,
    ]
    believing = reading(trusted_proxies=(ip_network("10.0.0.0/8"),))
    assert column(read_batch(lines, believing), "client_address") == [
        "1.2.3.4",
        "8.8.8.8",
        "10.0.0.1",
        None,
        None,
        "1.2.3.4",
    ]
    assert column(read_batch(lines, reading()), "client_address") == ["1.2.3.4", *["10.0.0.1"] * 3, None, "1.2.3.4"]


def test_cookies_say_who_sent_the_request() -> None:
    headers = [b"m=kim", b"m=kim; m=lee", b"a=1; b=2", b"-", b"m=", b"a=1; m=\\x22kim\\x22"]
    batch = read_batch([LINE.replace(b"m=kim", header) for header in headers], reading())
    assert column(batch, "member_login") == ["kim", None, None, None, None, "kim"]
    assert column(batch, "cookie_state") == ["member", "conflicting", "other_only", "none", "none", "member"]
    assert column(batch, "other_cookies") == [0, 0, 2, 0, 0, 1]


def test_a_member_cookie_logged_alone_is_found_without_regard_to_case() -> None:
    lines = [b'[17/May/2015:10:05:03 +0000] "kim"', b'[17/May/2015:10:05:03 +0000] "-"']
    alone = reading('[$time_local] "$cookie_memberid"', "nginx", member_cookie="memberId")
    batch = read_batch(lines, alone)
    assert column(batch, "member_login") == ["kim", None]
    assert column(batch, "cookie_state") == ["member", "none"]
    other = read_batch(lines, reading('[$time_local] "$cookie_memberid"', "nginx", member_cookie="else"))
    assert column(other, "cookie_state") == ["none", "none"]
    assert column(other, "other_cookies") == [0, 0]


def test_a_source_without_a_member_cookie_names_nobody() -> None:
    batch = read_batch(
        [LINE, LINE.replace(b"m=kim", b"kim"), LINE.replace(b"m=kim", b"=kim")], reading(member_cookie=None)
    )
    assert column(batch, "member_login") == [None] * 3
    assert column(batch, "cookie_state") == ["other_only"] * 3
    alone = reading('[$time_local] "$cookie_none"', "nginx", member_cookie=None)
    assert column(read_batch([b'[17/May/2015:10:05:03 +0000] "kim"'], alone), "member_login") == [None]


def test_a_json_line_may_give_the_request_whole_or_in_parts() -> None:
    lines = [
        b'{"time":"2015-05-17T10:05:03Z","request":"GET /a HTTP/1.1"}',
        b'{"time":"2015-05-17T10:05:03Z","method":"POST","uri":"/b","protocol":"HTTP/2"}',
        b'{"time":"2015-05-17T10:05:03Z"}',
    ]
    batch = read_batch(lines, reading("json"))
    assert column(batch, "method") == ["GET", "POST", None]
    assert column(batch, "target") == [b"/a", b"/b", None]
    assert column(batch, "protocol") == ["HTTP/1.1", "HTTP/2", None]


def test_a_dictionary_holds_each_value_once_and_no_null() -> None:
    lines = [LINE.replace(b"1.2.3.4", peer) for peer in (b"1.2.3.4", b"::ffff:1.2.3.4", b"1.2.3.4:5", b"x")]
    encoded = read_batch(lines, reading()).accepted["client_address"].chunk(0)
    assert encoded.dictionary.to_pylist() == ["1.2.3.4"]


def mutated(line: bytes, seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311  not a secret
    at = chance.randrange(len(line))
    cut: Callable[[bytes], bytes] = chance.choice(
        [
            lambda text: text[:at],
            lambda text: text[:at] + bytes((chance.randrange(256),)) + text[at + 1 :],
            lambda text: text[:at] + chance.choice([b'"', b"\\", b" ", b"]", b"\0", b"-", b"{", b"9" * 30]) + text[at:],
            lambda text: text[at:] + text[:at],
        ]
    )
    return cut(line)


JSON_LINE = (
    b'{"time":"2015-05-17T10:05:03Z","remote_addr":"1.2.3.4","status":200,"http_cookie":"m=\\u00e9","request":"GET /"}'
)
ANY_LINE = st.one_of(
    st.binary().map(lambda line: line.replace(b"\n", b"")),
    st.builds(mutated, st.sampled_from([LINE, JSON_LINE, LINE + b' "9.9.9.9" "x"']), st.integers(0, 2**32)),
    st.sampled_from([LINE, JSON_LINE, LINE.replace(b"agent", b"Monitor/1")]),
)


@pytest.mark.parametrize("form", ["common", "combined", "combined_cookie", "vhost_combined", "json"])
@settings(deadline=None)
@given(lines=st.lists(ANY_LINE, max_size=40))
def test_whatever_the_lines_each_is_accepted_filtered_or_rejected(form: str, lines: list[bytes]) -> None:
    source = reading(
        form, filters=(LineFilter("m", user_agent_prefix=b"Monitor/"),), trusted_proxies=(ip_network("1.0.0.0/8"),)
    )
    assert_all_accounted(read_batch(lines, source), lines)


@settings(deadline=None)
@given(lines=st.lists(ANY_LINE, max_size=20))
def test_a_line_is_read_the_same_alone_and_among_others(lines: list[bytes]) -> None:
    together = read_batch(lines, reading())
    alone = [read_batch([line], reading()) for line in lines]
    rows = [row for batch in alone for row in batch.accepted.drop_columns("position").to_pylist()]
    assert together.accepted.drop_columns("position").to_pylist() == rows
    assert [reason for _, reason in together.rejected] == [reason for batch in alone for _, reason in batch.rejected]


def test_batches_larger_than_a_slab_are_read_in_order(real_data: Path) -> None:
    lines = lines_of(real_data / "apache-semicomplete" / "access.log.gz")
    whole = read_batch(lines, reading("combined")).accepted
    parts = [read_batch(lines[at : at + 999], reading("combined")).accepted for at in range(0, len(lines), 999)]
    joined = pa.concat_tables(parts).drop_columns("position").unify_dictionaries()
    assert whole.drop_columns("position").to_pylist() == joined.to_pylist()
