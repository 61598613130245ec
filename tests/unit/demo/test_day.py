"""A day's traffic looks like one: rhythm, shared addresses, crawlers, cookies."""

import re
from collections import Counter, defaultdict
from ipaddress import ip_address, ip_network

from pipelines.demo.agents import CRAWLER_AGENTS
from pipelines.demo.hostile import HOSTILES, nginx_escape

LINE = re.compile(r'(\S+) - - \[[^:\]]+:(\d\d):[^]]+\] "([^"]*)" (\d+) (\d+|-) "([^"]*)" "([^"]*)" "([^"]*)"')
SET_ASIDE = [
    ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "100.64.0.0/10", "2001:db8::/32")
]


def rows(demo):
    texts = (line.decode("latin-1") for line in demo.all_lines())
    return [match.groups() for match in map(LINE.fullmatch, texts) if match]


def test_nights_are_quieter_than_evenings(demo):
    hours = Counter(hour for _, hour, *_ in rows(demo))
    night, evening = (sum(hours[hour] for hour in chosen) for chosen in (("02", "03", "04"), ("19", "20", "21")))
    assert night * 3 < evening


def test_a_sunday_has_fewer_requests_than_a_monday(demo):
    sunday, monday = demo.plan.dates[:2]
    assert len(demo.lines(sunday)) < len(demo.lines(monday))


def test_every_address_is_nobodys_and_canonical(demo):
    for text in {address for address, *_ in rows(demo)}:
        address = ip_address(text)
        assert str(address) == text
        assert any(address in network for network in SET_ASIDE if network.version == address.version)


def test_both_versions_of_addresses_occur(demo):
    versions = Counter(ip_address(address).version for address, *_ in rows(demo))
    assert versions[6] > 0.1 * versions[4] > 0


def test_addresses_are_shared_and_people_move_between_them(demo):
    agents, addresses = defaultdict(set), defaultdict(set)
    for address, _, _, _, _, _, agent, cookie in rows(demo):
        agents[address].add(agent)
        if login := re.search(r"pc_member=(demo-[a-z]+-\d{6})", cookie):
            addresses[login[1]].add(address)
    assert sum(len(found) > 2 for found in agents.values()) > 20
    assert sum(len(found) > 1 for found in addresses.values()) > len(addresses) / 3


def test_a_tenth_to_a_seventh_is_crawlers(demo):
    everything = rows(demo)
    crawlers = sum(agent in CRAWLER_AGENTS for *_, agent, _ in everything)
    assert 0.095 < crawlers / len(everything) < 0.155


def test_statuses_methods_and_missing_sizes_vary(demo):
    everything = rows(demo)
    assert {"200", "304", "404", "500", "302", "403"} <= {row[3] for row in everything}
    assert {"GET", "POST", "HEAD"} <= {row[2].partition(" ")[0] for row in everything}
    assert 0 < sum(row[4] == "-" for row in everything) < 0.01 * len(everything)


def test_a_head_request_is_answered_without_a_body(demo):
    assert {row[4] for row in rows(demo) if row[2].startswith("HEAD ")} <= {"0", "-"}


def test_what_is_not_modified_or_moved_has_the_size_of_such_an_answer(demo):
    everything = rows(demo)
    assert {row[4] for row in everything if row[3] == "304"} <= {"0", "-"}
    assert {row[4] for row in everything if row[3] == "302"} <= {"138", "0", "-"}


def test_cookies_are_a_members_another_ones_both_none_or_contradict(demo):
    cookies = [cookie for *_, cookie in rows(demo)]
    names = [tuple(re.findall(r"(\w+)=", cookie)) for cookie in cookies]
    assert {
        (),
        ("_ga",),
        ("pc_member",),
        ("_ga", "pc_member"),
        ("pc_member", "lang", "_gid"),
        ("pc_member",) * 2,
    } <= set(names)


def test_a_visit_that_logs_in_carries_the_cookie_only_afterwards(demo):
    logins = [row for row in rows(demo) if row[2].startswith("POST /login ") and row[3] == "302"]
    assert logins
    assert not any("pc_member=demo-" in cookie for *_, cookie in logins)


def test_hostile_requests_are_few_and_escaped_as_nginx_does(demo):
    requests = Counter(row[2] for row in rows(demo))
    hostile = {nginx_escape(attack.request) for attack in HOSTILES} - {"GET / HTTP/1.1"}
    assert len(hostile & set(requests)) > len(hostile) / 2
    assert sum(requests[request] for request in hostile) < 0.01 * requests.total()


def test_escapes_are_those_of_nginx():
    assert nginx_escape(b'a"b\\c\x00\x1f ~\x7f\x80\xff') == "a\\x22b\\x5Cc\\x00\\x1F ~\\x7F\\x80\\xFF"
