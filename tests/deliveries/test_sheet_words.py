"""Sums, fees and the hotline: said in one way on every sheet."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.deliveries import sheet_words
from outreach.deliveries.sheet_words import Sum


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        pytest.param({"value": 3600, "unit": "元/孩/年"}, Sum("", "3600", "元", "每孩每年"), id="a sum"),
        pytest.param({"value": 400, "unit": "元/人/年", "prefix": "交"}, Sum("交", "400", "元", "每人每年"), id="a premium"),
        pytest.param({"value": 12.5, "unit": "元"}, Sum("", "12.5", "元", ""), id="with jiao, once"),
        pytest.param({"value": 300.0, "unit": "元/月"}, Sum("", "300", "元", "每月"), id="whole, though a float"),
        pytest.param({"value": 2, "unit": "万元", "prefix": "最高"}, Sum("最高", "2", "万元", ""), id="ten thousands"),
        pytest.param({"value": 1, "unit": "次/年", "text": "每年一次"}, Sum(), id="no money"),
        pytest.param({"text": "按本地标准"}, Sum(), id="no number"),
        pytest.param({}, Sum(), id="nothing filled in"),
        pytest.param("免费", Sum(), id="a word"),
        pytest.param(None, Sum(), id="no fact"),
    ],
)  # fmt: skip
def test_only_money_is_a_sum(amount: Any, found: Sum) -> None:
    assert sheet_words.sum_of({"amount": amount}) == found


@pytest.mark.parametrize(
    ("amount", "asks"),
    [({"prefix": "交", "value": 400, "unit": "元/人/年"}, True), ({"prefix": "交", "text": "交多少以公布为准"}, True),
     ({"prefix": "最高", "value": 2, "unit": "万元"}, False), ({"text": "每年免费体检一次"}, False), (None, False)],
)  # fmt: skip
def test_what_people_pay_for_is_never_called_free(amount: Any, asks: bool) -> None:
    assert sheet_words.asks_money({"amount": amount}) is asks
