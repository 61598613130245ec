"""The privacy officer's public key: what is sealed to it, the job that sealed it cannot read again.

A real home is told the key by a setting. A demo home without one makes a pair: the public half lies among the keys, the
private half in a folder of its own beside them, to be moved away.
"""

from pathlib import Path

import pyrage

from pipelines.errors import DamagedError, UsageError
from pipelines.storage.atomic import write_text

SETTING = "PARTNERSTATS_SEALED_RECIPIENT"
RECIPIENT_FILE = "sealed_recipient.txt"
IDENTITY_FILE = "identity.txt"
_WARNING = (
    "# The private key of the privacy officer of a demo home. Whoever has it reads what is kept of former members.\n"
    "# MOVE IT AWAY from this machine: nothing here needs it, and no backup of home or keys should hold it.\n"
)


class SealingBox:
    """Seals to one public key; there is no way back without the private one, which this program never reads."""

    def __init__(self, recipient: str) -> None:
        """Take the public key, `age1...`. Raises UsageError for anything else."""
        try:
            self._recipient = pyrage.x25519.Recipient.from_str(recipient)
        except pyrage.RecipientError:
            raise UsageError(f"{SETTING}: not a public key of age") from None

    def seal(self, payload: bytes) -> bytes:
        """Return age(payload); two seals of the same payload differ."""
        return bytes(pyrage.encrypt(payload, [self._recipient]))


def officer_folder(key_folder: Path) -> Path:
    """Return where a demo home lays the private half: beside the keys, neither among them nor in the home."""
    return key_folder.with_name(f"{key_folder.name.removesuffix('.keys')}.privacy-officer")


def open_box(recipient: str | None, key_folder: Path, *, is_demo: bool) -> SealingBox:
    """Return the box of `recipient`, the setting; a demo home without one makes a pair on first use.

    Raises UsageError when a real home has none: nothing of a member who left may then be destroyed.
    """
    if recipient is not None:
        return SealingBox(recipient)
    if not is_demo:
        raise UsageError(
            f"{SETTING} is not set: what is kept of members who left is sealed to the privacy officer's public key "
            "(age-keygen makes a pair). Nothing of them was moved or destroyed"
        )
    return SealingBox(_demo_recipient(key_folder))


def _demo_recipient(key_folder: Path) -> str:
    path = key_folder / RECIPIENT_FILE
    if not path.exists():
        identity = pyrage.x25519.Identity.generate()
        write_text(officer_folder(key_folder) / IDENTITY_FILE, f"{_WARNING}{identity}\n")
        write_text(path, f"{identity.to_public()}\n")
    text = path.read_text("utf-8").strip()
    if not text.startswith("age1"):
        raise DamagedError(f"{path.name}: not a public key of age")
    return text
