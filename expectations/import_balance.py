"""Every file has a source, every line that was read a state, and what the ledger says was sealed is in the vault."""

from expectations.model import Check

CHECKS = (
    Check(
        name="lines_are_accounted_for",
        asset="access_logs",
        frame="files",
        column="lines_unaccounted",
        clause="collect.automatic",
        sentence="In every file, accepted, filtered and quarantined lines sum to the lines read.",
        sentence_ko="모든 파일에서 수용·제외·격리된 행의 합이 읽은 행의 수와 같습니다.",
    ),
    Check(
        name="sealed_parts_are_present",
        asset="access_logs",
        frame="files",
        column="parts_missing",
        clause="keep.visits",
        sentence="Every part that the ledger says was sealed is in the vault.",
        sentence_ko="원장에 봉인되었다고 기록된 모든 조각이 보관소에 있습니다.",
    ),
    Check(
        name="sealed_parts_are_unaltered",
        asset="access_logs",
        frame="files",
        column="parts_altered",
        clause="secure.encryption",
        sentence="Every part in the vault is byte for byte what was sealed.",
        sentence_ko="보관소의 모든 조각이 봉인된 그대로입니다.",
    ),
    Check(
        name="quarantine_stays_small",
        asset="access_logs",
        frame="files",
        column="quarantined_share",
        clause="collect.automatic",
        sentence="At most one line in ten of a file could not be read.",
        sentence_ko="파일마다 읽지 못한 행이 열 줄에 한 줄을 넘지 않습니다.",
        arguments={"min_value": 0, "max_value": 0.1},
        severity="warning",
    ),
    Check(
        name="no_file_is_quarantined_whole",
        asset="access_logs",
        frame="whole_files",
        column="access",
        clause="collect.automatic",
        sentence="No log of today was set aside as a whole, or for a part of it that could not be read.",
        sentence_ko="오늘 전달된 로그 중 전부 또는 일부를 읽지 못해 통째로 격리된 파일이 없습니다.",
        severity="warning",
    ),
    Check(
        name="nothing_in_landing_is_unknown",
        asset="access_logs",
        frame="landing",
        column="deliveries_unknown",
        clause="collect.channels",
        sentence="Every file in the landing folder is of a declared source, record kind or registry table; any other stays.",
        sentence_ko="수신 폴더의 모든 파일은 선언된 출처·기록·명부의 것입니다. 그 밖의 파일은 읽지 않고 그대로 둡니다.",
        severity="warning",
    ),
)
