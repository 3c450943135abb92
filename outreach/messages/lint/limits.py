"""Figures that the rules hold texts against, each with where it comes from."""

from __future__ import annotations

LONGEST_CLAUSE = 25
"""Characters between two marks: what is understood on first hearing."""
LONGEST_SENTENCE = 60
READING_SECONDS = 90
"""A loudspeaker text beyond that is not listened to; it is read twice."""

SIGNATURE = (2, 12)
"""Characters between 【 and 】 that carriers register."""
SMS_CHARACTERS, SMS_PARTS = 500, 8
"""Beyond either of them carriers in China cut or refuse a message (Twilio's guideline for China)."""

ROBOT_BYTES = {"wecom": 2_048, "wecom_markdown": 4_096, "dingtalk": 20_000, "feishu": 20_480}
"""Bytes of UTF-8 that a group robot takes in one text (their developer documents); WeCom's is the least."""

LEAFLET_ROWS = 5
"""Rows on a leaflet: as many points as the elderly edition takes."""
QA_PAIRS = (4, 8)
QA_ANSWER = 60
"""Characters of an answer: three lines of a card."""


def robot_bytes(providers: tuple[str, ...]) -> int:
    """The least room among the robots of these providers; of all known ones when none (or an unknown one) is named."""
    known = [ROBOT_BYTES[one] for one in providers if one in ROBOT_BYTES]
    return min(known if known and len(known) == len(providers) else ROBOT_BYTES.values())
