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
    "elder-80": {
        "plain_name": "高龄津贴",
        "official_name": "高龄老人津贴",
        "one_line": "高龄津贴：80岁以上老人，每月30元起",
        "amount_text": "80至89岁每月30元，90岁以上每月60元",
        "where": "户口所在的村委会、居委会",
        "bring": "身份证、户口簿、银行卡",
        "window_text": "满80岁前一个月就能登记",
        "phone": "0000-7654321",
        "valid_until": "2026年12月31日",
    },
    "resident-pension": {
        "plain_name": "居民养老金",
        "official_name": "城乡居民基本养老保险待遇",
        "one_line": "居民养老金：满60岁按月领",
        "amount_text": "基础养老金每月200元，加上个人账户的钱",
        "where": "村委会、居委会或社保窗口",
        "bring": "身份证、户口簿、社会保障卡",
        "window_text": "满60岁当月就来申请",
        "phone": "12333",
        "valid_until": "2026年12月31日",
    },
    "dibao": {
        "plain_name": "低保",
        "official_name": "最低生活保障",
        "one_line": "低保：人均收入低于每月700元的家庭可申请",
        "amount_text": "补到人均每月700元，按月发",
        "where": "乡镇、街道民政窗口",
        "bring": "身份证、户口簿、核对授权书",
        "window_text": "全年都能申请",
        "phone": "0000-7654321",
        "valid_until": "2026年12月31日",
    },
    "dis-living": {
        "plain_name": "残疾人生活补贴",
        "official_name": "困难残疾人生活补贴",
        "one_line": "残疾人生活补贴：每月110元，要申请",
        "amount_text": "每月110元，打到卡上",
        "where": "任何一个乡镇、街道便民中心",
        "bring": "残疾人证、身份证、银行卡",
        "window_text": "全年都能申请，审核通过后按月发",
        "phone": "0000-7654321",
        "valid_until": "2026年12月31日",
    },
    "medical-aid": {
        "plain_name": "医保交费补助",
        "official_name": "医疗救助资助参保",
        "one_line": "医保交费补助：按名单减免，不用申请",
        "amount_text": "全额补助，或每人补助280元",
        "where": "医保局窗口或乡镇、街道",
        "bring": "身份证",
        "window_text": "12月31日前，和交医保一起",
        "phone": "0000-7654321",
        "valid_until": "2026年12月31日",
    },
    "student-aid": {
        "plain_name": "助学金",
        "official_name": "国家助学金",
        "one_line": "助学金：大学平均每年3700元，9月申请",
        "amount_text": "大学平均每年3700元，高中中职2300元",
        "where": "学校的学生资助中心",
        "bring": "认定申请表",
        "window_text": "9月30日前交申请表",
        "phone": "12345",
        "valid_until": "2026年9月30日",
    },
    "preschool-free": {
        "plain_name": "大班免保教费",
        "official_name": "学前一年免保育教育费",
        "one_line": "上大班的孩子，保教费免了",
        "amount_text": "公办园免保教费；民办园每学期减1500元",
        "where": "孩子上的幼儿园",
        "bring": "身份证",
        "window_text": "每学期开学时直接减免",
        "phone": "12345",
        "valid_until": "2027年7月31日",
    },
}

BUNDLED = ("childcare-2025", "resident-medical", "phys-65")
"""What one household may well be told in one message."""


def context(ref: str = "childcare-2025", **more: Any) -> dict[str, Any]:
    """Everything that a text may read, for one policy and for a bundle."""
    return {
        "office": "示范县卫健局",
        "signature": "【示范县卫健局】",
        "phone": "0000-1234567",
        "opt_out": "拒收请回复R",
        "village": "清泉村",
        "name": "王某某",
        "list_date": "11月20日",
        "policy": POLICIES.get(ref, POLICIES["phys-65"]),
        "policies": [POLICIES[bundled] for bundled in BUNDLED],
        **more,
    }
