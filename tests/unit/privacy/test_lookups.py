"""Each distinct value is replaced once, under a kind of its own; the lookup tables hold no account and no network."""

import pyarrow as pa
import pytest

from pipelines.policy import load_routes
from pipelines.privacy.lookups import Lookups
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.privacy.targets import TargetReducer
from pipelines.privacy.user_agents import user_agent_reducer
from pipelines.weblogs.addresses import address_prefix
from pipelines.weblogs.columns import BINARY, TEXT

MEMBERS = pa.table(
    {
        "login_id": ["kim", "lee"],
        "account_key": ["198.51.100.7", "key-2"],
        "partner_id": ["p1", "p2"],
        "member_type": ["agency", "artist"],
        "status": ["approved", "approved"],
    }
)


@pytest.fixture(scope="module")
def lookups(repository):
    routes = load_routes(repository / "policy" / "routes.yml")
    return Lookups(Pseudonymiser(b"k" * 32), TargetReducer(routes), user_agent_reducer(), address_prefix)


def lines(**columns) -> pa.Table:
    kinds = {"client_address": TEXT, "method": TEXT, "user_agent": BINARY, "target": BINARY, "referrer": BINARY}
    size = max(map(len, columns.values()))
    return pa.table({name: pa.array(columns.get(name, [None] * size)).cast(kind) for name, kind in kinds.items()})


def test_each_member_has_three_pseudonyms_that_do_not_link_and_the_account_goes_no_further(lookups):
    table = lookups.members(MEMBERS)
    assert set(table.column_names) == {
        "login_id",
        "member_pseudonym",
        "visitor_pseudonym",
        "person_pseudonym",
        "member_partner_id",
        "member_type",
    }
    rows = table.to_pylist()
    found = {row[name] for row in rows for name in row if name.endswith("pseudonym")}
    assert len(found) == 6
    assert all(len(pseudonym) == 64 for pseudonym in found)
    assert "key-2" not in str(rows)


def test_a_member_whose_key_looks_like_an_address_shares_nothing_with_that_address(lookups):
    of_member = lookups.members(MEMBERS).to_pylist()[0]
    of_address = lookups.addresses(lines(client_address=["198.51.100.7"])).to_pylist()[0]
    of_visitor = lookups.visitors(lines(client_address=["198.51.100.7"])).to_pylist()[0]
    pseudonyms = [v for row in (of_member, of_address, of_visitor) for n, v in row.items() if n.endswith("pseudonym")]
    assert len(set(pseudonyms)) == len(pseudonyms) == 6


@pytest.mark.parametrize(
    ("addresses", "people"),
    [
        (["198.51.100.1", "198.51.100.254"], 1),
        (["198.51.100.1", "198.51.101.1"], 2),
        (["2001:db8:1::1", "2001:db8:1:ffff::2"], 1),
        (["2001:db8:1::1", "2001:db8:2::1"], 2),
    ],
)
def test_anonymous_people_count_by_their_network(lookups, addresses, people):
    table = lookups.addresses(lines(client_address=[*addresses, None, addresses[0]]))
    assert table["client_address"].to_pylist() == addresses
    assert len(set(table["person_pseudonym"].to_pylist())) == people
    assert len(set(table["client_address_pseudonym"].to_pylist())) == 2


def test_a_visitor_is_an_address_with_a_user_agent_and_nobody_without_an_address(lookups):
    table = lookups.visitors(
        lines(client_address=["a", "a", "b", None, "a", "a"], user_agent=[b"x", b"y", b"x", b"x", b"x", None])
    )
    pairs = {(row["client_address"], row["user_agent"]) for row in table.to_pylist()}
    assert pairs == {("a", b"x"), ("a", b"y"), ("b", b"x"), ("a", b"")}
    assert len(set(table["visitor_pseudonym"].to_pylist())) == 4


def test_user_agents_that_are_no_text_tell_visitors_apart(lookups):
    table = lookups.visitors(lines(client_address=["a"] * 3, user_agent=[b"\xff", b"\xfe", b"\xc3\xbf"]))
    assert len(set(table["visitor_pseudonym"].to_pylist())) == 3


def test_reductions_have_each_distinct_value_once_and_none_for_a_missing_one(lookups):
    tables = lookups.reductions(
        lines(
            method=["GET", "GET", "EVIL", None],
            target=[b"/", b"/contents/c1", b"/", None],
            referrer=[b"https://Example.com/private?q=1", None, None, None],
            user_agent=[b"curl/7", b"curl/7", None, b"\xff"],
        )
    )
    assert {name: table.num_rows for name, table in tables.items()} == {
        "user_agents": 2,
        "targets": 2,
        "referrers": 1,
        "methods": 2,
    }
    assert tables["methods"].to_pylist() == [
        {"method": "GET", "reduced_method": "GET"},
        {"method": "EVIL", "reduced_method": "OTHER"},
    ]
    assert tables["referrers"]["referrer_host"].to_pylist() == ["example.com"]
    assert tables["targets"]["content_id"].to_pylist() == [None, "c1"]


def test_nothing_at_all_gives_empty_tables(lookups):
    nothing = lines(client_address=[])
    assert len(lookups.addresses(nothing)) == len(lookups.visitors(nothing)) == 0
    assert all(len(table) == 0 for table in lookups.reductions(nothing).values())
    assert len(lookups.members(MEMBERS.slice(0, 0))) == 0


def test_the_same_key_gives_the_same_pseudonyms_and_another_one_others(lookups):
    first = Pseudonymiser(b"k" * 32).pseudonyms(Purpose.MEMBER, ["member:key-2"])
    assert lookups.members(MEMBERS)["member_pseudonym"].to_pylist()[1:] == first
    assert Pseudonymiser(b"o" * 32).pseudonyms(Purpose.MEMBER, ["member:key-2"]) != first
