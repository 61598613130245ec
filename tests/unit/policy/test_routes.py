"""The route map: its shape, and what is refused where."""

from pathlib import Path

import pytest

from pipelines.errors import PolicyError
from pipelines.policy import OTHER, Routes, load_routes

PLAIN = """\
version: 1
asset_extensions: [css, js]
routes:
  - {name: home, path: /, feature: home, is_page: true}
  - name: content
    path: "/contents/{content_id}"
    feature: content
    is_page: true
    content_from: {segment: content_id}
    parameters: {tab: {values: [info, stats]}}
  - {name: preview, path: /preview, feature: content, is_page: true, content_from: {parameter: content}}
  - {name: static, path: /static/**, feature: assets, is_page: false}
"""


def load(folder: Path, text: str) -> Routes:
    file = folder / "routes.yml"
    file.write_text(text, encoding="utf-8")
    return load_routes(file)


def test_a_path_is_taken_apart_into_segments(tmp_path: Path) -> None:
    home, content, _, static = load(tmp_path, PLAIN).routes
    assert home.segments == ()
    assert (content.segments, content.placeholders) == (("contents", "{content_id}"), ("content_id",))
    assert static.segments == ("static", "**")


def test_names_and_features_include_what_no_rule_matches(tmp_path: Path) -> None:
    routes = load(tmp_path, PLAIN)
    assert routes.names == ("home", "content", "preview", "static", OTHER)
    assert routes.features == ("assets", "content", "home", OTHER)


REFUSED = [
    pytest.param("feature: home", "features: home", 4, "unknown key 'features'", id="unknown_key"),
    pytest.param("path: /,", "path: home,", 4, "a path is '/' and segments", id="relative_path"),
    pytest.param("path: /static/**", "path: /**/static", 12, "a path is '/' and segments", id="rest_in_the_middle"),
    pytest.param("path: /preview", "path: /preview/", 11, "a path is '/' and segments", id="trailing_slash"),
    pytest.param("path: /preview", "path: /preview?x", 11, "a path is '/' and segments", id="query_in_path"),
    pytest.param("path: /preview", "path: '/p/{a}/{a}'", 11, "names a segment twice", id="segment_twice"),
    pytest.param("segment: content_id", "segment: album_id", 5, "which the path does not have", id="no_such_segment"),
    pytest.param("{segment: content_id}", "{}", 9, "name exactly one", id="content_from_nowhere"),
    pytest.param("{segment: content_id}", "{segment: a, parameter: b}", 9, "name exactly one", id="content_from_two"),
    pytest.param("{segment: content_id}", "{parameter: tab}", 5, "not kept as a route parameter", id="content_is_kept"),
    pytest.param("name: preview", "name: home", 11, "the name 'home' is taken", id="name_twice"),
    pytest.param("name: preview", "name: other", 11, "the name 'other' is taken", id="reserved_name"),
    pytest.param("path: /preview", "path: '/contents/{other_id}'", 11, "same path", id="shadowed_path"),
    pytest.param("values: [info, stats]", "values: []", 10, "at least 1 item", id="no_values"),
    pytest.param("values: [info, stats]", "values: ['a b']", 10, "match pattern", id="value_with_space"),
    pytest.param("values: [info, stats]", "values: [yes]", 10, "valid string", id="value_that_yaml_reads_as_true"),
    pytest.param("[css, js]", "[.css]", 2, "match pattern", id="extension_with_dot"),
    pytest.param("version: 1", "version: 2", 1, "Input should be 1", id="unknown_version"),
]


@pytest.mark.parametrize(("old", "new", "line", "cause"), REFUSED)
def test_a_wrong_route_map_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, cause: str) -> None:
    assert load(tmp_path, PLAIN)
    assert old in PLAIN
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, PLAIN.replace(old, new, 1))
    # A rule that is wrong as a whole stands at the line it begins on.
    assert (caught.value.line, cause in caught.value.cause) == (line, True), caught.value


def test_the_committed_map_names_pages_contents_and_assets(repository: Path) -> None:
    routes = {route.name: route for route in load_routes(repository / "policy" / "routes.yml").routes}
    assert {"home", "login", "logout", "content", "album", "artist", "settings", "linked_aztalk"} <= set(routes)
    for name in ("content", "content_edit", "album", "artist", "statistics_content"):
        assert routes[name].content_from is not None
    assert not routes["api"].is_page
    assert not routes["static"].is_page


def test_the_search_text_is_never_a_kept_parameter(repository: Path) -> None:
    search = next(r for r in load_routes(repository / "policy" / "routes.yml").routes if r.name == "search")
    assert not {"q", "query", "keyword"} & set(search.parameters)
