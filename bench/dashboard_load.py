"""How long the dashboard takes: 500 partners with a year of figures, so many requests a second, on this machine's loopback.

The server is `python -m dashboard` in a process of its own, with an account and a session for each partner. Two times are
printed: the server's, as its log tells it, and the client's, from sending to the last byte. `make bench-dashboard`.

- First visits: a release that nobody looked at; each partner comes once and opens six pages.
- Later visits: any partner, any page, one in ten of them of an earlier period that mostly nobody asked for yet.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx2 as httpx
import psutil
from argon2 import PasswordHasher

from dashboard.settings import DashboardSettings
from pipelines.accounts.account import AccountRole
from pipelines.accounts.changes import invite, set_password
from pipelines.accounts.opening import Accounts
from pipelines.clock import SystemClock, seoul_day
from pipelines.home import Home
from pipelines.policy import load_policy

SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "unit" / "dashboard"
VISIT = ("/", "/contents", "/contents/song-001", "/people", "/reach", "/?period=week")
OTHERS = (
    "/",
    "/",
    "/",
    "/contents",
    "/people",
    "/reach",
    "/linked",
    "/features",
    "/downloads",
    "/exports/overview/figures.csv",
)
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 10))
EARLIER = 0.1
"""Which part of later visits is to an earlier month."""
WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("nobody signs in with it")
Asked = tuple[int, str]
"""A partner's number and a path."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of requests as the server's log and as the client has them; what the server used: seconds, bytes."""

    server: Sequence[float]
    client: Sequence[float]
    processor: float
    memory: int

    def __str__(self) -> str:
        """Say each in one line."""
        told = [f"  {name:6s} {_said(times)}" for name, times in (("server", self.server), ("client", self.client))]
        processor = 1000 * self.processor / len(self.client)
        used = f"  the server used {processor:.1f} ms of processor a request, {self.memory / 2**20:.0f} MiB of memory"
        return "\n".join([*told, used])


def main() -> None:
    """Make the home, serve it, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--partners", type=int, default=500)
    options.add_argument("--a-second", type=int, default=50)
    options.add_argument("--seconds", type=int, default=30)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tokens = make_home(Path(folder), given.partners)
        print(f"{given.partners} partners, {given.a_second} requests a second; load {_load()}")
        with serving(Path(folder)) as asking_at:
            asking = Asking(*asking_at, tokens, given.a_second)
            print(f"first visits, {len(VISIT)} pages each\n{asyncio.run(asking.ask(first_visits(given.partners)))}")
            count = given.a_second * given.seconds
            print(f"later visits, {count}\n{asyncio.run(asking.ask(later_visits(given.partners, count)))}")
    print(f"load {_load()}")


def make_home(folder: Path, partners: int) -> list[str]:
    """Write a release of one partner, copy its file for all, give each a reader, and return their sessions' tokens."""
    sys.path.insert(0, str(SAMPLE))
    from dashboard_sample import FILES, write_release  # noqa: PLC0415 -- found only now

    home, clock = Home(folder / "home"), SystemClock()
    release = write_release(home.root, partners=["p-001"])
    accounts = Accounts.open(
        home, folder / "keys", load_policy(DashboardSettings().policy, seoul_day(clock.now())), clock
    )
    tokens = []
    for number in range(partners):
        name = f"{number:032x}"
        shutil.copyfile(release / f"{FILES['p-001']}.duckdb", release / f"{name}.duckdb")
        account = invite(accounts, f"reader.{number}", AccountRole.PARTNER_READER, (f"p-{number:03d}", name)).account
        set_password(accounts, account, WEAK)
        tokens.append(accounts.sessions.begin(account.account_id, clock.now()))
    return tokens


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, Path, psutil.Process]]:
    """Serve the home as it is served for partners; yield its address, its log and its process."""
    port, log = free_port(), folder / "log"
    given = {"HOME": folder / "home", "KEYS": folder / "keys", "PORT": port, "REQUESTS_PER_MINUTE": 10**6}
    environment = {**os.environ, **{f"PARTNERSTATS_DASHBOARD_{name}": str(value) for name, value in given.items()}}
    with log.open("wb") as lines:
        server = subprocess.Popen([sys.executable, "-m", "dashboard"], env=environment, stderr=lines)
    try:
        yield f"http://127.0.0.1:{port}", log, psutil.Process(server.pid)
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def first_visits(partners: int) -> Iterator[Asked]:
    """Ask every page of a visit for every partner: while one opens the first page, the one before opens the second, and so on."""
    for step in range(partners + len(VISIT) - 1):
        yield from ((step - place, path) for place, path in enumerate(VISIT) if 0 <= step - place < partners)


def later_visits(partners: int, count: int) -> Iterator[Asked]:
    """Ask pages of partners at random; the same ones in every run."""
    chance = random.Random(1)  # noqa: S311 -- no secret
    for _ in range(count):
        path = chance.choice(OTHERS)
        if chance.random() < EARLIER:
            path = f"{chance.choice(VISIT[:2])}?period=month&at={chance.choice(MONTHS)}"
        yield chance.randrange(partners), path


@dataclass(frozen=True)
class Asking:
    """How the server at `address` is asked."""

    address: str
    log: Path
    server: psutil.Process
    tokens: Sequence[str]
    a_second: int

    async def ask(self, questions: Iterable[Asked]) -> Measured:
        """Send requests at a steady pace, whether or not earlier ones were answered."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        async with httpx.AsyncClient(base_url=self.address, timeout=60, limits=limits) as client:
            await _until_up(client)
            before, used = len(_lines(self.log)), self._used()
            begin, running = time.perf_counter(), []
            for number, (partner, path) in enumerate(questions):
                await asyncio.sleep(max(0.0, begin + number / self.a_second - time.perf_counter()))
                cookie = {"Cookie": f"partnerstats={self.tokens[partner]}"}
                running.append(asyncio.create_task(_timed(client, path, cookie)))
            times = await asyncio.gather(*running)
        told = [line["milliseconds"] for line in _lines(self.log)[before:]]
        return Measured(told, times, self._used() - used, int(self.server.memory_info().rss))

    def _used(self) -> float:
        times = self.server.cpu_times()
        return float(times.user + times.system)


async def _timed(client: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> float:
    begin = time.perf_counter()
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.status_code)
    return (time.perf_counter() - begin) * 1000


async def _until_up(client: httpx.AsyncClient) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            await client.get("/health")
        except httpx.TransportError:
            assert time.monotonic() < end, "the server did not start"
            await asyncio.sleep(0.2)
        else:
            return


def _lines(log: Path) -> list[dict[str, float]]:
    told = (json.loads(line) for line in log.read_text("utf-8").splitlines())
    return [line for line in told if "milliseconds" in line]


def _said(times: Sequence[float]) -> str:
    cuts = quantiles(times, n=100)
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, longest {max(times):.0f} ms ({len(times)})"


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


if __name__ == "__main__":
    main()
