"""The fixed reasons for which lines, rows and files are set aside, in Korean. One that is not here is told as it is."""

import re
from collections.abc import Mapping

WHOLE: Mapping[str, str] = {
    "the line is empty": "빈 줄",
    "the line is longer than allowed": "허용 길이를 넘은 줄",
    "the line ends before the format does": "형식이 끝나기 전에 끊긴 줄",
    "the line does not have the shape of the format": "형식과 맞지 않는 줄",
    "the line is not a JSON object": "JSON 객체가 아닌 줄",
    "a field holds a list or an object instead of a value": "값 대신 목록이나 객체가 든 필드",
    "the time is missing or unreadable": "시각이 없거나 읽을 수 없음",
    "the status is not three digits": "상태 코드가 세 자리 숫자가 아님",
    "the byte count is not a number": "바이트 수가 숫자가 아님",
    "the same key as an earlier row": "앞 행과 키가 같음",
    "cannot be read": "읽을 수 없음",
    "not a JSON object": "JSON 객체가 아님",
    "not well-formed CSV": "올바른 CSV가 아님",
    "another number of fields than the header": "머리글과 필드 수가 다름",
    "a value that cannot be read": "읽을 수 없는 값이 있음",
    "the header is not well-formed CSV": "머리글이 올바른 CSV가 아님",
    "no header": "머리글이 없음",
    "the header names a column twice": "머리글에 같은 열이 두 번 있음",
    "a column is named twice": "같은 열이 두 번 있음",
    "not a sound Parquet file": "올바른 Parquet 파일이 아님",
    "not an export: expected .csv, .jsonl, .ndjson, .json or Parquet, compressed or not": (
        "내보내기 파일이 아님(.csv, .jsonl, .ndjson, .json, Parquet 및 그 압축 파일만 읽음)"
    ),
    "required columns are missing": "필수 열이 없음",
    "begins with an imported file that ended within a row": "행 중간에서 끝난 이전 파일로 시작함",
    "past-period": "보유 기간이 지난 날의 행",
    "completed-later": "나중 파일에서 완성된 행",
    "the compressed data is cut off": "압축 데이터가 중간에 끊김",
    "something that is not compressed data follows the compressed data": "압축 데이터 뒤에 다른 데이터가 있음",
    "the compressed data is damaged": "압축 데이터가 손상됨",
}
SHAPES: Mapping[str, str] = {
    r"decompresses to more than (\d+) bytes": r"압축을 풀면 \1바이트를 넘음",
    r"decompresses to more than (\S+) times its size": r"압축을 풀면 크기의 \1배를 넘음",
    r"(\S+) files are not read; deliver it plain or as gzip, zstd or bzip2": (
        r"\1 파일은 읽지 않음(그대로 또는 gzip, zstd, bzip2로 전달)"
    ),
}
"""Whole reasons that have a number or a word of the program in them."""
ENDINGS: Mapping[str, str] = {
    "missing": "값 없음",
    r"not a value of type (\w+)": r"\1 형식의 값이 아님",
    "not one of the declared values": "선언된 값이 아님",
    "under the minimum age": "최소 연령 미만",
}
"""What follows the name of a column."""


def in_korean(reason: str) -> str:
    """Return `reason` in Korean; names of columns and rules stay as they are."""
    if reason in WHOLE:
        return WHOLE[reason]
    for english, korean in SHAPES.items():
        if found := re.fullmatch(english, reason):
            return found.expand(korean)
    column, colon, fault = reason.rpartition(": ")
    for english, korean in ENDINGS.items():
        if colon and (found := re.fullmatch(english, fault)):
            return f"{column}: {found.expand(korean)}"
    return reason
