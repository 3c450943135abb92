"""What languages are called in Chinese, on pages and in lists (domain.md §5)."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {
    "zh": "普通话", "yue": "粤语", "nan": "闽南话", "wuu": "吴语", "hak": "客家话", "gan": "赣语",
    "hsn": "湘语", "cjy": "晋语", "cdo": "闽东话", "cpx": "莆仙话", "mnp": "闽北话", "czo": "闽中话",
    "czh": "徽语", "cnp": "桂北平话", "csp": "桂南平话", "hnm": "海南话", "luh": "雷州话", "sjc": "邵将话",
    "bo": "藏语", "adx": "藏语（安多）", "khg": "藏语（康巴）", "ug": "维吾尔语", "mn": "蒙古语",
    "mvf": "蒙古语（内蒙古）", "za": "壮语", "zyb": "壮语（邕北）", "ii": "彝语", "ko": "朝鲜语", "kk": "哈萨克语",
    "ky": "柯尔克孜语", "khb": "傣语（西双版纳）", "tdd": "傣语（德宏）", "pcc": "布依语", "hmn": "苗语", "hea": "苗语（黔东）",
    "cqd": "苗语（川黔滇）", "hmd": "苗语（滇东北）", "kmc": "侗语（南部）", "doc": "侗语（北部）", "bca": "白语",
    "nxq": "纳西语", "hni": "哈尼语", "lis": "傈僳语", "lhu": "拉祜语", "wbm": "佤语", "kac": "景颇语",
    "sjo": "锡伯语", "swi": "水语", "tji": "土家语", "sce": "东乡语", "slr": "撒拉语", "ium": "瑶语（勉）",
    "en": "英语",
}  # fmt: skip

LOCAL: Mapping[str, str] = {
    "sichuan": "四川话", "henan": "河南话", "shaanxi": "陕西话", "dongbei": "东北话", "shandong": "山东话",
    "teochew": "潮汕话", "shanghai": "上海话", "suzhou": "苏州话", "wenzhou": "温州话",
}  # fmt: skip
"""Local varieties by the word after -x-."""

SCRIPTS: Mapping[str, str] = {
    "Hant": "繁体字", "Latn": "拉丁字母", "Cyrl": "西里尔字母", "Arab": "阿拉伯字母", "Mong": "传统蒙古文",
    "Tibt": "藏文字母", "Hans": "规范汉字",
}  # fmt: skip
"""Scripts, said where a language is written in another one than usual here."""
