"""Rules of accounts in the policy: a second factor is asked of everybody unless the file says plainly of whom it is not."""

from collections.abc import Callable
from typing import get_args

import pytest

from pipelines.accounts.account import AccountRole
from pipelines.errors import PolicyError
from pipelines.policy import Policy
from pipelines.policy.accounts import RoleOfAccount

ACCOUNTS = """\
accounts:
  password_days: 180
  link_hours: 24
  idle_minutes: 30
  absolute_hours: 12
  sessions_at_once: 5
  failures_lock: 10
  lock_minutes: 15
  token_days: 365
{second}  cookie: {{name: a, carries: opaque-token, expires: browser-closes, clause: keep.visits}}
  clause: keep.visits
"""
RULE = "  second_factor: {{{rule}}}\n"
EVERYBODY = get_args(RoleOfAccount)


def with_rule(small: str, rule: str) -> str:
    return small + ACCOUNTS.format(second=RULE.format(rule=rule))


def test_the_roles_of_the_policy_are_those_of_accounts() -> None:
    assert set(EVERYBODY) == {role.value for role in AccountRole}


@pytest.mark.parametrize("second", ["", RULE.format(rule="recovery_codes: 10")])
def test_a_policy_that_names_no_role_asks_everybody(small: str, loaded: Callable[[str], Policy], second: str) -> None:
    accounts = loaded(small + ACCOUNTS.format(second=second)).accounts
    assert accounts is not None
    assert accounts.second_factor.required_of == EVERYBODY


def test_a_rule_may_name_some_roles(small: str, loaded: Callable[[str], Policy]) -> None:
    accounts = loaded(with_rule(small, "required_of: [privacy-officer]")).accounts
    assert accounts is not None
    assert accounts.second_factor.required_of == ("privacy-officer",)


@pytest.mark.parametrize(
    ("rule", "cause"),
    [
        ("required_of: [reader]", "Input should be"),
        ("required_of: ", "tuple"),
        ("required_of: none", "tuple"),
        ("required_of: [privacy-officer, privacy-officer]", "twice"),
        ("required: []", "unknown key 'required'"),
        ("recovery_codes: 0", "greater than or equal to 1"),
        ("recovery_codes: 21", "less than or equal to 20"),
        ("pending_minutes: 0", "greater than or equal to 1"),
        ("pending_minutes: 31", "less than or equal to 30"),
        ("wrong_codes: 0", "greater than or equal to 1"),
        ("wrong_codes: 101", "less than or equal to 100"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    small: str, refused: Callable[[str], PolicyError], rule: str, cause: str
) -> None:
    assert cause in str(refused(with_rule(small, rule)))


@pytest.mark.parametrize("rule", ["recovery_codes: 20", "pending_minutes: 30", "wrong_codes: 100", "required_of: []"])
def test_its_twin_on_the_other_side_of_the_limit_is_taken(
    small: str, loaded: Callable[[str], Policy], rule: str
) -> None:
    assert loaded(with_rule(small, rule)).accounts is not None
