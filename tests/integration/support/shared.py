"""What costs a night to make is made once in a run of the tests: the first worker that asks makes it, the others take a copy."""

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipelines.storage.locks import locked

T = TypeVar("T")


def made_once(base: Path, name: str, make: Callable[[Path], T], copied: Callable[[T, Path], T]) -> T:
    """Return what `make` makes in a folder, or a copy of it in a folder of this worker's own; nobody waits but for its making.

    `base` is the worker's folder, `tmp_path_factory.getbasetemp()`; what is made must be one that can be pickled.
    """
    own = base / name
    if "PYTEST_XDIST_WORKER" not in os.environ:
        own.mkdir()
        return make(own)
    shared, told = base.parent / name, base.parent / f"{name}.pickle"
    with locked(base.parent / f"{name}.lock"):
        if not told.exists():
            # What a worker left that could not make it.
            shutil.rmtree(shared, ignore_errors=True)
            shared.mkdir()
            told.write_bytes(pickle.dumps(make(shared)))
    own.mkdir()
    return copied(pickle.loads(told.read_bytes()), own)  # noqa: S301 -- written by another worker of this run
