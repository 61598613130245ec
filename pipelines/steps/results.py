"""What a check found, as the pipeline keeps it: no value it looked at, only what it says and whether it holds."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome. `asset` is what it speaks of, `clause` the policy clause behind it, `observed` a count of faults."""

    name: str
    asset: str
    clause: str
    severity: Severity
    is_privacy: bool
    sentence: str
    sentence_ko: str
    passed: bool
    observed: int | None = None

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return asdict(self)

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "CheckResult":
        """Read `to_body`'s mapping."""
        return cls(**body)
