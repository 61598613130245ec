"""Values that occur nowhere else, put where people leave such values, in input of a real source."""

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

CANARIES = {
    "login id": "canary-login-7Qf3k9Zx",
    "account key": "AKCANARY918273645",
    "IPv4 address": "203.0.113.177",
    "IPv4 prefix": "203.0.113.0/24",
    "IPv6 address": "2001:db8:ca11:ab1e:51de:c0de:beef:f00d",
    "IPv6 address written out": "2001:0db8:ca11:ab1e:51de:c0de:beef:f00d",
    "IPv6 prefix": "2001:db8:ca11::/48",
    "cookie": "canaryCookie-Wm8t2LrV",
    "undeclared parameter": "canaryToken-5Hx0PqNs",
    "undeclared value of a declared parameter": "canaryTab-J4vb6Ydc",
    "search text": "canary suchtext 검색어 Kz1",
    "path": "canary-path-G9wu3Rme",
    "content in a path": "canary-content-T2yi8Oap",
    "referrer path": "canary-referrer-B6nl4Xqh",
    "user agent": "CanaryAgent-D1sf7Kjv",
    "authenticated user": "canary-user-M5zc0Wgb",
    "name": "카나리아 홍길동 9731",
    "e-mail": "canary.person.4408@people.example",
    "phone": "010-9173-4462",
    "company": "Canary Holdings Qv7 Ltd",
    "broken line": "canary-broken-line-U3ex6Tzo",
    "line of an unread format": "canary-unread-format-P8hr1Fkd",
    "damaged file": "canary-damaged-file-L0ta5Vwj",
    "refused row": "canary-refused-row-C4mq9Sny",
    "record without a header": "canaryheadlessH5vp2Rkd",
    "broken export": "canary-broken-export-E7bx2Igu",
}
START = datetime(2026, 3, 4, 15, 5, tzinfo=UTC)
DAY = "2026-03-05"
NOW, LATER = "2026-03-06T02:00:00+09:00", "2026-03-06T03:00:00+09:00"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"
_MEMBER_COLUMNS = (
    "account_key", "login_id", "partner_id", "member_type", "status", "joined_at", "withdrawn_at",
    "contact_name", "contact_email", "contact_phone", "company_name",
)  # fmt: skip


def deliver(landing: Path) -> None:
    """Write logs and exports that hold every canary but those of `deliver_faults`."""
    logs, registry = landing / "access" / "web", landing / "registry"
    for folder in (logs, registry):
        folder.mkdir(parents=True, exist_ok=True)
    (logs / "access.log.gz").write_bytes(gzip.compress(b"\n".join(_lines()) + b"\n"))
    cut = gzip.compress(b"".join(b"%d %s\n" % (n, CANARIES["damaged file"].encode()) for n in range(5000)))
    (logs / "damaged.log.gz").write_bytes(cut[: len(cut) // 2])
    (logs / "other-format.log").write_text(f'{{"a": "{CANARIES["line of an unread format"]}"}}\n' * 3)
    (landing / "cookies").mkdir()
    (landing / "cookies" / "headless.csv").write_text(_cookies_without_a_header())
    (registry / "members.csv").write_text(_members())
    given = "2024-01-01T00:00:00+09:00"
    (registry / "consents.csv").write_text(
        f"account_key,consent,given_at,until,withdrawn_at\n{CANARIES['account key']},sign_up,{given},,\n"
    )
    (registry / "partners.csv").write_text("partner_id,name,type\nP00001,Paper Fox Label,agency\n")
    (registry / "contents.csv").write_text("content_id,partner_id,content_type\nC0000001,P00001,track\n")


def deliver_broken_export(landing: Path) -> Path:
    """Write an export without a header: its first row, a person's, stands where names of columns should."""
    c = CANARIES
    path = landing / "registry" / "members.csv"
    path.write_text(f'{c["account key"]},{c["login id"]},{c["broken export"]},"{c["name"]},{c["phone"]}\n')
    return path


def _cookies_without_a_header() -> str:
    """Return cookie records whose first row, a member's, stands where names of columns should."""
    return f"2026-03-05T12:00:00+09:00,issued,pc_member,{CANARIES['record without a header']},\n" * 3


def _lines() -> list[bytes]:
    c = CANARIES
    member = f"pc_member={c['login id']}; session={c['cookie']}"
    told = [
        (c["IPv4 address"], "-", "/", "-", BROWSER, member),
        (c["IPv4 address"], "-", f"/contents/C0000001?token={c['undeclared parameter']}&tab=info", "-", BROWSER, member),
        (c["IPv4 address"], "-", f"/contents/C0000001?tab={quote_plus(c['undeclared value of a declared parameter'])}",
         f"https://portal.example/{c['referrer path']}?q={quote_plus(c['search text'])}", BROWSER, member),
        (c["IPv6 address"], c["authenticated user"], f"/search?q={quote_plus(c['search text'])}", "-", BROWSER, "-"),
        (c["IPv6 address written out"], "-", f"/{c['path']}/{c['e-mail']}", "-", c["user agent"] + "/1.0", "-"),
        ("198.51.100.7", "-", f"/contents/{c['content in a path']}", "-", BROWSER, f"other={c['cookie']}"),
        ("198.51.100.8", "-", "/stats", "-", BROWSER, f"pc_member={c['login id']}; pc_member={c['cookie']}"),
        (f"{c['login id']}.host.example", "-", "/stats", "-", BROWSER, "-"),
    ]  # fmt: skip
    lines = [_line(number, *fields) for number, fields in enumerate(told)]
    lines += [_line(20 + n, f"198.51.100.{n}", "-", "/", "-", BROWSER, "-") for n in range(40)]
    broken = f'{c["IPv4 address"]} - - [yesterday] "GET /{c["broken line"]}'
    return [*lines[:3], broken.encode(), *lines[3:]]


def _line(number: int, address: str, user: str, target: str, referrer: str, agent: str, cookie: str) -> bytes:
    at = (START + timedelta(minutes=number)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{address} - {user} [{at}] "GET {target} HTTP/1.1" 200 1234 "{referrer}" "{agent}" "{cookie}"'.encode()


def _members() -> str:
    c = CANARIES
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([*_MEMBER_COLUMNS, "hobby"])
    told = (c["name"], c["e-mail"], c["phone"], c["company"])
    joined = "2024-01-01T00:00:00+09:00"
    rows.writerow([c["account key"], c["login id"], "P00001", "agency", "approved", joined, "", *told, c["name"]])
    rows.writerow(["AK2", "other-login", "P00001", "agency", c["refused row"], c["refused row"], "", *told, ""])
    return text.getvalue()
