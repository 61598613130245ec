"""What is refused at load, where the error points, and the twin of each that loads."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.errors import PolicyError, UsageError
from pipelines.policy import Policy, load_policy

Load = Callable[[str], Policy]
Refuse = Callable[[str], PolicyError]


def changed(text: str, old: str, new: str) -> tuple[str, int]:
    """Return `text` with the first `old` replaced, and the line (from 1) on which that stands."""
    assert old in text
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


PERIOD = "    period: {anchor: visit, at_least: P3M, at_most: P3M, basis: Law, basis_ko: 법, clause: keep.visits}\n"

REFUSED = [
    pytest.param("minimum_age: 14", "minimum_ages: 14", "unknown key 'minimum_ages'", id="unknown_key"),
    pytest.param("stage: vault", "stage: vault\n    color: red", "unknown key 'color'", id="unknown_key_below"),
    pytest.param("      address: {", "      time: {", "duplicate key 'time', first on line", id="duplicate_key"),
    pytest.param("minimum_age: 14", "minimum_age: 14\nversion: a", "duplicate key 'version'", id="duplicate_at_root"),
    pytest.param(PERIOD, "", "holds identities needs a period", id="identities_without_a_period"),
    pytest.param(
        "holds: aggregates", "holds: pseudonyms", "holds pseudonyms needs a period",
        id="pseudonyms_without_one",
    ),
    pytest.param("holds: identities", "holds: aggregates", "aggregates has no period", id="aggregate_with_a_period"),
    pytest.param(
        "[statistics], member_types: [agency], clause: purpose.statistics", "[statistics]", "'clause' is missing",
        id="field_without_clause",
    ),
    pytest.param(
        "[legal], clause: keep.visits", "[legal], clause: keep.nothing", "unknown clause 'keep.nothing'",
        id="unknown_clause",
    ),
    pytest.param("purposes: [legal]", "purposes: [marketing]", "unknown purpose 'marketing'", id="unknown_purpose"),
    pytest.param("purposes: [legal]", "purposes: []", "at least 1 item", id="no_purpose"),
    pytest.param(
        "member_types: [agency]", "member_types: [fan]", "unknown member type 'fan'",
        id="unknown_member_type",
    ),
    pytest.param("readers: [privacy_officer]", "readers: [everyone]", "unknown role 'everyone'", id="unknown_reader"),
    pytest.param("owner: privacy_officer", "owner: nobody", "unknown role 'nobody'", id="unknown_owner"),
    pytest.param("role: privacy_officer", "role: nobody", "unknown role 'nobody'", id="unknown_contact_role"),
    pytest.param("at_least: P3M", "at_least: P4M", "at_least P4M is longer than at_most P3M", id="floor_above_ceiling"),
    pytest.param("at_most: P3M", "at_most: 3 months", "expected a duration", id="no_duration"),
    pytest.param(
        "effective: 2020-01-31", "effective: 2020-01-30", "takes effect 6 days after it was announced",
        id="inside_its_notice",
    ),
    pytest.param("      address: {", "      illness_history: {", "sensitive category 'health'", id="sensitive_field"),
    pytest.param(
        "action: drop, purposes: [legal]", "action: drop, purposes: [statistics]", "dropped cannot serve",
        id="dropped_for_statistics",
    ),
    pytest.param("grain: [day]", "grain: [week]", "the grain names 'week'", id="grain_without_field"),
    pytest.param("action: drop", "action: hide", "Input should be 'keep'", id="unknown_action"),
    pytest.param(
        "expires: 2021-01-01", "expires: 2020-01-01", "expires after the day it was given",
        id="expired_at_birth",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "cause"), REFUSED)
def test_a_wrong_policy_is_refused_and_its_twin_loads(
    small: str, loaded: Load, refused: Refuse, old: str, new: str, cause: str
) -> None:
    text, _ = changed(small, old, new)
    error = refused(text)
    assert cause in error.cause
    assert error.file.name == "2020-01-31.yml"
    assert loaded(small).version == "2020-01-31"


# Faults of a whole dataset stand at the dataset's own line, the others on the line that was changed.
ON_THE_CHANGED_LINE = [
    case for case in REFUSED if case.id not in {
        "unknown_key_below", "duplicate_at_root", "identities_without_a_period", "pseudonyms_without_one",
        "aggregate_with_a_period", "grain_without_field", "inside_its_notice",
    }
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "cause"), ON_THE_CHANGED_LINE)
def test_the_error_names_the_line_that_is_wrong(small: str, refused: Refuse, old: str, new: str, cause: str) -> None:
    text, line = changed(small, old, new)
    assert refused(text).line == line, cause


@pytest.mark.parametrize("number", range(12))
def test_a_clause_is_looked_up_wherever_one_is_named(small: str, refused: Refuse, number: int) -> None:
    places = [match.end() for match in re.finditer(r" clause: ", small)]
    assert len(places) == 12
    text = small[: places[number]] + "no" + small[places[number] :]
    error = refused(text)
    assert "unknown clause 'no" in error.cause
    assert error.line == 1 + small[: places[number]].count("\n")


def test_a_fault_of_a_dataset_stands_at_its_name(small: str, refused: Refuse) -> None:
    text, _ = changed(small, PERIOD, "")
    assert refused(text).line == 1 + small[: small.index("  visits:")].count("\n")


def test_a_fault_in_a_key_on_a_line_of_its_own_is_found_there(small: str, refused: Refuse) -> None:
    text, line = changed(small, "stage: vault", "stage: vault\n    color: red")
    assert refused(text).line == line + 1


def test_the_first_of_several_faults_is_named_and_the_others_are_counted(small: str, refused: Refuse) -> None:
    text, line = changed(small, "minimum_age: 14", "minimum_age: none")
    error = refused(text.replace("action: drop", "action: hide"))
    assert error.line == line
    assert error.cause.endswith("(and 1 more)")


def test_the_message_names_file_and_line(small: str, refused: Refuse) -> None:
    text, line = changed(small, "minimum_age: 14", "minimum_age: 0")
    assert str(refused(text)).startswith(f"2020-01-31.yml:{line}: minimum_age")


def test_identities_need_a_period_and_records_do_not(small: str, loaded: Load) -> None:
    text, _ = changed(small, PERIOD, "")
    assert loaded(text.replace("holds: identities", "holds: records")).dataset("visits").period is None


@pytest.mark.parametrize("important", [False, True])
def test_a_version_may_take_effect_on_the_day_its_notice_ends(small: str, loaded: Load, important: bool) -> None:
    announced = "2020-01-01" if important else "2020-01-24"
    text = small.replace("announced: 2020-01-24", f"announced: {announced}")
    assert loaded(text.replace("important_change: false", f"important_change: {str(important).lower()}")).version


@pytest.mark.parametrize(("important", "announced"), [("false", "2020-01-25"), ("true", "2020-01-02")])
def test_a_version_one_day_inside_its_notice_is_refused(
    small: str, refused: Refuse, important: str, announced: str
) -> None:
    text = small.replace("announced: 2020-01-24", f"announced: {announced}")
    error = refused(text.replace("important_change: false", f"important_change: {important}"))
    assert (error.line, "notice is" in error.cause) == (2, True)


@pytest.mark.parametrize("name", ["health", "health_status", "my_health", "illness"])
def test_a_sensitive_word_is_found_anywhere_in_a_field_name(small: str, refused: Refuse, name: str) -> None:
    assert "sensitive category" in refused(small.replace("      address:", f"      {name}:")).cause


def test_a_word_that_only_contains_a_sensitive_one_is_no_fault(small: str, loaded: Load) -> None:
    assert "healthy" in loaded(small.replace("      address:", "      healthy:")).dataset("visits").fields


def test_an_attestation_is_asked_for_where_nothing_else_enforces(small: str, refused: Refuse, loaded: Load) -> None:
    text, _ = changed(small, "keep.visits: {enforced_by: planned", "keep.visits: {enforced_by: attestation")
    assert "none is given" in refused(text).cause
    assert loaded(small).clauses["secure.rooms"].attestation is not None


def test_the_version_in_force_is_the_latest_that_has_taken_effect(tmp_path: Path, small: str) -> None:
    for day, announced in (("2020-01-31", "2020-01-24"), ("2021-06-01", "2021-05-01")):
        text = small.replace("2020-01-31", day).replace("announced: 2020-01-24", f"announced: {announced}")
        (tmp_path / f"{day}.yml").write_text(text, encoding="utf-8")
    assert load_policy(tmp_path, date(2020, 1, 31)).version == "2020-01-31"
    assert load_policy(tmp_path, date(2021, 5, 31)).version == "2020-01-31"
    assert load_policy(tmp_path, date(2021, 6, 1)).version == "2021-06-01"
    with pytest.raises(PolicyError, match="no version of the policy is in force on 2020-01-30"):
        load_policy(tmp_path, date(2020, 1, 30))


def test_a_wrong_version_is_refused_before_it_takes_effect(tmp_path: Path, small: str) -> None:
    (tmp_path / "2020-01-31.yml").write_text(small, encoding="utf-8")
    later = small.replace("effective: 2020-01-31", "effective: 2021-06-01").replace("2020-01-24", "2021-05-31")
    (tmp_path / "2021-06-01.yml").write_text(later, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"2021-06-01\.yml:2: takes effect 1 days"):
        load_policy(tmp_path, date(2020, 2, 1))


def test_a_file_is_named_after_the_day_its_version_takes_effect(tmp_path: Path, small: str) -> None:
    (tmp_path / "2020-02-01.yml").write_text(small, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"2020-02-01\.yml:2: .*not named after"):
        load_policy(tmp_path, date(2020, 2, 1))


def test_an_empty_file_is_refused(refused: Refuse) -> None:
    assert refused("").line == 1


def test_a_missing_folder_has_no_version_in_force(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no version"):
        load_policy(tmp_path / "nowhere", date(2020, 2, 1))


def test_the_digest_is_that_of_the_files_bytes_and_moves_with_a_comment(small: str, loaded: Load) -> None:
    first = loaded(small).digest
    assert len(first) == 64
    assert loaded(small).digest == first
    assert loaded(small + "# a comment\n").digest != first


def test_a_digest_cannot_be_stated_in_the_file(small: str, refused: Refuse) -> None:
    assert "unknown key 'digest'" in refused("digest: abc\n" + small).cause


def test_fields_are_told_by_purpose(small: str, loaded: Load) -> None:
    policy = loaded(small)
    assert list(policy.fields_for("visits", "statistics")) == ["time"]
    assert list(policy.fields_for("visits", "legal")) == ["time", "address"]


def test_a_loaded_policy_cannot_be_changed(small: str, loaded: Load) -> None:
    policy = loaded(small)
    with pytest.raises(ValidationError, match="frozen"):
        policy.minimum_age = 3  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        policy.dataset("visits").stage = "published"  # type: ignore[misc]


def test_unknown_names_are_usage_errors(small: str, loaded: Load) -> None:
    policy = loaded(small)
    with pytest.raises(UsageError, match="no dataset 'visit'"):
        policy.dataset("visit")
    with pytest.raises(UsageError, match="no purpose 'fun'"):
        policy.fields_for("visits", "fun")


def test_what_a_field_leaves_unsaid_is_filled_in(small: str, loaded: Load) -> None:
    policy = loaded(small)
    time, address = policy.dataset("visits").fields["time"], policy.dataset("visits").fields["address"]
    assert (time.required, time.nullable, address.required, address.nullable) == (True, False, False, True)
    assert time.member_types == ("agency", "artist")
    assert policy.dataset("daily").fields["day"].member_types == ("agency",)
    period = policy.dataset("visits").period
    assert period is not None
    assert period.destroy_within_days == 5


def test_an_attestation_lapses_after_the_day_it_expires(small: str, loaded: Load) -> None:
    attestation = loaded(small).clauses["secure.rooms"].attestation
    assert attestation is not None
    assert not attestation.has_lapsed(date(2021, 1, 1))
    assert attestation.has_lapsed(date(2021, 1, 2))


def test_the_planned_clauses_are_listed(small: str, loaded: Load) -> None:
    assert loaded(small).planned == ("keep.visits",)
