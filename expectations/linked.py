"""Events of the linked services are accounted for, and count only for who wants the link."""

from expectations.model import Check

EVENTS, DERIVED = "linked_events", "linked_events_pseudonymised"


def _of_day(name: str, column: str, clause: str, sentence: str, sentence_ko: str) -> Check:
    return Check(
        name=name,
        asset=DERIVED,
        frame="linked_days",
        column=column,
        clause=clause,
        sentence=sentence,
        sentence_ko=sentence_ko,
        is_privacy=True,
    )


CHECKS = (
    Check(
        name="linked_rows_are_accounted_for",
        asset=EVENTS,
        frame="linked_files",
        column="rows_unaccounted",
        clause="collect.linked",
        sentence="In every file of linked events, accepted and quarantined rows sum to the rows read.",
        sentence_ko="모든 연계 이벤트 파일에서 수용·격리된 행의 합이 읽은 행의 수와 같습니다.",
    ),
    Check(
        name="linked_events_are_as_sealed",
        asset=EVENTS,
        frame="linked_files",
        column="parts_spoilt",
        clause="collect.linked",
        sentence="Every sealed part of the linked events is there, byte for byte.",
        sentence_ko="봉인된 모든 연계 이벤트가 봉인된 그대로 있습니다.",
    ),
    Check(
        name="linked_columns_are_declared",
        asset=EVENTS,
        frame="linked_files",
        column="columns_undeclared",
        clause="collect.minimum",
        sentence="Linked events were delivered with the declared columns alone; any other was dropped.",
        sentence_ko="연계 이벤트는 방침이 정한 항목만으로 전달되었습니다. 그 밖의 항목은 버려집니다.",
        blocks=False,
    ),
    Check(
        name="linked_columns_are_not_sensitive",
        asset=EVENTS,
        frame="linked_files",
        column="columns_sensitive",
        clause="collect.no-sensitive",
        sentence="No column of linked events speaks of race, creed, origin, politics, crime or health.",
        sentence_ko="연계 이벤트에 인종·신조·출신·정치 성향·범죄·건강에 관한 항목이 없습니다.",
        blocks=False,
    ),
    Check(
        name="lost_linked_events_came_again",
        asset=EVENTS,
        frame="linked_files",
        column="rows_lost",
        clause="collect.linked",
        sentence="What a restored backup lost of linked events was delivered again: others' rows of an erasure's day.",
        sentence_ko="백업 복원으로 잃은 연계 이벤트(삭제된 회원과 같은 날의 다른 회원 기록)가 다시 전달되었습니다.",
        severity="warning",
        blocks=False,
    ),
    Check(
        name="linked_quarantine_stays_small",
        asset=EVENTS,
        frame="linked_files",
        column="quarantined_share",
        clause="collect.linked",
        sentence="At most one row in ten of a file of linked events could not be read.",
        sentence_ko="연계 이벤트 파일마다 읽지 못한 행이 열 줄에 한 줄을 넘지 않습니다.",
        arguments={"min_value": 0, "max_value": 0.1},
        severity="warning",
    ),
    Check(
        name="no_linked_file_is_quarantined_whole",
        asset=EVENTS,
        frame="whole_files",
        column="linked",
        clause="collect.linked",
        sentence="No file of linked events was set aside as a whole today.",
        sentence_ko="오늘 전달된 연계 이벤트 파일 중 통째로 격리된 것이 없습니다.",
        severity="warning",
    ),
    _of_day(
        "linked_event_fields_are_declared",
        "fields_wrong",
        "collect.minimum",
        "Linked events hold exactly the fields that the policy declares, with their types.",
        "연계 이벤트에는 방침이 정한 항목만 정해진 형식으로 있습니다.",
    ),
    _of_day(
        "linked_member_pseudonym_is_well_formed",
        "pseudonyms_ill_formed",
        "secure.encryption",
        "Every linked event carries a member pseudonym of 64 hexadecimal digits.",
        "모든 연계 이벤트에는 16진수 64자리의 회원 가명이 있습니다.",
    ),
    _of_day(
        "linked_texts_are_reduced",
        "texts_unreduced",
        "collect.minimum",
        "Services and events of linked events are declared words, partners plain ones: no free text.",
        "연계 이벤트의 서비스·종류는 방침이 정한 낱말, 파트너는 단순한 식별자이며 자유 문장이 없습니다.",
    ),
    Check(
        name="linked_events_have_declared_words",
        asset=DERIVED,
        frame="linked_days",
        column="events_of_other_words",
        clause="collect.linked",
        sentence="The linked services said what happened in words of the policy; any other word is counted as `other`.",
        sentence_ko="연계서비스는 방침이 정한 낱말로 이벤트를 전달했습니다. 그 밖의 낱말은 other로 셉니다.",
        severity="warning",
    ),
    _of_day(
        "linked_events_lie_in_their_day",
        "events_of_another_day",
        "collect.linked",
        "Every linked event lies in the file of its own Asia/Seoul day.",
        "모든 연계 이벤트는 한국 시각 기준 자기 날짜의 파일에 있습니다.",
    ),
    _of_day(
        "linked_rows_are_decided",
        "rows_undecided",
        "collect.linked",
        "Every delivered row was decided, and only those of a member with a live link are events.",
        "전달된 모든 행에 판단이 있으며, 연결이 유효한 회원의 행만 이벤트가 됩니다.",
    ),
)
