"""The made-up site is the one `policy/` declares, and what people type in it goes nowhere."""

from datetime import date

import pyarrow as pa
import pytest

from pipelines.demo.agents import CRAWLER_AGENTS, MONITOR_AGENTS, desktop_agents, phone_agents
from pipelines.demo.day_files import SOURCE
from pipelines.demo.hostile import HOSTILES
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import CONTENT_TYPES, make_registry
from pipelines.demo.site import FORMS_PER_CONTENT, SEARCH_MARK, make_site
from pipelines.demo.world import MEMBER_COOKIE
from pipelines.policy import load_routes, load_sources
from pipelines.privacy.targets import reduce_targets
from pipelines.privacy.user_agents import reduce_user_agents

PLAN = DemoPlan(to=date(2015, 5, 20), partners=6, members=20)


@pytest.fixture(scope="module")
def contents():
    return make_registry(PLAN).contents


@pytest.fixture(scope="module")
def site(contents):
    return make_site(PLAN, contents)


@pytest.fixture(scope="module")
def reduced(site, repository):
    targets = [target.encode() for target in site.targets]
    return reduce_targets(targets, load_routes(repository / "policy" / "routes.yml")).append_column(
        "target", pa.array(site.targets)
    )


def test_every_page_but_the_lost_one_has_a_declared_route(reduced):
    other = {row["target"] for row in reduced.to_pylist() if row["route"] == "other" and row["is_page"]}
    assert other == {"/no/such/page", "/healthz"}


def test_every_form_of_a_content_leads_to_it(reduced, contents):
    found = reduced["content_id"].to_pylist()[: len(contents.content_ids) * FORMS_PER_CONTENT]
    assert found == [content for content in contents.content_ids for _ in range(FORMS_PER_CONTENT)]


def test_albums_and_artists_have_pages_of_their_own(reduced, contents):
    routes = reduced["route"].to_pylist()[: len(contents.content_ids) * FORMS_PER_CONTENT : FORMS_PER_CONTENT]
    expected = {"album": "album", "artist": "artist", "track": "content", "video": "content"}
    assert routes == [expected[CONTENT_TYPES[kind]] for kind in contents.types.tolist()]


def test_declared_parameters_occur_and_undeclared_ones_do_too(reduced, site):
    kept = {row for row in reduced["route_parameters"].to_pylist() if row}
    assert {"tab=lyrics", "metric=streams&view=day", "sort=newest&type=album"} <= kept
    assert any("utm_campaign=" in target for target in site.targets)
    assert not any("utm" in parameters or "session" in parameters for parameters in kept)


def test_a_search_text_never_gets_through(reduced, site):
    assert sum(SEARCH_MARK in target for target in site.targets) > 100
    assert not any(SEARCH_MARK in str(value) for row in reduced.drop("target").to_pylist() for value in row.values())


def test_the_source_reads_the_cookie_that_is_written(repository):
    source = load_sources(repository / "policy" / "sources.yml").sources[SOURCE]
    assert (source.member_cookie, source.kind, source.preset) == (MEMBER_COOKIE, "demo", "combined_cookie")


def test_crawlers_are_known_as_such_and_nobody_else_is():
    def bots(agents):
        return reduce_user_agents([agent.encode() for agent in agents])["is_bot"].to_pylist()

    assert all(bots(CRAWLER_AGENTS))
    assert not any(bots(desktop_agents() + phone_agents()))
    assert not any(reduce_user_agents([attack.agent for attack in HOSTILES])["is_bot"].to_pylist())


def test_browsers_and_kinds_of_device_vary():
    agents = [agent.encode() for agent in desktop_agents() + phone_agents()]
    assert len(set(agents)) == len(agents)
    assert set(reduce_user_agents(agents)["device_class"].to_pylist()) >= {"desktop", "mobile", "tablet"}


def test_monitors_differ_from_crawlers():
    assert not set(MONITOR_AGENTS) & set(CRAWLER_AGENTS)
