"""The workspace: one home opened with its settings, clock, policy, keys and stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import duckdb

from pipelines.accounts.opening import Accounts, has_accounts
from pipelines.clock import Clock, FixedClock, SystemClock, parse_instant, seoul_day
from pipelines.errors import UsageError
from pipelines.home import Home
from pipelines.policy import Policy, Routes, Sources, load_policy, load_routes, load_sources
from pipelines.privacy.access_records import AccessRecords
from pipelines.privacy.keyring import Keyring, open_keyring
from pipelines.registry.store import RegistryStore
from pipelines.rights.double_sign_ups import SignUpDigests
from pipelines.rights.hold_copies import FOLDER, HoldCopies
from pipelines.rights.holds import Holds
from pipelines.rights.requests import Requests
from pipelines.rights.sealed import SealedStore
from pipelines.rights.subjects import SubjectDigests
from pipelines.rights.tombstones import Tombstones
from pipelines.settings import Settings
from pipelines.storage.engine import Configuration, configuration, connect
from pipelines.storage.ledger import Ledger
from pipelines.storage.vault import Vault


@dataclass(frozen=True)
class OpenHome:
    """A home whose clock was accepted: everything that needs no key."""

    settings: Settings
    home: Home
    clock: Clock

    @property
    def today(self) -> date:
        """The Asia/Seoul day it is now."""
        return seoul_day(self.clock.now())

    @property
    def yesterday(self) -> date:
        """The last closed Asia/Seoul day."""
        return self.today - timedelta(days=1)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of imports."""
        return Ledger(self.home.ledger / "imports.jsonl")

    @cached_property
    def sources(self) -> Sources:
        """The declared log sources."""
        return load_sources(self.settings.policy / "sources.yml")

    @cached_property
    def routes(self) -> Routes:
        """The route map."""
        return load_routes(self.settings.policy / "routes.yml")

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts of the dashboard, under its own keyring, made when there was none. Raises as `Accounts.open`."""
        return Accounts.open(self.home, self.settings.dashboard_key_folder, self.policy, self.clock)

    @property
    def has_accounts(self) -> bool:
        """Whether the home ever had accounts of the dashboard. Raises KeyMissingError when their keys are gone."""
        return has_accounts(self.home, self.settings.dashboard_key_folder)

    @cached_property
    def policy(self) -> Policy:
        """The policy in force today."""
        return load_policy(self.settings.policy, self.today)


@dataclass(frozen=True)
class Workspace(OpenHome):
    """An open home with its keyring, and the stores that need keys."""

    keyring: Keyring

    @classmethod
    def open(cls, settings: Settings) -> "Workspace":
        """Open the home that `settings` name.

        Raises HomeError, PolicyError or KeyMissingError; nothing is processed under a wrong clock, policy or key.
        """
        opened = open_home(settings)
        opened.home.keep_outside(settings.key_folder)
        keyring = open_keyring(
            settings.key_folder,
            settings.master_key_file,
            destroy_by=lambda dataset, day: _destroy_by(opened.policy, dataset, day),
            now=opened.clock.now,
            allow_create=opened.home.is_empty(),
        )
        return cls(opened.settings, opened.home, opened.clock, keyring)

    @cached_property
    def vault(self) -> Vault:
        """Every delivered line, sealed by day."""
        return Vault(self.home.vault, self.keyring)

    @cached_property
    def quarantine(self) -> Vault:
        """Lines and files that could not be read, sealed by day."""
        return Vault(self.home.quarantine, self.keyring)

    @cached_property
    def access_records(self) -> AccessRecords:
        """Who touched identified data, when and why."""
        return AccessRecords(self.home.ledger / "access", self.keyring)

    @cached_property
    def registry(self) -> RegistryStore:
        """The registry tables with their validity intervals."""
        return RegistryStore(self.home.registry, self.keyring)

    @cached_property
    def subjects(self) -> SubjectDigests:
        """Keyed digests of the people that rights are about."""
        return SubjectDigests(self.keyring.subject_key())

    @cached_property
    def tombstones(self) -> Tombstones:
        """The members who left or were erased, beside the keys."""
        path = self.settings.key_folder / "tombstones.jsonl"
        return Tombstones(path, self.subjects, self._vault_day_goes_by)

    @cached_property
    def sealed(self) -> SealedStore:
        """What is kept of members who left."""
        return SealedStore(self.home.sealed, self.keyring, self.ledger)

    @cached_property
    def sign_ups(self) -> SignUpDigests:
        """What tells a double sign-up."""
        return SignUpDigests(self.home.sealed, self.keyring, self.subjects)

    @property
    def holds(self) -> Holds:
        """Orders to keep what a dispute is about."""
        copies = HoldCopies(self.settings.key_folder / FOLDER)
        return Holds(self.home.ledger, self.home.held, self.keyring, self.subjects, copies)

    @property
    def requests(self) -> Requests:
        """Requests of members that are being carried out, or were."""
        return Requests(self.home.ledger, self.keyring)

    def _vault_day_goes_by(self, day: date) -> date:
        return _destroy_by(self.policy, "access_logs", day) or date.max

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a DuckDB connection in memory, closed afterwards."""
        connection = connect(
            extension_directory=self.settings.extension_directory,
            temp_directory=self.home.staging / "spill",
            threads=self.settings.threads,
            memory_limit_bytes=self.settings.memory_limit_bytes,
            temp_limit_bytes=self.settings.temp_limit_bytes,
        )
        try:
            yield connection
        finally:
            connection.close()

    @cached_property
    def engine(self) -> Configuration:
        """The options of every DuckDB connection."""
        return configuration(
            extension_directory=self.settings.extension_directory,
            temp_directory=self.home.staging / "spill",
            threads=self.settings.threads,
            memory_limit_bytes=self.settings.memory_limit_bytes,
            temp_limit_bytes=self.settings.temp_limit_bytes,
        )


def open_home(settings: Settings) -> OpenHome:
    """Open the home that `settings` name, under their clock. Raises HomeError when the home refuses it.

    In a rehearsal that is opened without a clock, time stands where the rehearsal last was.
    """
    home = Home(settings.home)
    clock: Clock = SystemClock()
    if settings.clock:
        clock = FixedClock(parse_instant(settings.clock))
    elif home.exists() and home.state().is_rehearsal:
        clock = FixedClock(home.state().latest_instant)
    return OpenHome(settings, Home.open(settings.home, clock, rehearsal=isinstance(clock, FixedClock)), clock)


def existing_home(settings: Settings) -> OpenHome:
    """Open a home that is there already, for commands that only read. Raises UsageError when there is none."""
    if not Home(settings.home).exists():
        raise UsageError(f"there is no home in {settings.home}; `partnerstats nightly` makes one")
    return open_home(settings)


_UNTIL_SOMETHING_HAPPENS = frozenset({"settled", "answered"})
"""Anchors that no day of a key can stand for: the clock starts when a dispute is settled or a request answered."""


def _destroy_by(policy: Policy, dataset: str, day: date) -> date | None:
    """Return by when a day's key is to be destroyed; None where that cannot be said of a day.

    So it is with registry tables, whose rows each have a period of their own, and with what waits for something to happen.
    """
    declared = policy.dataset(dataset)
    if declared.stage == "registry" or declared.period is None or declared.period.anchor in _UNTIL_SOMETHING_HAPPENS:
        return None
    return declared.period.destroy_by(day)
