"""Log sources: defaults, and what is refused where."""

from pathlib import Path

import pytest

from pipelines.errors import PolicyError, UsageError
from pipelines.policy import Sources, load_sources

PLAIN = """\
version: 1
sources:
  web:
    kind: real
    dialect: preset
    preset: combined
    time_zone: Asia/Seoul
    member_cookie: pc_member
    trusted_proxies: [10.0.0.0/8, "fd00::/8"]
    filters:
      - {name: health, path: /healthz}
      - {name: monitor, user_agent_prefix: Monitor/}
  sample-logs: {kind: demo, dialect: apache, format: "%h %t", member_cookie: pc_member}
  structured:
    kind: real
    dialect: json
    field_map: {time: ts, client_address: ip}
    member_cookie: pc_member
"""


def load(folder: Path, text: str) -> Sources:
    file = folder / "sources.yml"
    file.write_text(text, encoding="utf-8")
    return load_sources(file)


def test_real_deliveries_are_removed_after_import_and_demo_ones_are_not(tmp_path: Path) -> None:
    sources = load(tmp_path, PLAIN)
    assert sources.source("web").remove_after_import
    assert not sources.source("sample-logs").remove_after_import


def test_what_is_stated_about_removal_holds(tmp_path: Path) -> None:
    text = PLAIN.replace("kind: real", "kind: real\n    remove_after_import: false", 1)
    text = text.replace("kind: demo", "kind: demo, remove_after_import: true")
    sources = load(tmp_path, text)
    assert not sources.source("web").remove_after_import
    assert sources.source("sample-logs").remove_after_import


def test_an_unsaid_time_zone_is_seoul_and_nothing_is_trusted(tmp_path: Path) -> None:
    source = load(tmp_path, PLAIN).source("sample-logs")
    assert (source.time_zone, source.trusted_proxies, source.filters) == ("Asia/Seoul", (), ())


def test_an_undeclared_source_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no source 'shop' is declared; there are sample-logs, structured, web"):
        load(tmp_path, PLAIN).source("shop")


REFUSED = [
    pytest.param("kind: real\n", "kind: live\n", 4, "Input should be 'real' or 'demo'", id="unknown_kind"),
    pytest.param("kind: real\n", "kind: real\n    colour: red\n", 5, "unknown key 'colour'", id="unknown_key"),
    pytest.param("preset: combined", "format: x", 3, "dialect preset takes preset", id="format_for_preset"),
    pytest.param('format: "%h %t", ', "", 13, "dialect apache takes format", id="no_format"),
    pytest.param('format: "%h %t"', 'format: "%h %t", preset: common', 13, "and only that", id="format_and_preset"),
    pytest.param("{time: ts, client_address: ip}", "{client_address: ip}", 14, "which key holds the time", id="no_time"),
    pytest.param("client_address: ip", "clientip: ip", 17, "Input should be 'client_address'", id="no_such_field"),
    pytest.param("Asia/Seoul", "Asia/Soul", 7, "no such time zone", id="unknown_zone"),
    pytest.param("Asia/Seoul", "../etc/passwd", 7, "no such time zone", id="zone_is_a_path"),
    pytest.param("10.0.0.0/8", "10.0.0.1/8", 9, "host bits set", id="address_not_network"),
    pytest.param("10.0.0.0/8", "proxy.local", 9, "not appear to be an IPv4 or IPv6 network", id="proxy_by_name"),
    pytest.param("member_cookie: pc_member\n    trusted", "member_cookie: 'a b'\n    trusted", 8, "match pattern", id="cookie"),
    pytest.param("    member_cookie: pc_member\n    trusted", "    trusted", 3, "'member_cookie' is missing", id="no_cookie"),
    pytest.param("{name: health, path: /healthz}", "{name: health}", 11, "would filter every line", id="empty_filter"),
    pytest.param("name: monitor", "name: health", 3, "two filters have one name", id="filter_twice"),
    pytest.param("sample-logs:", "../logs:", 13, "match pattern", id="name_is_a_path"),
    pytest.param("sample-logs:", "web:", 13, "duplicate key 'web'", id="source_twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "cause"), REFUSED)
def test_wrong_sources_are_refused_with_their_line(tmp_path: Path, old: str, new: str, line: int, cause: str) -> None:
    assert load(tmp_path, PLAIN)
    assert old in PLAIN
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, PLAIN.replace(old, new, 1))
    # A source that is wrong as a whole stands at the line of its name.
    assert (caught.value.line, cause in caught.value.cause) == (line, True), caught.value


def test_the_committed_sources_have_a_real_one_and_a_demo_one(repository: Path) -> None:
    sources = load_sources(repository / "policy" / "sources.yml")
    assert (sources.source("web").kind, sources.source("web").preset) == ("real", "combined_cookie")
    assert (sources.source("demo-web").kind, sources.source("demo-web").preset) == ("demo", "combined_cookie")


def test_every_committed_format_compiles(repository: Path) -> None:
    from pipelines.weblogs.formats import compile_format  # noqa: PLC0415
    from pipelines.weblogs.presets import PRESETS  # noqa: PLC0415

    for source in load_sources(repository / "policy" / "sources.yml").sources.values():
        if source.preset is not None:
            assert source.preset in PRESETS
        else:
            assert "time" in compile_format(source.format or "", source.dialect, field_map=source.field_map).fields
