"""Import every module of a package and print, as JSON, what the imports did besides. Run by test_imports_are_quiet.

usage: python -B import_probe.py ROOT PACKAGE
"""

import importlib
import json
import os
import pkgutil
import site
import sys
import sysconfig
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

LOUD = (
    "socket.",
    "os.putenv",
    "os.unsetenv",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.mkdir",
    "os.remove",
    "os.rename",
)
# What libraries and the interpreter read on their own: the machine's description and its time zones.
OF_THE_MACHINE = (
    "/proc/",
    "/sys/",
    "/dev/",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/lib/",
    "/lib/",
    "/var/db/timezone",
)
# Read by compiled code, which leaves no frame between itself and its caller.
OF_COMPILED_LIBRARIES = ("PYARROW_IGNORE_TIMEZONE",)
IMPORTING = "<frozen importlib._bootstrap>"


class Ear:
    """Hears audit events and reads of the environment, and notes those that are the project's doing."""

    def __init__(self, root: Path) -> None:
        """Listen for code and files below `root`, a resolved folder."""
        self.noise: set[str] = set()
        self.is_open = True
        self._below = f"{root}{os.sep}"
        places = (
            sys.prefix,
            sys.base_prefix,
            *sysconfig.get_paths().values(),
            *site.getsitepackages(),
            *zoneinfo.TZPATH,
        )
        self._libraries = tuple(f"{Path(place).resolve()}{os.sep}" for place in places)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Note an audit event: any file opened outside the libraries, and what project code itself starts or changes."""
        if not self.is_open:
            return
        if event == "open":
            self._hear_open(arguments[0], str(arguments[1] or ""))
        elif event.startswith(LOUD) and event != "socket.__new__" and self._is_own_doing(through_libraries=True):
            self.noise.add(event)

    def watch_environment(self) -> None:
        """Note reads of `os.environ`, which cause no audit event."""
        for name in ("__getitem__", "__iter__", "__len__"):
            setattr(os._Environ, name, self._noting(getattr(os._Environ, name)))

    def _noting(self, original):
        def read(*arguments: object) -> object:
            what = str(arguments[1]) if len(arguments) > 1 else "as a whole"
            if self.is_open and what not in OF_COMPILED_LIBRARIES and self._is_own_doing(through_libraries=False):
                self.noise.add(f"environment {what}")
            return original(*arguments)

        return read

    def _hear_open(self, path: object, mode: str) -> None:
        if not isinstance(path, str | bytes):
            return
        name = os.fsdecode(path)
        if not self._is_code_or_library(name) or set(mode) & set("wax+"):
            self.noise.add(f"open {os.path.basename(name)} ({mode})")  # noqa: PTH119 -- a Path would import while listening

    def _is_code_or_library(self, name: str) -> bool:
        resolved = os.path.realpath(name)
        is_code = resolved.startswith(self._below) and resolved.endswith((".py", ".pyc", ".so"))
        return is_code or resolved.startswith(self._libraries) or name.startswith(OF_THE_MACHINE)

    def _is_own_doing(self, *, through_libraries: bool) -> bool:
        """Say whether project code did it; what a library does while it is imported is the library's.

        Without `through_libraries` only what project code does itself counts, not what a library does when called.
        """
        frame = sys._getframe(1)
        while frame := frame.f_back:
            file = frame.f_code.co_filename
            is_installed = "site-packages" in file
            if file == IMPORTING or (is_installed and not through_libraries):
                return False
            if file.startswith(self._below) and not is_installed and file != __file__:
                return True
        return False


def import_all(package: str) -> Iterator[str]:
    """Import `package` and every module in it, yielding their names."""
    module = importlib.import_module(package)
    yield package
    for found in pkgutil.iter_modules(getattr(module, "__path__", []), f"{package}."):
        yield from import_all(found.name)


def main(root: Path, package: str) -> dict[str, list[str]]:
    """Return the modules imported and the noise."""
    ear = Ear(root)
    sys.path.insert(0, str(root))
    ear.watch_environment()
    sys.addaudithook(ear.hear)
    imported = list(import_all(package))
    ear.is_open = False
    return {"imported": imported, "noise": sorted(ear.noise)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]).resolve(), sys.argv[2])))
