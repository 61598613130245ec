"""The one settings object: every knob, its default, its environment variable (prefix `PARTNERSTATS_`)."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, HttpUrl, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pipelines.errors import UsageError

GIB = 1024**3
MIB = 1024**2
PREFIX = "PARTNERSTATS_"
REPOSITORY = Path(__file__).resolve().parents[1]
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")


def _names(value: object) -> object:
    """Read names as people write them, parted by commas; brackets and quotes may stand around them."""
    return [name for part in value.split(",") if (name := part.strip(" []\"'"))] if isinstance(value, str) else value


class Settings(BaseSettings):
    """Validated settings; a wrong value fails at start with the variable's name (see `load_settings`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Path("data")
    keys: Path | None = None
    """Folder of the keyring; default: a sibling of the home, `<home>.keys`. Never below the home."""
    master_key: Path | None = None
    """File of the master key, 32 bytes as hex; default: `master.key` in the keyring's folder, made on first use."""
    register_copy: Path | None = None
    """File of the second head of the register of destructions; default: `destructions.head` in the keyring's folder. Never
    below the home; best on another machine's disk, where who can change the home cannot change it."""
    dashboard_keys: Path | None = None
    """Folder of the dashboard's own keyring, which opens its accounts and nothing else; default: `dashboard` in the keyring's
    folder. Never below the home."""
    policy: Path = REPOSITORY / "policy"
    sql: Path = REPOSITORY / "sql"
    sealed_recipient: str | None = None
    """Public key (`age1...`) of the privacy officer, to which is sealed what is kept of former members; a real home needs it."""
    role: str = "operator"
    """The role, one of the policy's, in which identified data is touched (clause secure.access); unattended runs use this one."""
    reason: str = "scheduled run"
    """Why it is touched; recorded with every access."""
    clock: str | None = None
    """An instant with offset; works only in a home first made with it (a rehearsal)."""
    threads: Annotated[int, Field(ge=1)] = os.cpu_count() or 1
    memory_limit_bytes: Annotated[int, Field(ge=128 * MIB)] = 1 * GIB
    """Limit of DuckDB's buffer manager; resident memory can be more than twice that."""
    temp_limit_bytes: Annotated[int, Field(ge=0)] = 20 * GIB
    max_decompressed_bytes: Annotated[int, Field(gt=0)] = 64 * GIB
    max_decompression_ratio: Annotated[int, Field(gt=1)] = 200
    """Decompressed bytes per compressed byte above which a file is a bomb (real logs stay under 50)."""
    max_line_bytes: Annotated[int, Field(ge=1024)] = 1 * MIB
    batch_bytes: Annotated[int, Field(ge=1024)] = 32 * MIB
    """Bytes of log read and sealed at a time; bounds memory."""
    confirm_vanished: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = ()
    """Exports that may lack any share of the rows there were, as `members=<SHA-256>` (12 digits or more): a person looked."""
    remove_landing: bool | None = None
    """Overrides each source's own `remove_after_import`."""
    extension_directory: Path = Path(sys.prefix) / "duckdb-extensions"
    home_wait_seconds: Annotated[float, Field(ge=0)] = 300
    """How long a scheduled run waits for a home that another job holds; a command never waits, it says so."""
    run_retention_days: Annotated[int, Field(ge=1)] = 90
    """How long Dagster's records of runs that ended are kept, at most as long as the policy's `run_records`."""
    webhook_url: HttpUrl | None = None
    """Where failed runs are told, http or https; nobody is told without it. Nothing else is ever sent anywhere."""
    ui_port: Annotated[int, Field(ge=1, le=65535)] = 3000

    @field_validator("sealed_recipient")
    @classmethod
    def _is_a_recipient(cls, text: str | None) -> str | None:
        if text is not None and not _RECIPIENT.fullmatch(text):
            raise ValueError("not a public key of age (age1 and 58 characters)")
        return text

    @property
    def key_folder(self) -> Path:
        """Folder of the keyring."""
        return self.keys or self.home.absolute().with_name(self.home.absolute().name + ".keys")

    @property
    def dashboard_key_folder(self) -> Path:
        """Folder of the dashboard's own keyring."""
        return self.dashboard_keys or self.key_folder / "dashboard"

    @property
    def master_key_file(self) -> Path:
        """File of the master key."""
        return self.master_key or self.key_folder / "master.key"

    @property
    def register_copy_file(self) -> Path:
        """File of the second head of the register of destructions."""
        return self.register_copy or self.key_folder / "destructions.head"


def load_settings(**overrides: object) -> Settings:
    """Read the environment, apply `overrides` that are not None. Raises UsageError naming each wrong variable."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as cause:
        faults = "; ".join(f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in cause.errors())
        raise UsageError(faults) from cause
