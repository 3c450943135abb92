from __future__ import annotations

import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.parts import Billing, Parts, count_parts, forcing_character, split

HAN, EMOJI, RARE = "惠", "😀", "𬭛"
_LETTERS = "aZ09 @£é\n"
_ESCAPED = "^{}\\[~]|€\f"

# Around every boundary, with a wide character wherever it may straddle.
pieces = st.text(alphabet=_LETTERS + _ESCAPED, min_size=1, max_size=12) | st.text(
    alphabet=_LETTERS + _ESCAPED + HAN + "，。【】" + EMOJI + RARE, min_size=1, max_size=12
)
dense = st.tuples(
    st.sampled_from(["a", "€", HAN, EMOJI]),
    st.sampled_from(
        [
            0,
            33,
            64,
            65,
            66,
            67,
            68,
            69,
            70,
            71,
            76,
            132,
            133,
            134,
            135,
            151,
            152,
            153,
            154,
            159,
            160,
            161,
            200,
            304,
            305,
            306,
            307,
        ]
    ),
    pieces,
).map(lambda given: given[0] * given[1] + given[2])


@settings(max_examples=200, deadline=None)
@given(dense | st.text(min_size=1, max_size=400))
def test_it_agrees_with_smsutil_to_the_last_character(text: str) -> None:
    told = smsutil.split(text)
    encoding = "GSM-7" if told.encoding == "gsm0338" else "UCS-2"
    assert count_parts(text).encoding == encoding
    assert count_parts(text).parts == len(told.parts)
    assert split(text) == [part.content for part in told.parts]


@settings(max_examples=100, deadline=None)
@given(dense, st.sampled_from(["3gpp", "china"]))
def test_the_parts_are_the_text_and_none_is_too_long(text: str, billing: Billing) -> None:
    counted, parts = count_parts(text, billing), split(text, billing)
    assert "".join(parts) == text
    assert len(parts) == counted.parts
    sizes = [count_parts(part, billing) for part in parts]
    room = (
        (160 if counted.encoding == "GSM-7" else 70)
        if len(parts) == 1
        else 153
        if counted.encoding == "GSM-7"
        else 67
    )
    if counted.encoding == "UCS-2":
        assert all(len(part.encode("utf-16-be", "surrogatepass")) // 2 <= room for part in parts)
    else:
        assert all(size.units <= room for size in sizes)


@pytest.mark.parametrize("fill", range(300))
def test_boundaries_agree_with_smsutil_densely(fill: int) -> None:
    for text in (
        "a" * fill + "€" + "a" * 160,
        HAN * fill + EMOJI + HAN * 66,
        "€" * fill + "b",
        EMOJI * fill + HAN,
    ):
        assert count_parts(text).parts == len(smsutil.split(text).parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[(HAN * n, Parts("UCS-2", n, parts)) for n, parts in [(1, 1), (65, 1), (69, 1), (70, 1), (71, 2), (132, 2), (133, 2), (134, 2), (135, 3), (150, 3), (201, 3), (202, 4)]],
        *[("a" * n, Parts("GSM-7", n, parts)) for n, parts in [(152, 1), (153, 1), (159, 1), (160, 1), (161, 2), (305, 2), (306, 2), (307, 3)]],
        ("€" * 80, Parts("GSM-7", 160, 1)),
        ("€" * 80 + "a", Parts("GSM-7", 161, 2)),
        ("a" * 152 + "€" + "a" * 152, Parts("GSM-7", 306, 3)),
        ("a" * 153 + "€" + "a" * 151, Parts("GSM-7", 306, 2)),
        ("a" * 159 + HAN, Parts("UCS-2", 160, 3)),
        (EMOJI * 35, Parts("UCS-2", 70, 1)),
        (EMOJI * 36, Parts("UCS-2", 72, 2)),
        (HAN * 66 + EMOJI + HAN * 66, Parts("UCS-2", 134, 3)),
        (HAN * 67 + EMOJI + HAN * 65, Parts("UCS-2", 134, 2)),
        (RARE, Parts("UCS-2", 2, 1)),
        ("", Parts("GSM-7", 0, 1)),
        ("\ud83d" * 71, Parts("UCS-2", 71, 2)),
    ],
)  # fmt: skip
def test_the_network_counts(text: str, expected: Parts) -> None:
    assert count_parts(text) == expected


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        pytest.param("a" * 70, 70, 1, id="70 Latin letters are one"),
        pytest.param("a" * 71, 71, 2, id="71 Latin letters are two"),
        pytest.param("a" * 134, 134, 2, id="134 are two"),
        pytest.param("a" * 135, 135, 3, id="135 are three"),
        pytest.param("€" * 70, 70, 1, id="an escaped character counts one"),
        pytest.param(EMOJI * 35, 70, 1, id="an emoji counts two"),
        pytest.param(HAN * 66 + EMOJI + HAN * 66, 134, 3, id="an emoji is never cut"),
    ],
)
def test_chinese_billing_counts_every_character_one(text: str, units: int, parts: int) -> None:
    assert count_parts(text, "china") == Parts("UCS-2", units, parts)
    assert len(split(text, "china")) == parts


@pytest.mark.parametrize(
    ("text", "character"),
    [("Hello €5", None), ("“quoted”", "“"), ("Garçon", "ç"), ("ok 惠民", "惠"), ("", None)],
)
def test_the_character_that_forces_ucs2_is_named(text: str, character: str | None) -> None:
    assert forcing_character(text) == character


def test_the_plain_text_of_the_childcare_message_is_one_part() -> None:
    text = '【某县卫健局】家有3岁以下娃娃,每孩每年可领育儿补贴3600元,支付宝或微信搜"育儿补贴"申请,咨询电话12345。拒收请回复R'
    assert count_parts(text) == Parts("UCS-2", 64, 1)
