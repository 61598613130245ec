"""Formats are compiled from the servers' own strings, and a line's values come out as they were sent."""

import pytest

from pipelines.errors import UsageError
from pipelines.weblogs.formats import Reason, UnreadableLineError, compile_format, dialect_of
from pipelines.weblogs.presets import PRESETS

COMBINED = b'1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 12 "http://e.example/" "agent"'


def split(text: str, dialect: str, line: bytes) -> dict[str, bytes | None]:
    return compile_format(text, dialect).split(line)


def reason_of(text: str, dialect: str, line: bytes) -> Reason:
    with pytest.raises(UnreadableLineError) as raised:
        split(text, dialect, line)
    return raised.value.reason


@pytest.mark.parametrize(
    "text",
    [
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
        "log_format main '$remote_addr - $remote_user [$time_local] \"$request\" '\n"
        '    \'$status $body_bytes_sent "$http_referer" "${http_user_agent}"\';',
        '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
        r"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\"",
        r'LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"" combined',
        "combined",
    ],
)
def test_combined_is_combined_in_each_way_of_writing_it(text: str) -> None:
    assert split(text, dialect_of(text), COMBINED) == {
        "client_address": b"1.2.3.4",
        "remote_user": None,
        "time": b"17/May/2015:10:05:03 +0000",
        "request": b"GET /a HTTP/1.1",
        "status": b"200",
        "bytes_sent": b"12",
        "referrer": b"http://e.example/",
        "user_agent": b"agent",
    }


def test_each_preset_reads_a_line_of_its_own() -> None:
    lines = {
        "common": COMBINED.partition(b' "http')[0],
        "combined": COMBINED,
        "combined_cookie": COMBINED + b' "a=1"',
        "vhost_combined": b"www.example:443 " + COMBINED,
        "json": b'{"time":"2015-05-17T10:05:03Z","status":200}',
    }
    assert set(lines) == set(PRESETS)
    for name, line in lines.items():
        assert split(name, "preset", line)["status"] == b"200"
    assert split("vhost_combined", "preset", lines["vhost_combined"])["host"] == b"www.example"


def test_combined_cookie_takes_further_quoted_fields() -> None:
    found = split("combined_cookie", "preset", COMBINED + b' "a=1" "9.9.9.9" "7" "x\\"y"\r')
    assert (found["cookie"], found["forwarded_for"]) == (b"a=1", b"9.9.9.9")
    assert split("combined_cookie", "preset", COMBINED + b' "a=1"')["forwarded_for"] is None
    assert reason_of("combined_cookie", "preset", COMBINED + b' "a=1" 9.9.9.9') is Reason.SHAPE
    assert reason_of("combined", "preset", COMBINED + b' "a=1"') is Reason.SHAPE


@pytest.mark.parametrize("user", [b"john doe", b"x [fake", b"[17/May/2015:10:05:03 +0000] x", b"a] b", b"-x"])
def test_a_user_name_with_spaces_and_brackets_moves_nothing(user: bytes) -> None:
    found = split("combined", "preset", COMBINED.replace(b"- -", b"- " + user))
    assert (found["remote_user"], found["time"]) == (user, b"17/May/2015:10:05:03 +0000")


def test_nginx_can_escape_as_json_or_not_at_all() -> None:
    json_line = b'{"t":"2015-05-17T10:05:03Z","s":200,"ua":"a\\"\\u0000\xff","c":""}'
    template = 'escape=json \'{"t":"$time_iso8601","s":$status,"ua":"$http_user_agent","c":"$http_cookie"}\''
    assert split(template, "nginx", json_line) == {
        "time": b"2015-05-17T10:05:03Z",
        "status": b"200",
        "user_agent": b'a"\0\xff',
        "cookie": None,
    }
    assert split("escape=none '$msec \"$http_user_agent\"'", "nginx", b'1.0 "a\\x22"')["user_agent"] == b"a\\x22"


def test_a_missing_value_is_none_and_an_empty_one_is_empty() -> None:
    found = split("combined", "preset", COMBINED.replace(b'"http://e.example/" "agent"', b'"-" ""'))
    assert (found["referrer"], found["user_agent"]) == (None, b"")


def test_lists_of_addresses_and_upstream_times_may_stand_unquoted() -> None:
    text = "$http_x_forwarded_for - $remote_user [$time_local] $upstream_addr $upstream_response_time $status"
    line = (
        b"9.9.9.9, 10.0.0.1 - - [17/May/2015:10:05:03 +0000] 10.0.0.2:80, 10.0.0.3:80 : 10.0.0.4:80 0.1, 0.2 : 0.3 200"
    )
    found = split(text, "nginx", line)
    assert (found["forwarded_for"], found["status"]) == (b"9.9.9.9, 10.0.0.1", b"200")


def test_a_request_in_parts_is_read() -> None:
    nginx = split(
        '$msec "$request_method $scheme://$host$request_uri $server_protocol"',
        "nginx",
        b'1 "GET http://h.example/a?b HTTP/1.1"',
    )
    assert (nginx["host"], nginx["target"]) == (b"h.example", b"/a?b")
    assert split('$msec "$uri$is_args$args"', "nginx", b'1 "/a?b"')["target"] == b"/a?b"
    assert split('%{sec}t "%m %U%q %H"', "apache", b'1 "GET /a?b HTTP/1.1"')["target"] == b"/a?b"


def test_a_single_cookie_may_be_logged_alone() -> None:
    assert (
        split('[$time_local] "$cookie_pc_member"', "nginx", b'[17/May/2015:10:05:03 +0000] "kim"')["cookie:pc_member"]
        == b"kim"
    )
    assert split('%t "%{pc_member}C"', "apache", b'[17/May/2015:10:05:03 +0000] "-"')["cookie:pc_member"] is None


def test_apache_times_may_have_a_pattern() -> None:
    form = compile_format('%h %{begin:%d.%m.%Y %T}t "%r" %D %%', "apache")
    assert form.time_pattern == "%d.%m.%Y %H:%M:%S"
    assert form.split(b'1.2.3.4 17.05.2015 10:05:03 "GET /" 77 %')["time"] == b"17.05.2015 10:05:03"
    found = split("%u %{%F %T}t %h %>s", "apache", b"kim 2015-05-17 10:05:03 1.2.3.4 200")
    assert (found["time"], found["client_address"]) == (b"2015-05-17 10:05:03", b"1.2.3.4")


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("", "nginx"),
        ("$remote_addr $status", "nginx"),
        ("$time_local $", "nginx"),
        ("$time_local$status", "nginx"),
        ("escape=other '$time_local'", "nginx"),
        ("%h %>s", "apache"),
        ("%t %", "apache"),
        ("%h%t%s%b", "apache"),
        ("%{%Q}t", "apache"),
        ("%{%d/%b/%Y:%T}t.%{%z}t", "apache"),
        ("nothing", "preset"),
        ("%t", "iis"),
    ],
)
def test_a_format_that_cannot_work_is_refused(text: str, dialect: str) -> None:
    with pytest.raises(UsageError, match="log format"):
        compile_format(text, dialect)


@pytest.mark.parametrize("field_map", [{"time": "t", "colour": "c"}, {"status": "s"}])
def test_a_field_map_that_cannot_work_is_refused(field_map: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="field"):
        compile_format("", "json", field_map=field_map)


def test_a_text_that_is_no_format_is_refused() -> None:
    with pytest.raises(UsageError, match="neither a preset"):
        dialect_of("combinde")


def test_a_json_line_is_read_by_its_field_map() -> None:
    form = compile_format("", "json", field_map={"time": "t", "user_agent": "ua", "status": "s", "bytes_sent": "b"})
    line = b'{"t":1431857103.262,"ua":"\xff\xfe \\u00e9 \\ud800","s":200,"b":18446744073709551616,"x":{"y":[1]}}'
    assert form.split(line) == {
        "time": b"1431857103.262",
        "user_agent": b"\xff\xfe \xc3\xa9 \xed\xa0\x80",
        "status": b"200",
        "bytes_sent": b"18446744073709551616",
    }
    assert form.split(b'{"t":null,"ua":""}') == {"time": None, "user_agent": None, "status": None, "bytes_sent": None}
    assert form.split(b'{"t":true,"ua":"-"}')["user_agent"] == b"-"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\r", Reason.EMPTY),
        (b'{"time":"2015', Reason.CUT_OFF),
        (b"[1]", Reason.JSON),
        (b"1", Reason.JSON),
        (b'{"time":}', Reason.JSON),
        (b'{"time":1} {}', Reason.JSON),
        (b"\xff\xfe{}", Reason.JSON),
        (b"[" * 100_000, Reason.JSON),
        (b'{"a":' * 100_000, Reason.CUT_OFF),
        (b'{"time":["2015"]}', Reason.VALUE),
        (b'{"time":{"a":1}}', Reason.VALUE),
    ],
)
def test_a_json_line_that_cannot_be_read_says_why(line: bytes, reason: Reason) -> None:
    assert reason_of("json", "preset", line) is reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\r", Reason.EMPTY),
        (COMBINED + b" ", Reason.SHAPE),
        (COMBINED.replace(b'"agent"', b'"a"gent"'), Reason.SHAPE),
        (COMBINED.replace(b"[", b"("), Reason.SHAPE),
        (COMBINED.replace(b"] ", b"]  "), Reason.SHAPE),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: bytes, reason: Reason) -> None:
    assert reason_of("combined", "preset", line) is reason


@pytest.mark.parametrize("line", [COMBINED, COMBINED.replace(b"agent", b'a\\"b'), COMBINED.replace(b"agent", b"a\\\\")])
def test_a_line_cut_off_anywhere_is_said_to_be_cut_off(line: bytes) -> None:
    form = compile_format("combined", "preset")
    form.split(line)
    for end in range(1, len(line)):
        with pytest.raises(UnreadableLineError) as raised:
            form.split(line[:end])
        assert raised.value.reason is Reason.CUT_OFF


def test_a_reason_holds_nothing_of_the_line() -> None:
    with pytest.raises(UnreadableLineError) as raised:
        split("combined", "preset", b"secret")
    assert "secret" not in str(raised.value)
    assert str(raised.value) == Reason.CUT_OFF.value


def test_a_hostile_line_takes_time_in_proportion_to_its_length() -> None:
    form = compile_format("combined", "preset")
    rows, failures = form.capture_all(
        [
            b"1.2.3.4 - " + b"a [b " * 200_000,
            b"1.2.3.4 - " + b"[17/May/2015:10:05:03 +0000] " * 30_000,
            COMBINED[:-1] + b'\\"' * 500_000,
            COMBINED[:-1] + b"\\" * 999_999,
        ]
    )
    assert rows == [None] * 4
    assert len(failures) == 4
