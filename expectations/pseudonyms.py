"""Identities in events are keyed pseudonyms, and nothing that only looks like one."""

from expectations.model import Check


def _well_formed(column: str, who: str, who_ko: str) -> Check:
    return Check(
        name=f"{column}_is_well_formed",
        asset="events",
        frame="event_days",
        column=f"{column}_ill_formed",
        clause="secure.encryption",
        sentence=f"Every {who} in events is 64 hexadecimal digits or absent.",
        sentence_ko=f"이벤트의 모든 {who_ko}은(는) 16진수 64자리이거나 비어 있습니다.",
        is_privacy=True,
    )


CHECKS = (
    _well_formed("member_pseudonym", "member pseudonym", "회원 가명"),
    _well_formed("visitor_pseudonym", "visitor pseudonym", "방문자 가명"),
    _well_formed("person_pseudonym", "person pseudonym", "개인 가명"),
    _well_formed("client_address_pseudonym", "client address pseudonym", "접속 주소 가명"),
    Check(
        name="pseudonyms_of_different_purposes_do_not_link",
        asset="events",
        frame="event_days",
        column="pseudonyms_linked",
        clause="secure.encryption",
        sentence="No pseudonym serves two purposes, so that two fields of one person cannot be joined.",
        sentence_ko="한 가명이 두 목적에 쓰이지 않아, 한 사람의 두 항목을 서로 이을 수 없습니다.",
        is_privacy=True,
    ),
    Check(
        name="free_text_is_reduced",
        asset="events",
        frame="event_days",
        column="texts_unreduced",
        clause="collect.minimum",
        sentence="Routes, hosts and families in events have their reduced form: no address, query or free text.",
        sentence_ko="이벤트의 경로·호스트·분류는 축약된 형태이며 주소, 질의, 자유 문장이 없습니다.",
        is_privacy=True,
    ),
    Check(
        name="members_in_events_are_approved",
        asset="events",
        frame="event_people",
        column="members_not_approved",
        clause="collect.pending",
        sentence="No event carries a member who, by the registry of its day, was not approved or may not be processed.",
        sentence_ko="그 날의 회원 명부에서 승인되지 않았거나 처리할 수 없는 회원의 가명을 가진 이벤트가 없습니다.",
        is_privacy=True,
    ),
)
