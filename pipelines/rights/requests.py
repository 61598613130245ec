"""Requests of members that change something, written down before anything is done, so that what a crash cut short is finished.

The chain says that a request came and was answered, with counts and no person. Who asked stands sealed in a file of its own
while the request is carried out; its key goes with the answer.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError
from pipelines.registry.store import RegistryKeys
from pipelines.storage.atomic import remove, write_bytes
from pipelines.storage.ledger import Ledger
from pipelines.storage.sealing import seal, unseal

DATASET = "open_requests"
ASKED, REGISTERING, ANSWERED = "asked", "registering", "answered"
Kind = Literal["erased", "withdrawn"]


@dataclass(frozen=True)
class Request:
    """What is to be done, and the counts of what there was when it was asked, by dataset: what goes, and what a law keeps."""

    request_id: str
    kind: Kind
    account_key: str
    logins: tuple[str, ...]
    linked_ids: tuple[str, ...]
    asked_at: datetime
    role: str
    removed: Mapping[str, int]
    kept: Mapping[str, int]


class Requests:
    """The requests in the ledger's folder `folder`, sealed with keys of `keys`."""

    def __init__(self, folder: Path, keys: RegistryKeys) -> None:
        """Name the folder; it is made by the first request."""
        self._folder, self._keys = folder / "requests", keys
        self.chain = Ledger(folder / "requests.jsonl")

    def ask(self, request: Request) -> Request:
        """Write a request down and return it with its id: from here on it is carried out, whatever happens."""
        self.sweep()
        day = seoul_day(request.asked_at)
        kept = Request(**{**request.__dict__, "request_id": f"{day.isoformat()}-{secrets.token_hex(4)}"})
        key = self._keys.fresh_key(DATASET, day)
        body = json.dumps({**asdict(kept), "salt": secrets.token_hex(16)}, default=datetime.isoformat).encode()
        write_bytes(self._path(kept.request_id), seal(body, key))
        facts = {"request": kept.request_id, "kind": kept.kind, "key": key.name}
        self.chain.append(ASKED, {**facts, "digest": hashlib.sha256(body).hexdigest()}, request.asked_at)
        return kept

    def open(self) -> list[Request]:
        """Return the requests that were not answered, oldest first. Raises DamagedError for one that cannot be read."""
        answered = self._answered()
        return [self._read(entry.body) for entry in self.chain.entries(ASKED) if entry.body["request"] not in answered]

    def answered(self, request: Request, now: datetime) -> None:
        """Say that a request was carried out; who asked is forgotten, the key first."""
        if request.request_id not in self._answered():
            counts = {"removed": dict(request.removed), "kept": dict(request.kept)}
            self.chain.append(ANSWERED, {"request": request.request_id, "kind": request.kind, **counts}, now)
        self.sweep()

    def sweep(self) -> None:
        """Forget who asked what was answered, and what a crash left before a request was in the chain."""
        answered = self._answered()
        still = {
            e.body["request"]: e.body["key"] for e in self.chain.entries(ASKED) if e.body["request"] not in answered
        }
        for key in list(self._keys.list()):
            if key.dataset == DATASET and key.name not in still.values():
                self._keys.destroy(key.name)
        for path in sorted(self._folder.glob("*.age")):
            if path.stem not in still:
                remove(path)

    def registered_from(self, request: Request, size: int, now: datetime) -> int:
        """Return how many entries the register of destructions had before this request's; `size` is how many it has now."""
        for entry in self.chain.entries(REGISTERING):
            if entry.body["request"] == request.request_id:
                return int(entry.body["size"])
        self.chain.append(REGISTERING, {"request": request.request_id, "size": size}, now)
        return size

    def _answered(self) -> set[str]:
        return {entry.body["request"] for entry in self.chain.entries(ANSWERED)}

    def _path(self, request_id: str) -> Path:
        return self._folder / f"{request_id}.age"

    def _read(self, facts: Mapping[str, Any]) -> Request:
        path, what = self._path(facts["request"]), f"request {facts['request']}"
        if not path.exists():
            raise DamagedError(f"{what} is gone and was never answered")
        body = unseal(path.read_bytes(), self._keys.get(facts["key"]), what)
        if hashlib.sha256(body).hexdigest() != facts["digest"]:
            raise DamagedError(f"{what} is not what was written")
        document = json.loads(body)
        document.pop("salt")
        lists = {name: tuple(document[name]) for name in ("logins", "linked_ids")}
        return Request(**{**document, **lists, "asked_at": datetime.fromisoformat(document["asked_at"])})
