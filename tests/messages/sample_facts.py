"""Facts as a campaign would give them to a text; the money and dates are examples, not claims."""

from __future__ import annotations

from typing import Any

POLICIES: dict[str, dict[str, str]] = {
    "childcare-2025": {
        "plain_name": "养娃补贴",
        "official_name": "育儿补贴制度",
        "one_line": "养娃补贴：3岁以下孩子，每孩每年3600元",
        "amount_text": "每孩每年3600元，发到满3周岁",
        "where": "孩子户口所在的乡镇、街道",
        "bring": "户口簿、出生医学证明",
        "window_text": "孩子满3岁前都能申请",
        "phone": "12345",
        "valid_until": "2026年12月31日",
    },
    "resident-medical": {
        "plain_name": "居民医保",
        "official_name": "城乡居民基本医疗保险",
        "one_line": "居民医保：12月31日前交，每人400元",
        "amount_text": "每人每年400元",
        "where": "微信、支付宝、银行或村委会",
        "bring": "身份证",
        "window_text": "12月31日前交清",
        "phone": "12345",
        "valid_until": "2026年12月31日",
    },
    "phys-65": {
        "plain_name": "老人免费体检",
        "official_name": "老年人健康管理服务",
        "one_line": "65岁以上老人每年免费体检一次",
        "amount_text": "每年免费体检一次",
        "where": "乡镇卫生院、社区卫生服务中心",
        "bring": "身份证",
        "window_text": "全年都能预约",
        "phone": "12345",
        "valid_until": "2026年12月31日",
    },
}


def context(ref: str = "childcare-2025", **more: Any) -> dict[str, Any]:
    """Everything that a text may read, for one policy and for a bundle of all."""
    return {
        "office": "示范县卫健局",
        "signature": "【示范县卫健局】",
        "phone": "0000-1234567",
        "opt_out": "拒收请回复R",
        "village": "清泉村",
        "name": "王某某",
        "list_date": "11月20日",
        "policy": POLICIES.get(ref, POLICIES["phys-65"]),
        "policies": list(POLICIES.values()),
        **more,
    }
