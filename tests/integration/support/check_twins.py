"""Twins of every check that the suites declare: on deliveries and events here, the others from beside."""

from support import corruption as corrupt
from support.account_twins import ACCOUNT_TWINS
from support.destruction_twins import DESTRUCTION_TWINS
from support.mart_twins import MART_TWINS
from support.record_twins import RECORD_TWINS
from support.release_twins import RELEASE_TWINS
from support.twin import Twin
from support.usage_twins import USAGE_TWINS

LOGIN = "kim.minji"


def _add(name, number):
    return corrupt.ledger(lambda body: body.__setitem__(name, body[name] + number))


def _ill_formed(column, what, value):
    return Twin(f"{column}_is_well_formed", what, corrupt.one_event(column, value, f"{column} IS NOT NULL"))


PSEUDONYMS = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym", "client_address_pseudonym")


TWINS = (
    *RECORD_TWINS,
    Twin("lines_are_accounted_for", "a line more was read than has a state", _add("lines", 1)),
    Twin("lines_are_accounted_for", "a line more was accepted", _add("accepted", 1)),
    Twin("lines_are_accounted_for", "a line less was accepted", _add("accepted", -1)),
    Twin(
        "lines_are_accounted_for",
        "a sealed part is no longer listed",
        corrupt.ledger(lambda body: body["segments"].pop()),
    ),
    Twin("sealed_parts_are_present", "a part of the vault is gone", corrupt.part("vault", lambda path: path.unlink())),
    Twin(
        "sealed_parts_are_present",
        "a part of the quarantine is gone",
        corrupt.part("quarantine", lambda path: path.unlink()),
    ),
    Twin("sealed_parts_are_unaltered", "one bit of a part", corrupt.part("vault", corrupt.flip_a_bit)),
    Twin("sealed_parts_are_unaltered", "a part's last byte", corrupt.part("vault", corrupt.cut_off)),
    Twin("sealed_parts_are_unaltered", "one bit of the quarantine", corrupt.part("quarantine", corrupt.flip_a_bit)),
    Twin("quarantine_stays_small", "eleven of a hundred lines are garbage", corrupt.delivery_of_garbage(100, 11)),
    Twin("nothing_in_landing_is_unknown", "a log beside its folder", corrupt.lay("access/demo.log")),
    Twin("nothing_in_landing_is_unknown", "a log of no source", corrupt.lay("access/demo-wep/a.log")),
    Twin("nothing_in_landing_is_unknown", "an export of no table", corrupt.lay("registry/memberz.csv")),
    Twin("nothing_in_landing_is_unknown", "records of no kind", corrupt.lay("cookie/a.jsonl")),
    Twin("nothing_in_landing_is_unknown", "an export put aside", corrupt.lay("registry/members.csv.bak")),
    Twin("nothing_in_landing_is_unknown", "a log left unfinished", corrupt.lay("access/demo-web/a.log.part", days=2)),
    Twin("no_file_is_quarantined_whole", "compression that is cut off", corrupt.delivery_of_a_damaged_log),
    Twin(
        "event_fields_are_declared",
        "a column more",
        corrupt.events(f"SELECT *, '{LOGIN}' AS login_id FROM events"),  # noqa: S608
    ),
    Twin("event_fields_are_complete", "a column less", corrupt.events("SELECT * EXCLUDE (is_bot) FROM events")),
    Twin(
        "event_fields_are_complete",
        "a pseudonym's column gone",
        corrupt.events("SELECT * EXCLUDE (person_pseudonym) FROM events"),
    ),
    Twin(
        "event_fields_are_complete",
        "a column of another type",
        corrupt.events("SELECT * REPLACE (status::VARCHAR AS status) FROM events"),
    ),
    *(_ill_formed(column, "a login ID in the clear", f"'{LOGIN}'") for column in PSEUDONYMS),
    *(_ill_formed(column, "63 digits", f"left({column}, 63)") for column in PSEUDONYMS),
    *(_ill_formed(column, "capitals", f"'A' || right({column}, 63)") for column in PSEUDONYMS),
    Twin(
        "pseudonyms_of_different_purposes_do_not_link",
        "in one event",
        corrupt.one_event("visitor_pseudonym", "member_pseudonym", "member_pseudonym IS NOT NULL"),
    ),
    Twin(
        "pseudonyms_of_different_purposes_do_not_link",
        "in two events",
        corrupt.one_event(
            "person_pseudonym",
            "(SELECT max(client_address_pseudonym) FROM events)",
            "client_address_pseudonym <> (SELECT max(client_address_pseudonym) FROM events)",
        ),
    ),
    Twin("free_text_is_reduced", "a path as route", corrupt.one_event("route", "'/members/kim'")),
    Twin("free_text_is_reduced", "a name as route", corrupt.one_event("route", "'kim minji'")),
    Twin("free_text_is_reduced", "a word as feature", corrupt.one_event("feature", "'minji'")),
    Twin("free_text_is_reduced", "a search text", corrupt.one_event("route_parameters", "'q=minji'")),
    Twin(
        "free_text_is_reduced",
        "a search text behind a declared parameter",
        corrupt.one_event("route_parameters", "'tab=stats&q=minji'"),
    ),
    Twin("free_text_is_reduced", "a referrer's path", corrupt.one_event("referrer_host", "'example.com/kim'")),
    Twin("free_text_is_reduced", "a referrer that is an address", corrupt.one_event("referrer_host", "'203.0.113.9'")),
    Twin("free_text_is_reduced", "a mailbox as referrer", corrupt.one_event("referrer_host", "'kim@example.com'")),
    Twin("free_text_is_reduced", "a user agent as browser", corrupt.one_event("browser", "'Kimbrowser 1.0'")),
    Twin("free_text_is_reduced", "a user agent as system", corrupt.one_event("os", "'Kim OS'")),
    Twin("free_text_is_reduced", "a device's name", corrupt.one_event("device_class", "'Kim phone'")),
    Twin("free_text_is_reduced", "a method nobody knows", corrupt.one_event("method", "'KIM'")),
    Twin("free_text_is_reduced", "a content that is a path", corrupt.one_event("content_id", "'../kim'")),
    Twin("free_text_is_reduced", "a member type nobody declared", corrupt.one_event("member_type", "'fan'")),
    Twin("events_lie_in_their_day", "another day", corrupt.one_event("event_day", "event_day - 1")),
    Twin("events_lie_in_their_day", "no day", corrupt.one_event("event_day", "NULL")),
    Twin(
        "events_lie_in_their_day",
        "another instant",
        corrupt.one_event("occurred_at", "(event_day + INTERVAL 15 HOURS)::TIMESTAMP"),
    ),
    Twin("accepted_lines_are_events", "an event less", corrupt.events("SELECT * FROM events WHERE rowid > 0")),
    Twin(
        "accepted_lines_are_events",
        "an event twice",
        corrupt.events("SELECT * FROM events UNION ALL (SELECT * FROM events LIMIT 1)"),
    ),
    Twin("accepted_lines_are_events", "a day's file is gone", corrupt.events_file(lambda path: path.unlink())),
    *MART_TWINS,
    *USAGE_TWINS,
    *RELEASE_TWINS,
    *DESTRUCTION_TWINS,
    *ACCOUNT_TWINS,
)
