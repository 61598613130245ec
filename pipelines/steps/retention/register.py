"""The register of destructions of an open home: where it lies, whose words it takes, and its certificates."""

from datetime import date
from pathlib import Path

from pipelines.errors import CheckFailedError, DamagedError, HomeError, UsageError
from pipelines.policy import load_policy
from pipelines.retention.certificate import Language, certify, render
from pipelines.retention.entries import Begun, Restored, Words
from pipelines.retention.examination import Finding, FindingKind, Verification
from pipelines.retention.register import Register, root_after
from pipelines.settings import Settings
from pipelines.steps.access import record_access
from pipelines.steps.workspace import OpenHome, Workspace
from pipelines.storage.atomic import write_text

OFFICER = "privacy_officer"


def open_register(opened: OpenHome) -> Register:
    """Return the register of a home. Raises HomeError when the settings put the copy of its head inside the home."""
    copy = opened.settings.register_copy_file.absolute()
    if copy.resolve().is_relative_to(opened.home.root.resolve()):
        raise HomeError(f"the copy of the register's head must lie outside the home: {copy}")
    return Register(opened.home.ledger, copy, Words.of(opened.policy))


def begun_plans(opened: OpenHome) -> frozenset[str]:
    """Return the digests of the plans whose execution was begun: of no other was anything destroyed."""
    return frozenset(entry.body.plan for entry in open_register(opened).entries() if isinstance(entry.body, Begun))


def restore_register(workspace: Workspace) -> Restored:
    """Go on with a register that is older than its copy, on the privacy officer's word; return what was entered.

    For a home restored from a backup that shows no other sign of it: the night does it by itself where something in the home
    stands under a destroyed key. Call it only while holding the home. Raises UsageError unless the privacy officer does it and
    says why, and when the register is not older; DamagedError when anything else is wrong with it. Nothing is entered then.
    """
    settings = workspace.settings
    if settings.role != OFFICER:
        raise UsageError(f"only the role {OFFICER} says that the home was restored; give it with --role")
    if settings.reason == Settings.model_fields["reason"].default:
        raise UsageError("say with --reason which backup was restored, and why")
    register = open_register(workspace)
    found = register.verify()
    if not found.is_only_older:
        wrong = "not older than its copy" if found.holds else f"not what was written: {found.findings[0].sentence}"
        raise (UsageError if found.holds else DamagedError)(f"nothing is restored: the register is {wrong}")
    record_access(workspace, "go on with a register of destructions that is older than its copy")
    entry = register.restore(workspace.policy.version, settings.role, workspace.clock.now())
    return Restored.model_validate(entry.body)


def verify_register(register: Register, issued: tuple[int, str] | None = None) -> Verification:
    """Verify the register; `issued` is the number of entries and the root that a certificate gives."""
    found = register.verify()
    if issued is None or not found.holds:
        return found
    size, root = issued
    if root_after(register.entries(), size) == root:
        return found
    told = f"the first {size} entries are not those that were certified"
    if size > found.size:
        told = f"the certificate was issued over {size} entries, the register has {found.size}"
    finding = Finding(FindingKind.OLDER if size > found.size else FindingKind.ENTRY, None, told)
    return Verification(found.size, found.root, found.digest, (finding,), found.is_behind)


def write_certificate(
    opened: OpenHome, first_day: date, last_day: date, out: Path, language: Language
) -> dict[str, object]:
    """Write the certificate of a period to `out` and return what it certifies, without an identity.

    The words are those of the policy in force on the last day. Raises CheckFailedError when the register does not hold: nothing
    is certified then.
    """
    register = open_register(opened)
    found = register.verify()
    if not found.holds:
        raise CheckFailedError(f"nothing is certified: {found.findings[0].sentence}")
    if out.resolve().is_relative_to(opened.home.root.resolve()):
        raise UsageError(f"a certificate is kept outside the home: {out}")
    policy = load_policy(opened.settings.policy, last_day)
    certificate = certify(register.entries(), found, policy, first_day, last_day, opened.clock.now())
    write_text(out, render(certificate, policy, language))
    return {
        "file": out,
        "from": first_day,
        "to": last_day,
        "policy": policy.version,
        "entries": len(certificate.entries),
        "plans": certificate.results(),
        "size": certificate.size,
        "root": certificate.root,
    }
