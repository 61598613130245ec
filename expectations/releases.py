"""What partners see came through the gate, and is still what came through it."""

from expectations.model import Check
from pipelines.steps.metrics.releases import RELEASES

CHECKS = (
    Check(
        name="releases_passed_the_gate",
        asset=RELEASES,
        frame="releases",
        column="gate_faults",
        clause="stats.partners",
        sentence="The last release that was due withstood the attack, and every file of the current one is what was published.",
        sentence_ko="마지막 공개는 공격 시험을 통과했고, 현재 공개본의 모든 파일은 공개된 그대로입니다.",
        blocks=False,
    ),
)
