"""Twins of the checks on records, exports and linked events."""

from support import corruption as corrupt
from support import export_corruption as exports
from support import record_corruption as records
from support.twin import Twin

from pipelines.steps.registry import TABLES


def _of_records(folder, prefix, dataset):
    return (
        Twin(
            f"{prefix}_rows_are_accounted_for",
            "a row more was accepted",
            records.record_ledger(folder, lambda body: body.__setitem__("accepted", 2)),
        ),
        Twin(
            f"{prefix}_rows_are_accounted_for",
            "a sealed part is no longer listed",
            records.record_ledger(folder, lambda body: body["segments"].pop()),
        ),
        Twin(f"{dataset}_are_as_sealed", "one bit", records.record_part(folder, dataset, corrupt.flip_a_bit)),
        Twin(f"{dataset}_are_as_sealed", "gone", records.record_part(folder, dataset, lambda path: path.unlink())),
        Twin(f"{prefix}_columns_are_declared", "a column more", records.record(folder, shoe_size="43")),
        Twin(f"{prefix}_columns_are_not_sensitive", "a creed", records.record(folder, religion="none")),
        Twin(f"{prefix}_quarantine_stays_small", "two of ten rows", records.delivery_of_bad_rows(folder, 10, 2)),
        Twin(f"no_{prefix}_file_is_quarantined_whole", "no header", records.delivery_without_a_header(folder)),
    )


def _of_exports(table):
    return (
        Twin(f"{table}_columns_are_declared", "a column more", exports.with_every_row(table, shoe_size=43)),
        Twin(f"{table}_columns_are_not_sensitive", "a creed", exports.with_every_row(table, religion="none")),
        Twin(f"{table}_channels_are_known", "an unknown one", exports.with_every_row(table, channel="scraper")),
        Twin(f"{table}_rows_are_readable", "two of ten refused", exports.with_unreadable_rows(table, in_ten=2)),
    )


PLAIN = {"account_key": "AKPLAIN", "password_hash": "hunter2"}


def _of_linked(check, what, select):
    return Twin(check, what, records.linked_day(f"{select} FROM linked"))


RECORD_TWINS = (
    _of_linked("linked_event_fields_are_declared", "a column more", "SELECT *, 'm1' AS melon_member_id"),
    _of_linked("linked_event_fields_are_declared", "a column less", "SELECT * EXCLUDE (service)"),
    _of_linked(
        "linked_member_pseudonym_is_well_formed",
        "an ID in the clear",
        "SELECT * REPLACE ('m1' AS linked_member_pseudonym)",
    ),
    _of_linked("linked_texts_are_reduced", "free text as event", "SELECT * REPLACE ('kim minji' AS event)"),
    _of_linked("linked_events_have_declared_words", "an event of another word", "SELECT * REPLACE ('other' AS event)"),
    _of_linked("linked_texts_are_reduced", "a name as event", "SELECT * REPLACE ('minji' AS event)"),
    _of_linked("linked_texts_are_reduced", "a mailbox as partner", "SELECT * REPLACE ('a@b.c' AS partner_id)"),
    _of_linked("linked_texts_are_reduced", "an unknown service", "SELECT * REPLACE ('fan' AS service)"),
    _of_linked("linked_events_lie_in_their_day", "another day", "SELECT * REPLACE (event_day - 1 AS event_day)"),
    _of_linked("linked_rows_are_decided", "an event less", "SELECT * FROM linked LIMIT 1 --"),
    Twin("linked_events_go_with_their_link", "an event of a link that ended", records.linked_event_without_a_link),
    *(twin for table in TABLES for twin in _of_exports(table)),
    Twin(
        "members_are_of_age",
        "a child",
        exports.with_one_more("members", account_key="AKCHILD", birth_date="2020-01-01"),
    ),
    Twin("passwords_are_one_way", "a plain one", exports.with_one_more("members", **PLAIN)),
    Twin("sign_ups_are_not_double", "the phone of who left", records.sign_up_of_who_left),
    Twin("lost_linked_events_came_again", "the rows of a day named as lost", records.linked_rows_lost),
    Twin("holds_are_known", "keys of a hold whose order is gone", records.hold_that_is_gone),
    Twin("holds_are_reviewed", "a hold past its review date", records.hold_past_its_review),
    Twin("requests_are_carried_out", "a request that was cut short", records.request_left_open),
    Twin("members_have_consented", "consents of one member alone", records.consents_of_one_alone),
    Twin("consents_were_delivered", "none ever came", records.consents_never_delivered),
    *_of_records("cookies", "cookie", "cookie_records"),
    *_of_records("linked", "linked", "linked_events"),
    Twin("cookies_end_with_the_session", "an expiry", records.record("cookies", expires="2026-04-01T00:00:00Z")),
    Twin("only_the_member_cookie_is_issued", "another name", records.record("cookies", cookie_name="tracker")),
    Twin(
        "requests_show_no_other_cookie",
        "a request with another",
        records.request_that_shows("pc_member=kim; tracker=1"),
    ),
    Twin(
        "requests_show_one_member_id", "a request with two", records.request_that_shows("pc_member=kim; pc_member=lee")
    ),
    Twin("no_cookie_is_used_after_logout", "cookies that ended at midnight", records.cookies_that_ended),
    Twin("members_in_events_are_approved", "one event of a pending member", records.event_of_who_is("pending")),
    Twin("members_in_events_are_approved", "one event of a rejected member", records.event_of_who_is("rejected")),
    Twin("members_in_events_are_approved", "one event of no member at all", records.event_of_nobody),
    Twin(
        "members_are_those_decided",
        "a member less",
        corrupt.one_event("member_pseudonym", "NULL", "member_pseudonym IS NOT NULL"),
    ),
    Twin(
        "members_are_those_decided",
        "a member more",
        corrupt.one_event("member_pseudonym", "repeat('a', 64)", "member_pseudonym IS NULL"),
    ),
)
