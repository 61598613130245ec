"""Every line is accepted, filtered or rejected, and what is accepted is what was sent: on real logs, with known answers."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pytest

from pipelines.weblogs.decompression import Limits, decompressed_chunks
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


def test_the_apache_log_gives_the_known_answers(real_data: Path) -> None:
    folder = real_data / "apache-semicomplete"
    truth = json.loads((folder / "truth.json").read_text())
    lines = lines_of(folder / "access.log.gz")
    batch = read_batch(lines, reading("combined"))
    assert_all_accounted(batch, lines)
    assert (len(lines), batch.accepted.num_rows) == (10_000, 9_999)
    assert [(position + 1, reason) for position, reason in batch.rejected] == [(8_899, Reason.CUT_OFF)]
    assert {str(key): count for key, count in Counter(column(batch, "status")).items()} == truth["status"]
    assert pc.sum(batch.accepted["bytes_sent"]).as_py() == truth["bytes_sum"] == 2_747_282_505
    assert batch.accepted["bytes_sent"].null_count == truth["bytes_dash"]
    assert len(set(column(batch, "client_address"))) == truth["distinct_hosts"] == 1_753
    assert Counter(column(batch, "client_address")).most_common(5) == [tuple(top) for top in truth["top_hosts"]]
    assert Counter(column(batch, "method")) == truth["methods"]
    assert Counter(column(batch, "protocol")) == truth["protocols"]
    assert len(set(column(batch, "user_agent")) - {None}) + 1 == truth["distinct_ua"]
    assert batch.accepted["user_agent"].null_count == truth["ua_dash"]
    assert batch.accepted["referrer"].null_count == truth["referer_dash"]
    days = Counter(instant.strftime("%d/%b/%Y") for instant in column(batch, "occurred_at"))
    assert days == truth["per_day"]


def test_duplicate_lines_are_hits_of_their_own(real_data: Path) -> None:
    lines = lines_of(real_data / "apache-semicomplete" / "access.log.gz")
    assert len(lines) - len(set(lines)) == 19
    assert read_batch(lines + lines, reading("combined")).accepted.num_rows == 2 * 9_999


@pytest.mark.parametrize("form", ["the server's own", "preset"])
@pytest.mark.parametrize("name", ["combined", "combined_cookie", "json"])
def test_every_line_of_the_hostile_logs_is_accounted_for(real_data: Path, name: str, form: str) -> None:
    lines = lines_of(real_data / "nginx-hostile" / f"{name}.log.gz")
    truth = json.loads((real_data / "nginx-hostile" / "truth.json").read_text())
    own = form != "preset" and name != "combined"
    batch = read_batch(lines, reading(log_format(real_data, name), "nginx") if own else reading(name))
    assert_all_accounted(batch, lines)
    assert batch.accepted.num_rows == truth["lines"] == 7_050
    assert {str(key): count for key, count in Counter(column(batch, "status")).items()} == truth["status"]
    assert pc.sum(batch.accepted["bytes_sent"]).as_py() == truth["bytes_sum"]
    assert len(set(column(batch, "client_address"))) == truth["distinct_hosts"]
    assert Counter(column(batch, "method"))["GET"] == truth["methods"]["GET"] + 3


HEADERS = {"user_agent": "ua", "referrer": "referer", "cookie": "cookie", "forwarded_for": "xff"}


def requests_by_number(real_data: Path, name: str) -> dict[str, dict[str, Any]]:
    """Return the accepted lines of a hostile log by the number the client gave each request, the last field of the line."""
    folder = real_data / "nginx-hostile"
    file = next(folder.glob(f"{name}.log*"))
    lines = lines_of(file)
    kind = "json" if name.endswith("json") else "combined_cookie"
    batch = read_batch(lines, reading(log_format(real_data, kind), "nginx") if kind != "json" else reading("json"))
    assert batch.accepted.num_rows == len(lines)
    numbers = [line.rstrip(b"}").rsplit(b'"', 2)[1].decode() for line in lines]
    return dict(zip(numbers, batch.accepted.to_pylist(), strict=True))


@pytest.mark.parametrize("name", ["combined_cookie", "json"])
def test_the_hostile_requests_decode_to_what_was_sent(real_data: Path, name: str) -> None:
    logged = requests_by_number(real_data, name)
    with gzip.open(real_data / "nginx-hostile" / "sent.jsonl.gz") as file:
        sent = [json.loads(line) for line in file]
    joined = [(request, logged[str(request["req"])]) for request in sent if str(request["req"]) in logged]
    assert len(joined) == 7_038
    # The text format cannot tell a header that was not sent from one whose value is `-`.
    unsaid = b"-" if name == "combined_cookie" else b""
    differing, with_blanks = [], 0
    for request, line in joined:
        target = f"{request['method']} {request['uri']} HTTP/1.1".encode("latin-1")
        differing += [(request["req"], "request")] if line["request"] != target else []
        for field, key in HEADERS.items():
            value = request[key].encode("latin-1")
            # Blanks around a header's value are no part of it (RFC 9110, 5.5): the server never had them.
            with_blanks += value != value.strip(b" ")
            wanted = b"" if value == unsaid else value.strip(b" ")
            differing += [(request["req"], field)] if (line[field] or b"") != wanted else []
    assert differing == []
    assert with_blanks == 6
    assert [request["req"] for request, line in joined if line["status"] != request["status"]] == []
    assert [request["req"] for request, line in joined if line["client_address"] != request["ip"]] == []


@pytest.mark.parametrize("name", ["bytes_combined_cookie", "bytes_json"])
def test_the_21_cases_of_raw_bytes_decode_to_what_was_sent(real_data: Path, name: str) -> None:
    logged = requests_by_number(real_data, name)
    sent = [json.loads(line) for line in (real_data / "nginx-hostile" / "bytes_sent.jsonl").read_text().splitlines()]
    agents = {str(case["req"]): bytes.fromhex(case["ua_hex"]) for case in sent}
    assert {number: line["user_agent"] for number, line in logged.items()} == agents
    assert {number: line["cookie"] for number, line in logged.items()} == {
        number: b"memberId=" + agent for number, agent in agents.items()
    }
    assert len(agents) == 21


def test_lines_that_are_not_utf_8_are_read(real_data: Path) -> None:
    lines = lines_of(real_data / "nginx-hostile" / "bytes_json.log")

    def is_text(line: bytes) -> bool:
        try:
            line.decode()
        except UnicodeDecodeError:
            return False
        return True

    assert sum(not is_text(line) for line in lines) == 9
    assert read_batch(lines, reading("json")).rejected == []
