"""One person, one digest, and only under the key; a sign-up field reads the same however it was written."""

import pytest

from pipelines.rights.subjects import SubjectDigests, normalised


def test_a_subject_is_named_by_64_digits_that_only_the_key_makes(digests):
    digest = digests.subject_digest("k1")
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")
    assert digest == SubjectDigests(b"s" * 32).subject_digest("k1") != SubjectDigests(b"o" * 32).subject_digest("k1")


def test_digests_for_different_purposes_do_not_link(digests):
    found = {
        digests.subject_digest("kim"),
        digests.tombstone_of_account("kim"),
        *digests.tombstones_of_logins(["kim"]),
        digests.sign_up_digest("login_id", "kim"),
        digests.sign_up_digest("contact_email", "kim"),
    }
    assert len(found) == 5


def test_the_fingerprint_tells_keys_apart_and_is_no_digest_of_anybody(digests):
    assert digests.fingerprint != SubjectDigests(b"o" * 32).fingerprint
    assert len(digests.fingerprint) == 32


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("contact_phone", "010-1234-5678", "010 1234 5678"),
        ("contact_phone", "010-1234-5678", "01012345678"),  # fullwidth
        ("business_number", "123-45-67890", "1234567890"),
        ("contact_email", " Kim@Example.com", "kim@example.com"),
        ("login_id", "Kim", "kim "),
    ],
)
def test_what_is_written_differently_is_the_same(digests, field, one, other):
    assert digests.sign_up_digest(field, one) == digests.sign_up_digest(field, other) is not None


def test_nothing_given_has_no_digest(digests):
    assert digests.sign_up_digest("contact_phone", " - ") is None
    assert digests.sign_up_digest("login_id", "  ") is None
    assert normalised("contact_email", "a-b@example.com") == "a-b@example.com"
