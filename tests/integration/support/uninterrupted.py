"""The night as it goes when nobody disturbs it: what every disturbed one is compared with."""

from dataclasses import dataclass, replace
from pathlib import Path

from support.contents import Contents, contents_of, is_up_to_date
from support.deliveries import Delivered
from support.moments import Timeline


@dataclass(frozen=True)
class Uninterrupted:
    """What the night gives, what was there before, and when each of its steps began and ended."""

    before: Contents
    after: Contents
    timeline: Timeline
    finished: Delivered
    """The home afterwards: look at it, copy it, never change it."""

    def copy_to(self, folder: Path) -> "Uninterrupted":
        """Return the same with a copy of the home in `folder`."""
        return replace(self, finished=self.finished.copy_to(folder))


def uninterrupted_night(delivered: Delivered, folder: Path) -> Uninterrupted:
    """Run the night on a copy of `delivered` in `folder`, and make sure that nothing delivered is missing from it."""
    before = contents_of(delivered.copy_to(folder / "before").workspace())
    copy = delivered.copy_to(folder / "after")
    night = copy.begin_night()
    outcome = night.outcome()
    assert outcome["succeeded"], outcome
    after = contents_of(copy.workspace())
    assert is_up_to_date(copy.workspace())
    expected = [*before.delivered.values(), *delivered.contents.values(), *_of_the_damaged_file(after)]
    assert sorted(after.delivered.values()) == sorted(expected)
    return Uninterrupted(before, after, Timeline.of(night), copy)


def _of_the_damaged_file(contents: Contents) -> list[bytes]:
    """Return what could be decoded of the damaged file; how much that must be is for tests of decompression to say."""
    digests = [body["sha256"] for body in contents.imports if body.get("name") == "damaged.log.gz" and "lines" in body]
    return [contents.delivered[digest] for digest in digests]
