"""All suites by name; the order is the order of the pipeline."""

from expectations import (
    accounts,
    cookies,
    days_complete,
    destruction,
    fields_allowed,
    import_balance,
    linked,
    marts_sane,
    pseudonyms,
    registry,
    releases,
    rights,
    usage_sane,
)
from expectations.model import Check
from pipelines.steps.day_files import LINKED_EVENTS
from pipelines.steps.metrics.destruction import DESTRUCTION
from pipelines.steps.metrics.releases import RELEASES
from pipelines.steps.record_imports import FOLDERS
from pipelines.steps.registry import TABLES

WITHIN_THEIR_ASSETS = frozenset(
    {"access_logs", "events", RELEASES, DESTRUCTION, LINKED_EVENTS, *FOLDERS.values(), *TABLES}
)
"""The assets that judge themselves as they are made; the marts are judged once all of them are there."""
SUITES: dict[str, tuple[Check, ...]] = {
    "import_balance": import_balance.CHECKS,
    "cookies": cookies.CHECKS,
    "linked": linked.CHECKS,
    "registry": registry.CHECKS,
    "rights": rights.CHECKS,
    "fields_allowed": fields_allowed.CHECKS,
    "pseudonyms": pseudonyms.CHECKS,
    "days_complete": days_complete.CHECKS,
    "marts_sane": marts_sane.CHECKS,
    "usage_sane": usage_sane.CHECKS,
    "releases": releases.CHECKS,
    "destruction": destruction.CHECKS,
    "accounts": accounts.CHECKS,
}


def checks_of(asset: str) -> tuple[Check, ...]:
    """Return the checks that speak of `asset`, in the order of the pipeline."""
    return tuple(check for checks in SUITES.values() for check in checks if check.asset == asset)


def all_checks() -> tuple[Check, ...]:
    """Return every check, in the order of the pipeline."""
    return tuple(check for checks in SUITES.values() for check in checks)
