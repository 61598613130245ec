"""Where in a night a kill is aimed at, and where it landed: stage by stage, from the steps that the night says as they begin."""

import random
import time
from dataclasses import dataclass
from itertools import pairwise

from support.nights import END, Night

from pipelines.steps.registry import TABLES

START, NO_STEP = "start", "no step"
_STEPS = {
    "import": ("access_logs",),
    "registry": TABLES,
    "cookie records": ("cookie_records",),
    "linked events": ("linked_events", "linked_events_pseudonymised"),
    "pseudonymise": ("events",),
    "transform": ("warehouse",),
    "publish": ("releases",),
    "checks": ("mart_checks", "nightly_summary", "destruction_register", "retention_status", "retention_checks"),
}
STAGES = (START, *_STEPS)
"""Before the first step; taking in each kind of input; deriving; building; publishing; judging what was
built and swapped in."""
_STAGE_OF = {NO_STEP: START} | {step: stage for stage, steps in _STEPS.items() for step in steps}


@dataclass(frozen=True)
class Timeline:
    """How long each step of an undisturbed night took, in seconds, in the order they began; the time before them first."""

    seconds: dict[str, float]

    @classmethod
    def of(cls, night: Night) -> "Timeline":
        """Read it from a night that ended."""
        said = [(NO_STEP, night.began), *night.steps()]
        assert said[-1][0] == END
        return cls({name: after - at for (name, at), (_, after) in pairwise(said)})

    def aim(self, stage: str, chance: random.Random) -> tuple[str, float]:
        """Return a moment of `stage`: a step, weighed by how long it takes, and the seconds to wait after it began."""
        steps = [step for step in self.seconds if _STAGE_OF.get(step) == stage]
        step = chance.choices(steps, [self.seconds[step] for step in steps])[0]
        return step, chance.uniform(0, self.seconds[step])


@dataclass(frozen=True)
class Landed:
    """Where a kill landed: the stage, the step that had begun, and how long after the night's beginning."""

    stage: str
    step: str
    after_seconds: float

    def __str__(self) -> str:
        """Say it."""
        return f"{self.stage} ({self.step} after {self.after_seconds:.2f} s)"


def kill_at(night: Night, moment: tuple[str, float]) -> Landed | None:
    """Kill the night at the moment, and tell where that was; None when the night had ended, which is then no kill."""
    step, wait_seconds = moment
    while night.is_running and step not in {NO_STEP, *(name for name, _ in night.steps())}:
        time.sleep(0.005)
    time.sleep(wait_seconds)
    after = night.kill()
    begun = [NO_STEP, *(name for name, _ in night.steps())]
    if not night.was_killed or begun[-1] == END:
        return None
    return Landed(_STAGE_OF.get(begun[-1], begun[-1]), begun[-1], after)
