"""User agents become a browser family, a system family, a kind of device and a bot mark, and nothing else."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import UsageError
from pipelines.privacy.user_agents import (
    NO_USER_AGENT,
    SCHEMA,
    ReducedUserAgent,
    UserAgentReducer,
    reduce_user_agents,
    user_agent_reducer,
)

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {APPLE}"
GALAXY = "Mozilla/5.0 (Linux; Android 14; SM-S928N"
PEOPLE = [
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
        "Chrome",
        "Windows",
        "desktop",
    ),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        "Edge",
        "Windows",
        "desktop",
    ),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Whale/4.29.282.14 Safari/537.36",
        "Whale",
        "Windows",
        "desktop",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Firefox",
        "Windows",
        "desktop",
    ),
    ("Mozilla/5.0 (Windows NT 10.0; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko", "IE", "Windows", "desktop"),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0",
        "Opera",
        "Windows",
        "desktop",
    ),
    (
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.1 Safari/605.1.15",
        "Safari",
        "Mac OS X",
        "desktop",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Firefox",
        "Mac OS X",
        "desktop",
    ),
    (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome", "Linux", "desktop"),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox", "Ubuntu", "desktop"),
    (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
        "Chrome",
        "Chrome OS",
        "desktop",
    ),
    (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Mobile Safari", "iOS", "mobile"),
    (f"{IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome Mobile iOS", "iOS", "mobile"),
    (f"{IPHONE} Mobile/15E148 KAKAOTALK 24.10.5", "Mobile Safari UI/WKWebView", "iOS", "mobile"),
    (f"{IPHONE} Mobile/15E148 NAVER(inapp; search; 2000; 12.9.1)", "Mobile Safari UI/WKWebView", "iOS", "mobile"),
    (
        f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {APPLE} Version/17.6 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "tablet",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile",
        "Android",
        "mobile",
    ),
    (
        f"{GALAXY}) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
        "Samsung Internet",
        "Android",
        "mobile",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 14; SM-X910N) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
        "Chrome",
        "Android",
        "tablet",
    ),
    (
        f"{GALAXY}; wv) {WEBKIT} Version/4.0 Chrome/130.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/489.0.0.66.81;]",
        "Facebook",
        "Android",
        "mobile",
    ),
    (
        f"{GALAXY}; wv) {WEBKIT} Version/4.0 Chrome/130.0.6723.86 Mobile Safari/537.36 Instagram 355.1.0.44.103",
        "Instagram",
        "Android",
        "mobile",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 9; CUBOT X19) {WEBKIT} Chrome/110.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile",
        "Android",
        "mobile",
    ),
    ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox Mobile", "Android", "mobile"),
    (
        f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) {WEBKIT} Version/7.0 TV Safari/537.36",
        "Safari",
        "Tizen",
        "other",
    ),
]


@pytest.mark.parametrize(("header", "browser", "system", "device"), PEOPLE)
def test_a_browser_of_a_person_is_named_and_is_no_bot(header: str, browser: str, system: str, device: str) -> None:
    assert user_agent_reducer().reduce(header.encode()) == ReducedUserAgent(browser, system, device, False)


def test_every_real_crawler_is_a_bot(real_data: Path) -> None:
    crawlers = json.loads((real_data / "user-agents" / "crawler-user-agents.json").read_text("utf-8"))
    headers = [instance.encode() for crawler in crawlers for instance in crawler["instances"]]
    reduced = reduce_user_agents(headers)
    assert len(headers) == 2115
    assert [header for header, is_bot in zip(headers, reduced["is_bot"].to_pylist(), strict=True) if not is_bot] == []
    assert set(reduced["device_class"].to_pylist()) == {"bot"}


@pytest.mark.parametrize("header", [b"curl/8.5.0", b"python-requests/2.32.3", b"Wget/1.21.4", b"Go-http-client/1.1"])
def test_a_program_that_fetches_is_a_bot(header: bytes) -> None:
    assert user_agent_reducer().reduce(header).is_bot


@pytest.mark.parametrize("header", [None, b"", b"-"])
def test_a_missing_user_agent_is_unknown_and_no_bot(header: bytes | None) -> None:
    assert user_agent_reducer().reduce(header) == NO_USER_AGENT == ("Other", "Other", "other", False)


@pytest.mark.parametrize(
    "header",
    [
        b"kim.minsu@example.com/1.0 CFNetwork/1410.0.3 Darwin/22.6.0",
        b"KimMinsuReader-iPhone/3 CFNetwork/1410.0.3 Darwin/22.6.0",
        b"Mozilla/5.0 (compatible; KimMinsuBot/1.0)",
        b"HbbTV/1.1.1 (; kimminsu ; tv; 2013; x) ",
    ],
)
def test_a_name_in_the_header_never_becomes_a_family(header: bytes) -> None:
    reduced = user_agent_reducer().reduce(header)
    assert "kim" not in f"{reduced.browser} {reduced.os}".lower()


HEADERS = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(st.text(max_size=40), st.sampled_from([header for header, *_ in PEOPLE]), st.text(max_size=40)).map(
        lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
    ),
    st.from_regex(r"[A-Za-z0-9 .@-]{1,40}(Bot|Spider|-iPhone)?/[0-9]{1,3} CFNetwork", fullmatch=True).map(str.encode),
)


@given(HEADERS)
def test_any_header_gives_words_of_the_vocabulary_only(header: bytes) -> None:
    reducer = user_agent_reducer()
    reduced = reducer.reduce(header)
    assert reduced.browser in reducer.browsers
    assert reduced.os in reducer.systems
    assert reduced.device_class in {"desktop", "mobile", "tablet", "bot", "other"}
    assert (reduced.device_class == "bot") == reduced.is_bot


def test_the_vocabulary_holds_the_browsers_in_use_and_no_long_text() -> None:
    reducer = user_agent_reducer()
    assert {browser for _, browser, *_ in PEOPLE} | {"Other", "KakaoTalk", "Googlebot"} <= reducer.browsers
    assert {"Windows", "Mac OS X", "Linux", "Android", "iOS", "FreeBSD", "Other"} <= reducer.systems
    assert max(map(len, reducer.browsers | reducer.systems)) <= 64
    assert 100 < len(reducer.browsers) < 2000


def test_the_table_has_one_row_for_each_header_in_order() -> None:
    table = reduce_user_agents([PEOPLE[0][0].encode(), None, b"Googlebot/2.1"])
    assert table.schema == SCHEMA
    assert table["is_bot"].to_pylist() == [False, False, True]
    assert reduce_user_agents([]).equals(pa.table({f.name: pa.array([], f.type) for f in SCHEMA}, schema=SCHEMA))


def test_without_the_native_parser_it_stops_with_a_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def missing(name: str) -> object:
        if name == "ua_parser_rs":
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match="ua-parser-rs"):
        UserAgentReducer()


def test_importing_the_module_loads_no_pattern_file(repository: Path) -> None:
    code = "import sys, pipelines.privacy.user_agents; print({'crawleruseragents', 'ua_parser'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=repository)
    assert done.stdout.strip() == "set()"
