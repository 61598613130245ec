"""A withdrawal is confirmed: a first call tells what will happen and gives a code, a second one with the code does it."""

from datetime import UTC, datetime, timedelta

from pipelines.errors import UsageError
from pipelines.steps.subjects.person import Person
from pipelines.steps.workspace import Workspace

VALID_FOR = timedelta(hours=24)
_FORM = "%Y%m%dT%H%M%SZ"


def confirmation_code(workspace: Workspace, person: Person) -> str:
    """Return the code that confirms the withdrawal of this person now; only the keyring makes it, and it holds no identity."""
    return _code(workspace, person, workspace.clock.now().astimezone(UTC).strftime(_FORM))


def require_confirmed(workspace: Workspace, person: Person, code: str) -> None:
    """Raise UsageError unless `code` was given for this person under this policy, within the last 24 hours."""
    asked, _, _ = code.partition("-")
    try:
        asked_at = datetime.strptime(asked, _FORM).replace(tzinfo=UTC)
    except ValueError:
        raise UsageError("this is no confirmation code; ask for one without --confirm") from None
    if code != _code(workspace, person, asked):
        raise UsageError("the confirmation code belongs to another person or another version of the policy")
    if not timedelta(0) <= workspace.clock.now() - asked_at + timedelta(seconds=1) <= VALID_FOR + timedelta(seconds=1):
        raise UsageError("the confirmation code is older than 24 hours; ask for a new one without --confirm")


def _code(workspace: Workspace, person: Person, asked: str) -> str:
    request = f"withdrawn {person.account_key} {asked} {workspace.policy.version}"
    return f"{asked}-{workspace.subjects.confirmation(request)}"
