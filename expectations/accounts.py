"""Accounts of the dashboard: passwords one-way and renewed, a second factor, sessions that end."""

from expectations.model import Check
from pipelines.steps.metrics.destruction import DESTRUCTION

CHECKS = (
    Check(
        name="accounts_are_readable",
        asset=DESTRUCTION,
        frame="accounts",
        column="accounts_unreadable",
        clause="secure.accounts",
        sentence="Every file of an account opens under its own key: none was put there by hand, changed, or outlived its key.",
        sentence_ko="모든 계정 파일이 자기 키로 열립니다. 임의로 놓이거나 변경되었거나 키가 파기된 파일이 없습니다.",
        blocks=False,
    ),
    Check(
        name="accounts_have_passwords_of_their_own",
        asset=DESTRUCTION,
        frame="accounts",
        column="accounts_at_fault",
        clause="secure.accounts",
        sentence="Every account of the dashboard has no password yet, or one kept one-way that is renewed in time.",
        sentence_ko="모든 대시보드 계정의 비밀번호는 일방향으로 저장되고 기한 안에 갱신됩니다.",
        blocks=False,
    ),
    Check(
        name="dashboard_sessions_end",
        asset=DESTRUCTION,
        frame="accounts",
        column="sessions_left_over",
        clause="cookie.session",
        sentence="No session of the dashboard outlives its limits, or the account that it was of.",
        sentence_ko="기한이나 계정보다 오래 남은 대시보드 세션이 없습니다.",
        blocks=False,
    ),
    Check(
        name="dashboard_sessions_have_a_second_factor",
        asset=DESTRUCTION,
        frame="accounts",
        column="sessions_without_factor",
        clause="secure.accounts",
        sentence="No session of the dashboard is of an account that lacks the second factor its role needs.",
        sentence_ko="2단계 인증이 필요한 역할의 계정이 2단계 인증 없이 가진 대시보드 세션이 없습니다.",
        blocks=False,
    ),
)
