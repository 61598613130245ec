"""An entry says what its kind says and nothing else, in words of the policy: there is no place in it for a person."""

from datetime import date

import pytest
from pydantic import ValidationError
from register_by_hand import AT, PLAN, VERSION, WORDS, body_of, destroyed, register_in, verified

from pipelines.errors import UsageError
from pipelines.retention.entries import BODIES, Destroyed, Erased, Words, parse_body

PERSONAL = ["hong.gildong", "홍길동", "hong@example.com", "010-1234-5678", "203.0.113.9", "Kim", "a b"]


@pytest.mark.parametrize("number", range(4))
def test_a_body_comes_back_as_it_went_in(number):
    body = body_of(number)
    assert parse_body(body.kind, body.model_dump(mode="json")) == body


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_key_that_is_not_declared_is_refused(kind):
    with pytest.raises(ValidationError) as refused:
        parse_body(kind, {"policy_version": VERSION, "login_id": "someone"})
    assert ("login_id",) in {fault["loc"] for fault in refused.value.errors() if fault["type"] == "extra_forbidden"}


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        parse_body("noted", {"policy_version": VERSION})


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("field", ["dataset", "clause", "plan", "approved_by", "policy_version", "method", "stored_as"])
def test_no_text_of_an_entry_takes_something_personal(tmp_path, field, text):
    fields = destroyed().model_dump(mode="json") | {field: text}
    with pytest.raises((ValidationError, UsageError)) as refused:
        register_in(tmp_path).append(parse_body("destroyed", fields), AT)
    assert not isinstance(refused.value, UsageError) or text not in str(refused.value)
    assert register_in(tmp_path).entries() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [({"dataset": "kim01"}, "dataset"), ({"clause": "keep.kim01"}, "clause"), ({"approved_by": "kim01"}, "role")],
)
def test_a_word_that_is_not_the_policys_is_refused_and_not_repeated(tmp_path, change, told):
    body = Destroyed.model_validate(destroyed().model_dump() | change)
    with pytest.raises(UsageError, match=told) as refused:
        register_in(tmp_path).append(body, AT)
    assert "kim01" not in str(refused.value)
    register_in(tmp_path).append(destroyed(), AT)


def test_what_went_on_request_is_counted_by_datasets_of_the_policy_only(tmp_path):
    asked = {"policy_version": VERSION, "clause": "keep.service", "approved_by": "privacy_officer"}
    register = register_in(tmp_path)
    for wrong in ({"removed": {"kim01": 1}}, {"removed": {"members": 1}, "kept_by_law": {"kim01": 1}}):
        with pytest.raises(UsageError, match="dataset"):
            register.append(Erased(**asked, **wrong), AT)
    register.append(Erased(**asked, removed={"members": 1}, kept_by_law={"events": 2}), AT)


def test_days_ascend_and_counts_are_counts():
    fields = destroyed().model_dump()
    for wrong in (
        {"days": (date(2026, 8, 2), date(2026, 8, 1))},
        {"days": (date(2026, 8, 1), date(2026, 8, 1))},
        {"rows": -1},
        {"rows": True},
        {"rows": "1"},
        {"plan": PLAN.upper()},
    ):
        with pytest.raises(ValidationError):
            Destroyed.model_validate(fields | wrong)


def test_a_verification_passes_when_nothing_was_found_by_a_reading_that_finds():
    assert verified().has_passed
    assert not verified(probes_found=1).has_passed
    assert not verified().model_copy(update={"controls_found": 1}).has_passed
    assert not verified().model_copy(update={"controls": 0, "controls_found": 0}).has_passed


def test_the_words_are_those_of_the_policy_and_the_nightly_run(policy):
    words = Words.of(policy)
    assert {"access_logs", "events"} <= set(words.datasets)
    assert "keep.visits" in words.clauses
    assert {"privacy_officer", "nightly"} <= set(words.approvers)
    assert set(WORDS.datasets) <= set(words.datasets)
