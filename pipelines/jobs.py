"""The jobs: what runs together, in one process."""

import dagster as dg

from assets.night import NIGHTLY_SUMMARY
from pipelines.freshness import freshness_checks
from pipelines.instance import MAX_RUNTIME_SECONDS
from pipelines.partitions import daily

NIGHTLY = "nightly"

nightly = dg.define_asset_job(
    NIGHTLY,
    # Freshness is asked in the morning: a night judges what is stored, not whether it ran.
    selection=dg.AssetSelection.all() - dg.AssetSelection.checks(freshness_checks),
    partitions_def=daily,
    executor_def=dg.in_process_executor,
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS)},
    description=(
        "The main job: takes in what was delivered, seals it by day, replaces identities by pseudonyms, "
        "builds the statistics and checks them, and destroys what has outlived its period. Lines of other days found on the way "
        "are worked in too.\n\n"
        "매일 밤의 주 작업: 받은 파일을 들여와 날짜별로 봉인하고, 신원을 가명으로 바꾸고, 통계를 만들어 점검하고, "
        "보존 기간이 지난 것을 파기합니다."
    ),
)

summary = dg.define_asset_job(
    "summary",
    selection=dg.AssetSelection.assets(NIGHTLY_SUMMARY),
    executor_def=dg.in_process_executor,
    description="The morning's page alone, as things stand now. 아침 요약만 다시 만듭니다.",
)
