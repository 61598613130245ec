"""Targets become routes, features, content ids and declared parameters, and nothing else of a path goes further."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.policy.routes import Routes
from pipelines.privacy.targets import NO_PAGE, OTHER_PAGE, SCHEMA, ReducedTarget, TargetReducer, reduce_targets

ROUTES = Routes.model_validate(
    {
        "version": 1,
        "asset_extensions": ["css", "png"],
        "routes": [
            {"name": "home", "path": "/", "feature": "home", "is_page": True},
            {"name": "search", "path": "/search", "feature": "search", "is_page": True,
             "parameters": {"type": {"values": ["album", "artist"]}, "sort": {"values": ["newest"]}}},
            {"name": "album_new", "path": "/albums/new", "feature": "management", "is_page": True},
            {"name": "album", "path": "/albums/{content_id}", "feature": "content", "is_page": True,
             "content_from": {"segment": "content_id"}, "parameters": {"tab": {"values": ["info"]}}},
            {"name": "track", "path": "/albums/{album_id}/tracks/{content_id}", "feature": "content", "is_page": True,
             "content_from": {"segment": "content_id"}},
            {"name": "preview", "path": "/preview", "feature": "content", "is_page": True,
             "content_from": {"parameter": "content"}},
            {"name": "api", "path": "/api/**", "feature": "api", "is_page": False},
            {"name": "files", "path": "/files/{name}/**", "feature": "files", "is_page": False},
        ],
    }
)  # fmt: skip
REDUCER = TargetReducer(ROUTES)


@pytest.mark.parametrize(
    ("target", "route", "content", "parameters"),
    [
        (b"/", "home", None, None),
        (b"/?utm=kim", "home", None, None),
        (b"/search", "search", None, None),
        (b"/search/", "search", None, None),
        (b"/search?q=kim+minsu&type=album", "search", None, "type=album"),
        (b"/search?type=artist&sort=newest", "search", None, "sort=newest&type=artist"),
        (b"/search?type=%61lbum", "search", None, "type=album"),
        (b"/search?type=kim", "search", None, None),
        (b"/search?type=kim&type=album&type=artist", "search", None, "type=album"),
        (b"/search?type=album#kim", "search", None, "type=album"),
        (b"/search?tab=info", "search", None, None),
        (b"/%73earch", "search", None, None),
        (b"/albums/new", "album_new", None, None),
        (b"/albums/C-000_1", "album", "C-000_1", None),
        (b"/albums/C1/?tab=info", "album", "C1", "tab=info"),
        (b"/albums/%431", "album", "C1", None),
        (b"/albums/7/tracks/T9", "track", "T9", None),
        (b"/preview?content=C7&x=1", "preview", "C7", None),
        (b"/preview?x=1", "preview", None, None),
        (b"/api", "api", None, None),
        (b"/api/v1/kim@example.com?a=b", "api", None, None),
        (b"/files/kim/any/thing", "files", None, None),
    ],
)
def test_a_declared_path_becomes_its_route(
    target: bytes, route: str, content: str | None, parameters: str | None
) -> None:
    declared = next(entry for entry in ROUTES.routes if entry.name == route)
    assert REDUCER.reduce(target) == ReducedTarget(route, declared.feature, content, parameters, declared.is_page)


@pytest.mark.parametrize(
    "content", [b"kim@example.com", b"%EA%B9%80", b"a.b", b"a%20b", b"a%00", b"%2531", b"a" * 65, b"'or'1'='1", b"a\n"]
)
def test_content_of_an_unsafe_shape_is_not_kept(content: bytes) -> None:
    assert REDUCER.reduce(b"/albums/" + content) == ReducedTarget("album", "content", None, None, True)
    assert REDUCER.reduce(b"/preview?content=" + content).content_id is None


def test_content_is_kept_up_to_sixty_four_characters() -> None:
    assert REDUCER.reduce(b"/albums/" + b"a" * 64).content_id == "a" * 64
    assert REDUCER.reduce(b"/albums/" + b"a" * 65).content_id is None


@pytest.mark.parametrize(
    "target",
    [b"/nothing", b"/Search", b"//", b"//search", b"/albums//", b"/albums/../search", b"/search%2Fx", b"/albums%2FC1",
     b"/searching", b"/%2573earch", b"/nothing.html", b"/kim/?style.css", b"/\xff\xfe", b"/\x00", b"/png", b"/apis"],
)  # fmt: skip
def test_a_path_no_rule_matches_is_another_page(target: bytes) -> None:
    assert REDUCER.reduce(target) == OTHER_PAGE == ("other", "other", None, None, True)


@pytest.mark.parametrize("target", [b"/style.css", b"/a/b.c/kim.PNG?v=1", b"/.png"])
def test_an_asset_no_rule_matches_is_no_page(target: bytes) -> None:
    assert REDUCER.reduce(target) == NO_PAGE == ("other", "other", None, None, False)


@pytest.mark.parametrize(
    "target",
    [None, b"", b"*", b"example.com:443", b"http://example.com/search", b"search", b"\x16\x03\x01", b"-", b" /"],
)
def test_what_names_no_path_of_this_server_is_no_page(target: bytes | None) -> None:
    assert REDUCER.reduce(target) == NO_PAGE


def test_an_extension_is_only_looked_at_where_no_rule_matches() -> None:
    assert REDUCER.reduce(b"/albums/cover.png") == ReducedTarget("album", "content", None, None, True)


def test_parameters_behind_the_hundredth_are_not_looked_at() -> None:
    assert REDUCER.reduce(b"/search?" + b"x=1&" * 99 + b"type=album").route_parameters == "type=album"
    assert REDUCER.reduce(b"/search?" + b"x=1&" * 100 + b"type=album").route_parameters is None


PIECES = st.sampled_from(
    [b"/", b"/albums", b"/tracks/", b"/search", b"/preview", b"?", b"&", b"=", b"content", b"type=album", b"tab=info",
     b"%", b"%2f", b"%41", b"%00", b"+", b"#", b"http://", b"/api", b".png", b"..", "김".encode(), b"\xff", b"\n"]
)  # fmt: skip


@given(
    st.one_of(st.binary(max_size=200), st.lists(st.one_of(PIECES, st.binary(max_size=5)), max_size=20).map(b"".join))
)
@example(b"/albums/" + b"%" * 1000)
@example(b"/api" + b"/" * 100_000)
def test_any_bytes_give_declared_words_and_safe_ids_only(target: bytes) -> None:
    reduced = REDUCER.reduce(target)
    assert reduced.route in ROUTES.names
    assert reduced.feature in ROUTES.features
    assert reduced.content_id is None or re.fullmatch("[A-Za-z0-9_-]{1,64}", reduced.content_id)
    declared = {route.name: route.parameters for route in ROUTES.routes}.get(reduced.route, {})
    pairs = [pair.split("=") for pair in (reduced.route_parameters or "").split("&") if pair]
    assert pairs == sorted(pairs)
    assert all(value in declared[name].values for name, value in pairs)


def test_the_table_has_one_row_for_each_target_in_order() -> None:
    table = reduce_targets([b"/albums/C1", None, b"/x.css"], ROUTES)
    assert table.schema == SCHEMA
    assert table["content_id"].to_pylist() == ["C1", None, None]
    assert table["is_page"].to_pylist() == [True, False, False]
    assert reduce_targets([], ROUTES).equals(pa.table({f.name: pa.array([], f.type) for f in SCHEMA}, schema=SCHEMA))


def test_attacks_never_raise_and_never_get_through(real_data: Path) -> None:
    attacks = (real_data / "payloads" / "blns.json").read_bytes().splitlines()
    for attack in attacks:
        for target in (attack, b"/" + attack, b"/albums/" + attack, b"/search?type=" + attack):
            reduced = REDUCER.reduce(target)
            assert reduced.route in ROUTES.names
            assert reduced.route_parameters is None
