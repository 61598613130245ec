"""A linked event counts for the member who had linked the service at that instant, and for nobody else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records.linked import Links, counted_events, declared_word

WORDS = ("stream", "album-like", "other")


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def link(account="k1", began=10, ended=None, service="melon", melon="m1"):
    return {
        "account_key": account,
        "service": service,
        "melon_member_id": melon,
        "linked_at": at(began),
        "ended_at": None if ended is None else at(ended),
    }


def row(second=15, service="melon", melon="m1", partner="P1", event="stream"):
    return {"time": at(second), "service": service, "event": event, "partner_id": partner, "melon_member_id": melon}


def decided(rows, links, accounts=("k1", "k2"), partners=("P1",)):
    events, counts = counted_events(rows, Links(links), accounts, partners, WORDS)
    assert len(events) == counts["linked"]
    return dict(counts)


@pytest.mark.parametrize(
    ("second", "decision"), [(9, "without link"), (10, "linked"), (19, "linked"), (20, "without link")]
)
def test_a_link_lives_from_when_it_began_until_it_ended(second, decision):
    assert decided([row(second)], [link(ended=20)]) == {decision: 1}


def test_a_link_to_one_service_is_none_to_the_other():
    assert decided([row(service="aztalk")], [link()]) == {"without link": 1}


def test_an_event_or_a_link_without_an_id_links_nobody():
    assert decided([row(melon=None)], [link(), link(melon=None)]) == {"without link": 1}


def test_an_id_that_two_accounts_claim_at_once_names_neither():
    assert decided([row()], [link(), link("k2")]) == {"shared link": 1}
    assert decided([row(25)], [link(ended=20), link("k2", began=20)]) == {"linked": 1}
    assert decided([row()], [link(), link(began=12)]) == {"linked": 1}


def test_a_member_who_is_not_processed_does_not_count():
    assert decided([row()], [link("k9")]) == {"member not processed": 1}


def test_what_a_member_did_before_leaving_does_not_count_and_what_came_afterwards_does():
    events, counts = counted_events(
        [row(15), row(16)],
        Links([link()]),
        {"k1"},
        {"P1"},
        WORDS,
        lambda account, when: "withdrawn" if account == "k1" and when <= at(15) else None,
    )
    assert [event.occurred_at for event in events] == [at(16)]
    assert counts == {"withdrawn": 1, "linked": 1}


def test_a_partner_the_registry_does_not_know_does_not_count():
    assert decided([row(partner="kim@example.com")], [link()]) == {"unknown partner": 1}


def test_an_event_that_counts_carries_the_account_and_a_declared_word():
    (event,), _ = counted_events([row(event=" Stream ")], Links([link()]), {"k1"}, {"P1"}, WORDS)
    assert (event.account_key, event.event, event.occurred_at) == ("k1", "stream", at(15))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *(("stream", "stream"), ("Album-Like", "album-like"), ("other", "other"), (" STREAM\n", "stream")),
        *(("minji", "other"), ("streams", "other"), ("kim min-su", "other"), ("", "other"), ("010-1234-5678", "other")),
    ],
)
def test_whatever_is_no_declared_word_is_other_a_single_name_too(text, word):
    assert declared_word(text, WORDS) == word


def test_without_declared_words_every_event_is_other():
    assert declared_word("stream", ()) == "other"


SECONDS = st.integers(0, 6)
LINKS = st.builds(link, st.sampled_from(["k1", "k2", "k9"]), SECONDS, st.none() | SECONDS)
ROWS = st.builds(row, SECONDS, st.sampled_from(["melon", "aztalk"]), st.sampled_from(["m1", "m2", None]))


@given(st.lists(ROWS, max_size=10), st.lists(LINKS, max_size=5))
def test_every_row_is_decided_as_one_by_one(rows, links):
    expected = []
    for one in rows:
        live = {
            known["account_key"]
            for known in links
            if (known["service"], known["melon_member_id"]) == (one["service"], one["melon_member_id"])
            and known["linked_at"] <= one["time"]
            and not (known["ended_at"] is not None and known["ended_at"] <= one["time"])
        }
        if len(live) != 1:
            expected.append("shared link" if live else "without link")
        else:
            expected.append("linked" if live <= {"k1", "k2"} else "member not processed")
    assert decided(rows, links) == {decision: expected.count(decision) for decision in set(expected)}
