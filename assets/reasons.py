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
    "the compressed data is cut off": "압축 데이터가 중간에 끊김",
    "something that is not compressed data follows the compressed data": "압축 데이터 뒤에 다른 데이터가 있음",
    "the compressed data is damaged": "압축 데이터가 손상됨",
}
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
    column, colon, fault = reason.rpartition(": ")
    for english, korean in ENDINGS.items():
        if colon and (found := re.fullmatch(english, fault)):
            return f"{column}: {found.expand(korean)}"
    return reason
