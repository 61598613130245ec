"""What the registry was delivered with: declared columns, known channels, nobody under age, no password in the clear."""

from expectations.model import Check
from pipelines.steps.registry import TABLES

KOREAN = {
    "members": "회원",
    "partners": "파트너",
    "contents": "콘텐츠",
    "consents": "동의",
    "misuse_records": "불량이용기록",
    "inquiries": "문의",
    "complaints": "민원",
    "contracts": "계약",
    "ad_records": "광고 기록",
    "disputes": "분쟁",
    "linked_accounts": "연계 계정",
    "social_accounts": "소셜 계정",
}


def _of_every_table(table: str) -> tuple[Check, ...]:
    """Return the checks on the latest export of `table`; what they speak of was dropped or refused, so nothing stops."""
    words = table.replace("_", " ")
    return (
        Check(
            name=f"{table}_columns_are_declared",
            asset=table,
            frame=f"{table}_exports",
            column="columns_undeclared",
            clause="collect.minimum",
            sentence=f"The export of {words} had the declared columns alone; any other was dropped.",
            sentence_ko=f"{KOREAN[table]} 내보내기에는 방침이 정한 항목만 있습니다. 그 밖의 항목은 버려집니다.",
            blocks=False,
        ),
        Check(
            name=f"{table}_columns_are_not_sensitive",
            asset=table,
            frame=f"{table}_exports",
            column="columns_sensitive",
            clause="collect.no-sensitive",
            sentence=f"No column of {words} speaks of race, creed, origin, politics, crime or health.",
            sentence_ko=f"{KOREAN[table]} 내보내기에 인종·신조·출신·정치 성향·범죄·건강에 관한 항목이 없습니다.",
            blocks=False,
        ),
        Check(
            name=f"{table}_channels_are_known",
            asset=table,
            frame=f"{table}_exports",
            column="unknown_channels",
            clause="collect.channels",
            sentence=f"Every row of {words} delivered with a channel came by one of the policy; blank is none.",
            sentence_ko=f"수집 경로가 전달된 {KOREAN[table]} 행은 모두 방침이 정한 경로로 수집되었습니다. 빈 값도 셉니다.",
            blocks=False,
        ),
        Check(
            name=f"{table}_rows_are_readable",
            asset=table,
            frame=f"{table}_exports",
            column="refused_share",
            clause="collect.minimum",
            sentence=f"At most one row in ten of {words} was refused.",
            sentence_ko=f"{KOREAN[table]} 내보내기에서 거절된 행이 열 줄에 한 줄을 넘지 않습니다.",
            arguments={"min_value": 0, "max_value": 0.1},
            severity="warning",
        ),
    )


CHECKS = (
    *(check for table in TABLES for check in _of_every_table(table)),
    Check(
        name="members_are_of_age",
        asset="members",
        frame="members_exports",
        column="children_refused",
        clause="collect.no-children",
        sentence="No row of somebody under 14 was delivered; such a one is refused.",
        sentence_ko="만 14세 미만의 행이 전달되지 않았습니다. 그런 행은 거절합니다.",
        severity="warning",
    ),
    Check(
        name="passwords_are_one_way",
        asset="members",
        frame="members_exports",
        column="plain_passwords",
        clause="secure.passwords",
        sentence="Every password delivered was a recognised one-way hash; any other was dropped.",
        sentence_ko="전달된 모든 비밀번호는 일방향으로 암호화되어 있습니다. 그 밖의 것은 버려집니다.",
        blocks=False,
    ),
    Check(
        name="sign_ups_are_not_double",
        asset="members",
        frame="sign_ups",
        column="double_sign_ups",
        clause="keep.former-1y",
        sentence="Nobody signed up with the login, business number, phone or e-mail of a member who left within the year.",
        sentence_ko="1년 이내에 탈퇴한 회원의 아이디·사업자번호·전화·이메일로 다시 가입한 경우가 없습니다.",
        severity="warning",
    ),
    Check(
        name="members_have_consented",
        asset="consents",
        frame="member_consents",
        column="members_held_back",
        clause="collect.consent",
        sentence="Every approved member has a live consent to processing; one without is held back.",
        sentence_ko="승인된 모든 회원에게 유효한 처리 동의가 있습니다. 없는 회원은 처리하지 않습니다.",
        severity="warning",
    ),
    Check(
        name="consents_were_delivered",
        asset="consents",
        frame="member_consents",
        column="members_unheld",
        clause="collect.consent",
        sentence="Where there are approved members, their consents were delivered; without them nobody can be held back.",
        sentence_ko="승인된 회원이 있으면 동의 기록도 전달되었습니다. 없으면 동의 없는 회원을 가려낼 수 없습니다.",
        blocks=False,
    ),
)
