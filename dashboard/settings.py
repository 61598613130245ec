"""The settings of the dashboard: every knob, its default, its environment variable (prefix `PARTNERSTATS_DASHBOARD_`)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.errors import UsageError
from pipelines.settings import MIB, REPOSITORY

PREFIX = "PARTNERSTATS_DASHBOARD_"


class DashboardSettings(BaseSettings):
    """Validated settings; a wrong value fails at start with the variable's name (see `load_dashboard_settings`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Path("data")
    keys: Path | None = None
    """Folder of the keyring that opens accounts and nothing else; default: `dashboard` in the folder of the home's keyring."""
    policy: Path = REPOSITORY / "policy"
    sql: Path = REPOSITORY / "sql"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8250
    is_tls: bool = False
    """Whether readers reach it over TLS, through a proxy that ends it: the session's cookie is then `__Host-` and Secure."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses, parted by commas, whose word on the client's address is taken (X-Forwarded-For)."""
    sign_ins_per_minute: Annotated[int, Field(ge=1)] = 20
    """How often one address may try to sign in or to set a password; one office may share an address."""
    requests_per_minute: Annotated[int, Field(ge=10)] = 1200
    """How much one account, program, or address that nobody is signed in from may ask for."""
    open_files: Annotated[int, Field(ge=1)] = 256
    """How many partners' files stay open at a time; each takes about 5 MiB of memory, and opening one about 12 ms."""
    file_memory_bytes: Annotated[int, Field(ge=16 * MIB)] = 64 * MIB
    """Limit of DuckDB's buffer manager for each open file."""
    kept_bytes: Annotated[int, Field(ge=0)] = 64 * MIB
    """Memory for pages that were made before; a page takes about 5 kB."""
    longest_range_days: Annotated[int, Field(ge=31)] = 1100
    """How many days an own range may span."""


def load_dashboard_settings(**overrides: object) -> DashboardSettings:
    """Read the environment, apply `overrides` that are not None. Raises UsageError naming each wrong variable."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return DashboardSettings(**given)  # type: ignore[arg-type]
    except ValidationError as cause:
        faults = "; ".join(f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in cause.errors())
        raise UsageError(faults) from cause
