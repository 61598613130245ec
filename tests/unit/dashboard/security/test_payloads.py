"""Attack requests (OWASP CRS) and naughty strings (BLNS) as parameters: no trace, no effect, nothing reflected as it came.

Here one string in so many goes through one parameter, in turn; `make soak` sends every string through every parameter.
"""

import pytest
from payloads import CODE, HALFWAY, Attacks, payloads, places

pytestmark = pytest.mark.slow
SHARE = 15
"""One string in so many, by its place in the list."""


@pytest.fixture(scope="module")
def attacks(tmp_path_factory, sample_home, repository):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("os.fsync", lambda _descriptor: None)
        yield Attacks.on(tmp_path_factory.mktemp("attacks"), sample_home, repository)


def test_there_are_as_many_strings_and_places_as_the_stored_lists_say(real_data, attacks):
    found = payloads(real_data)
    assert len(found) > 4_500
    assert sum("'" in one for one in found) > 300
    assert sum("<script" in one.lower() for one in found) > 50
    assert len(places(attacks.house)) >= 45


def test_no_string_has_an_effect_a_trace_or_an_echo(real_data, attacks):
    before, all_places = attacks.state(), places(attacks.house)
    for number, text in enumerate(payloads(real_data)[::SHARE]):
        attacks.send(all_places[number % len(all_places)], text)
    assert attacks.faults == []
    assert attacks.state() == before
    assert attacks.sent > 300


def test_strings_reach_the_page_between_password_and_code(attacks):
    form = {"csrf_token": attacks.token_of(HALFWAY), "code": "' OR 1=1"}
    answer = attacks.browsers[HALFWAY].post(CODE, data=form)
    assert answer.status_code == 401


def test_every_place_takes_what_breaks_most(attacks):
    before = attacks.state()
    for place in places(attacks.house):
        attacks.send(place, "\x00' OR '1'='1\"><script>alert(1)</script>{{7*7}}%00../../../etc/passwd\u202e\U0001f4a9")
    assert attacks.faults == []
    assert attacks.state() == before


def test_the_watch_sees_an_echo_and_a_trace(attacks):
    """The twin: what is looked for is found where it is."""
    assert attacks.fault_in(500, "text/html", "", {}, "x")
    assert attacks.fault_in(200, "text/html", "Traceback (most recent call last)", {}, "x")
    assert attacks.fault_in(200, "text/html", "<p><b>bold</b></p>", {}, "<b>bold</b>")
    assert attacks.fault_in(200, "text/html", "<p>&lt;b&gt;bold</p>", {}, "<b>bold</b>") is None
    assert attacks.fault_in(303, "", "", {"location": "//evil.example"}, "//evil.example")
