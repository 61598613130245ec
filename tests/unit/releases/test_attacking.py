"""The attack over everything that was ever published, from the gate's memory alone."""

import json
from datetime import date, timedelta

import duckdb
import pyarrow.parquet as pq
import pytest
from press import MONDAY, crowd

from pipelines.errors import DamagedError
from pipelines.releases.attacking import attack_everything
from pipelines.releases.memory import Memory, digest_of

FIRST_CLOSED = date(2026, 11, 5)


@pytest.fixture
def memory(press) -> Memory:
    """The memory of seven nights, the last of which closes a week; each day has a content of four people and one beside it."""
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        for content, people, start in (("album-1", 40, 0), ("album-2", 30, 20), ("album-3", 4, 60)):
            press.views += crowd("partner-a", day, people, content=content, start=start)
    for number in range(7):
        assert press.publish(FIRST_CLOSED + timedelta(days=number), days=days).status == "published"
    return Memory(press.place.gate, press.published.current())


def attacked(memory, press):
    return attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:"))


def test_nothing_is_found_in_what_the_gate_let_out(memory, press):
    verdict = attacked(memory, press)
    assert verdict.passes and verdict.told() == ()
    assert len(memory.facts) == 7 and verdict.cells > 100


def test_one_hidden_cell_that_is_shown_after_all_gives_its_neighbour_away(memory, press):
    release = memory.facts[0].release
    path = memory.folder / f"{release}.parquet"
    with duckdb.connect(":memory:") as connection:
        cells = pq.read_table(path)
        connection.execute("CREATE TABLE cells AS FROM cells")
        opened = "SET is_hidden = false, persons = 30, page_views = 30, rests_on_k = true WHERE value = 'album-2' AND is_hidden"
        assert connection.execute(f"UPDATE cells {opened}").fetchone() == (1,)
        pq.write_table(connection.execute("FROM cells").to_arrow_table().cast(cells.schema), path)
    facts = memory.folder / f"{release}.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"cells_sha256": digest_of(path)}))
    leaks = attacked(Memory(memory.folder, memory.current), press).told()
    assert ("hidden, and only one value is possible", "partner_content_daily.page_views", 1) in leaks


def test_a_memory_that_is_not_what_was_written_is_not_attacked(memory, press):
    path = memory.folder / f"{memory.facts[0].release}.parquet"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DamagedError, match="is not what was written"):
        attacked(memory, press)
