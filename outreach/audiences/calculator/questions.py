"""Every question in plain words, as somebody would ask it at a door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segments import vocabulary

_ASKED: Mapping[str, str] = {
    "birth": "哪年哪月哪日出生？",
    "sex": "性别？",
    "hukou": "户口在本地吗？",
    "residence": "现在住在本地吗？",
    "hukou_type": "户口本上写的是哪种户口？",
    "income_month": "全家收入平均到每个人，每月大约多少元？",
    "household_size": "一起生活的家里人，一共几口？",
    "paid_months": "社会保险累计交了几个月？",
    "paid_months_running": "社会保险最近连续交了几个月没断？",
    "job_kind": "退休前（或现在）是工人岗位，还是管理、技术岗位？",
    "members": "家里每个人是哪天出生的？",
}
_HAVE: Mapping[str, str] = {
    "dis.any": "有残疾人证",
    "dis.severe": "残疾等级是一级或二级",
    "dis.g1": "残疾等级是一级",
    "dis.g2": "残疾等级是二级",
    "dis.g3": "残疾等级是三级",
    "dis.g4": "残疾等级是四级",
    "dis.vision": "残疾证上是视力残疾",
    "dis.hearing": "残疾证上是听力或言语残疾",
    "dis.limb": "残疾证上是肢体残疾",
    "dis.mind": "残疾证上是智力或精神残疾",
    "health.disabled": "经评估，生活不能自理（失能）",
    "health.disabled.severe": "经评估，完全要人照护（重度失能）",
    "health.major": "得了重病、大病",
    "health.chronic": "有高血压、糖尿病等慢性病",
    "mat.pregnant": "怀孕，或刚生完孩子",
    "income.dibao": "正在领低保",
    "income.tekun": "是特困人员（五保）",
    "income.tekun.central": "住在供养机构的特困人员（五保）",
    "income.tekun.scattered": "在家的特困人员（五保）",
    "income.edge": "已认定为低保边缘家庭",
    "income.rigid": "已认定为刚性支出困难家庭（看病、上学花销太大）",
    "income.sudden": "家里最近突然遇到急难（火灾、车祸、重病等）",
    "rural.tuopin": "是脱贫户（以前的建档立卡户）",
    "rural.monitor": "是防止返贫监测户",
    "emp.unemployed": "办过失业登记",
    "emp.hard": "已认定为就业困难人员（如4050、零就业家庭）",
    "emp.flex": "灵活就业（没有单位，自己交社保）",
    "emp.migrant": "在外打工，或打工返乡（农民工）",
    "emp.grad2": "大学毕业不到两年",
    "land.lost": "土地被征用过",
    "child.orphan": "是孤儿（父母都不在了或找不到）",
    "child.defacto": "父母都不能抚养（重残、重病、服刑、失联等）",
    "stu.kindergarten": "在上幼儿园",
    "stu.k12": "在上小学、初中或高中",
    "stu.high": "在上普通高中",
    "stu.voc": "在上中专、职高、技校",
    "stu.college": "在上大学、大专",
    "stu.hvoc": "在上高职、大专",
    "stu.poor": "学校已认定为家庭经济困难学生",
    "mil.veteran": "当过兵（退役军人）",
    "fp.onechild": "只生过一个孩子（独生子女父母）",
    "fp.twogirls": "农村户口，只有两个女儿",
    "fp.special": "独生子女已经去世，或有残疾",
    "house.cd": "住的是C级或D级危房",
    "house.none": "没有自己的房子",
    "mobility.resident-permit": "办了居住证",
    "ins.employee": "单位交着职工医保",
    "ins.resident": "交着居民医保（新农合）",
    "pension.employee": "参加了职工养老保险",
    "pension.resident": "参加了居民养老保险",
}

GROUPS: Mapping[str, str] = {
    "income": "家里收入困难的情况",
    "rural": "脱贫和监测的情况",
    "dis": "残疾的情况",
    "health": "身体的情况",
    "mat": "怀孕生育的情况",
    "emp": "工作的情况",
    "land": "土地的情况",
    "child": "孩子的情况",
    "stu": "上学的情况",
    "elder": "老人的情况",
    "mil": "当兵的情况",
    "fp": "生过几个孩子",
    "house": "住房的情况",
    "mobility": "居住证",
    "pension": "养老保险",
    "ins": "医疗保险",
}
"""First part of a circumstance's code → what it is about."""


OPTIONS: Mapping[str, Mapping[str, str]] = {
    "sex": {"F": "女", "M": "男"},
    "hukou": {"here": "在", "elsewhere": "不在"},
    "residence": {"here": "住在本地", "elsewhere": "不住在本地"},
    "hukou_type": {
        "rural": "农业户口",
        "urban": "非农业（城镇）户口",
        "resident": "居民户口（不分农业、非农业）",
    },
    "job_kind": {"worker": "工人岗位", "cadre": "管理、技术岗位"},
}
"""Question → answers in words."""


def implied(codes: Iterable[str]) -> frozenset[str]:
    """What follows from these circumstances, themselves left out."""
    have = tuple(codes)
    return frozenset(vocabulary.codes(vocabulary.settle(have)[0])) - set(have)


def having(code: str) -> str:
    """A circumstance as something that somebody has or is."""
    return _HAVE.get(code) or vocabulary.by_code(code).zh


def question_words(key: str) -> str:
    """The question for a key of `told.QUESTIONS`."""
    return _ASKED.get(key) or f"是不是{having(key)}？"


def group_of(code: str) -> str:
    """The group that a circumstance belongs to."""
    return code.partition(".")[0]
