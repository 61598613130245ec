"""The register of destructions of an open home: where it lies, whose words it takes, and its certificates."""

from datetime import date
from pathlib import Path

from pipelines.errors import CheckFailedError, HomeError, UsageError
from pipelines.policy import load_policy
from pipelines.retention.certificate import Language, certify, render
from pipelines.retention.entries import Words
from pipelines.retention.examination import Finding, FindingKind, Verification
from pipelines.retention.register import Register, root_after
from pipelines.steps.workspace import OpenHome
from pipelines.storage.atomic import write_text


def open_register(opened: OpenHome) -> Register:
    """Return the register of a home. Raises HomeError when the settings put the copy of its head inside the home."""
    copy = opened.settings.register_copy_file.absolute()
    if copy.resolve().is_relative_to(opened.home.root.resolve()):
        raise HomeError(f"the copy of the register's head must lie outside the home: {copy}")
    return Register(opened.home.ledger, copy, Words.of(opened.policy))


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
