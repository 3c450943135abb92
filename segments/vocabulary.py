"""Circumstances (困难/身份类别): the controlled vocabulary, one bit each.

A person carries two words of 63 bits: what is true and what is known. Bits 0–62 fit a signed BIGINT on both
databases (bit 63 does not), a bit is never given a second meaning, and 54–58 are free.

Disability is factored: the certificate states one kind and one grade, so four grade bits and a bit for each kind
that a rule reads say as much as 28 bits of kind × grade would. `dis.severe` (grades 1–2) and `dis.any` have bits of
their own, because many lists say only that. Insurance and pension facts count down from bit 62.

A circumstance may imply another (grade 1 → severe → any) or exclude one (grade 3 → not severe); `settle` draws these
conclusions when facts come in, so that rules read plain bits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce

from segments.errors import FactsError

HIGHEST_BIT = 62


@dataclass(frozen=True)
class Circumstance:
    """One fact that is true, false or not known of a person.

    `sensitive`: specific identity, health or a child's affairs (PIPL article 28); never printed openly.
    `synonyms` are words of office spreadsheets.
    """

    code: str
    bit: int
    zh: str
    en: str
    sensitive: bool = True
    synonyms: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def mask(self) -> int:
        """The circumstance as a number with one bit set."""
        return 1 << self.bit


def _c(
    bit: int,
    code: str,
    zh: str,
    en: str,
    synonyms: str = "",
    *,
    implies: str = "",
    excludes: str = "",
) -> Circumstance:
    return Circumstance(
        code,
        bit,
        zh,
        en,
        code not in _OPEN,
        tuple(synonyms.split()),
        tuple(implies.split()),
        tuple(excludes.split()),
    )


_OPEN = frozenset(
    {
        "emp.unemployed", "emp.flex", "emp.migrant", "emp.grad2", "land.lost", "stu.kindergarten", "stu.k12",
        "stu.high", "stu.voc", "stu.college", "stu.hvoc", "mil.veteran", "house.cd", "house.none", "mobility.resident-permit", "ins.employee",
        "ins.resident", "pension.employee", "pension.resident",
    }
)  # fmt: skip

CIRCUMSTANCES: tuple[Circumstance, ...] = (
    _c(0, "income.dibao", "低保对象", "subsistence allowance recipient", "低保 低保户 低保人员 低保家庭 最低生活保障 最低生活保障对象 城市低保 农村低保"),
    _c(1, "income.tekun", "特困人员", "person in extreme hardship", "特困 特困户 特困供养 特困供养人员 五保 五保户"),
    _c(2, "income.tekun.central", "集中供养特困人员", "extreme hardship, in an institution", "特困集中供养 集中供养 集中供养五保", implies="income.tekun", excludes="income.tekun.scattered"),
    _c(3, "income.tekun.scattered", "分散供养特困人员", "extreme hardship, at home", "特困分散供养 分散供养 分散供养五保", implies="income.tekun", excludes="income.tekun.central"),
    _c(4, "income.edge", "低保边缘家庭成员", "member of a near-subsistence household", "低保边缘 低保边缘户 低保边缘家庭 低保边缘人口 边缘家庭"),
    _c(5, "income.rigid", "刚性支出困难家庭成员", "household with unavoidable heavy expenses", "刚性支出困难家庭 刚性支出 支出型困难家庭 支出型困难"),
    _c(6, "income.other", "其他困难人员", "other person in difficulty", "其他困难群众"),
    _c(7, "rural.tuopin", "脱贫人口", "lifted out of poverty", "脱贫户 脱贫 建档立卡 建档立卡户 建档立卡贫困户 稳定脱贫户"),
    _c(8, "rural.monitor", "防止返贫监测对象", "monitored against falling back into poverty", "监测户 监测对象 三类户 三类监测对象 返贫监测 防返贫监测对象 脱贫不稳定户 边缘易致贫户 突发严重困难户"),
    _c(9, "dis.any", "持证残疾人", "holder of a disability certificate", "残疾 残疾人 残疾证 残疾人证 持证残疾"),
    _c(10, "dis.severe", "重度残疾人", "severely disabled, grades 1–2", "重残 重度残疾 重残人员 一二级残疾", implies="dis.any"),
    _c(11, "dis.g1", "一级残疾", "disability grade 1", "残疾一级 残疾1级 1级残疾", implies="dis.severe", excludes="dis.g2"),
    _c(12, "dis.g2", "二级残疾", "disability grade 2", "残疾二级 残疾2级 2级残疾", implies="dis.severe", excludes="dis.g1"),
    _c(13, "dis.g3", "三级残疾", "disability grade 3", "残疾三级 残疾3级 3级残疾", implies="dis.any", excludes="dis.severe dis.g4"),
    _c(14, "dis.g4", "四级残疾", "disability grade 4", "残疾四级 残疾4级 4级残疾", implies="dis.any", excludes="dis.severe dis.g3"),
    _c(15, "dis.vision", "视力残疾", "visual disability", "视残 盲人", implies="dis.any"),
    _c(16, "dis.hearing", "听力或言语残疾", "hearing or speech disability", "听力残疾 言语残疾 听残 听障 聋哑人", implies="dis.any"),
    _c(17, "dis.limb", "肢体残疾", "physical disability", "肢残", implies="dis.any"),
    _c(18, "dis.mind", "智力或精神残疾", "intellectual or mental disability", "智力残疾 精神残疾 智残 精残 智力精神残疾", implies="dis.any"),
    _c(19, "health.disabled", "失能人员", "assessed as care-dependent, moderate or worse", "失能 失能老人 中度失能"),
    _c(20, "health.disabled.severe", "重度失能人员", "care-dependent, severe or complete", "重度失能 完全失能 重度失能老人", implies="health.disabled"),
    _c(21, "health.major", "重病患者", "seriously ill", "重病 大病 重大疾病 大病患者"),
    _c(22, "health.chronic", "慢性病患者", "chronically ill", "慢病 慢性病 高血压 糖尿病 两病"),
    _c(23, "mat.pregnant", "孕产妇", "expectant or new mother", "孕妇 产妇 怀孕"),
    _c(24, "emp.unemployed", "登记失业人员", "registered unemployed", "登记失业 失业登记"),
    _c(25, "emp.hard", "就业困难人员", "hard to employ", "就业困难 4050 4050人员 零就业家庭"),
    _c(26, "emp.flex", "灵活就业人员", "flexibly employed", "灵活就业"),
    _c(27, "emp.migrant", "农民工", "migrant worker", "务工人员 外出务工 返乡农民工"),
    _c(28, "emp.grad2", "离校2年内高校毕业生", "graduate of the last two years", "应届毕业生 应届高校毕业生"),
    _c(29, "land.lost", "被征地农民", "farmer whose land was taken", "失地农民 征地农民"),
    _c(30, "child.orphan", "孤儿", "orphan", "散居孤儿 集中供养孤儿"),
    _c(31, "child.defacto", "事实无人抚养儿童", "child de facto without care", "事实孤儿 事实无人抚养"),
    _c(32, "child.leftbehind", "农村留守儿童", "left-behind child", "留守儿童"),
    _c(33, "child.migrant", "流动儿童", "migrant child", "随迁子女"),
    _c(34, "stu.kindergarten", "在园幼儿", "kindergarten child", "幼儿园 幼儿园在园 在园"),
    _c(35, "stu.k12", "中小学在校生", "school pupil", "中小学生 小学生 初中生 义务教育"),
    _c(36, "stu.high", "普通高中在校生", "senior high school pupil", "高中生 普通高中", implies="stu.k12"),
    _c(37, "stu.voc", "中职在校生", "vocational school pupil", "中职 中职生 职高 技校 中专"),
    _c(38, "stu.college", "高校在校生", "college student", "大学生 在校大学生 高校学生"),
    _c(39, "stu.poor", "家庭经济困难学生", "student from a poor household", "贫困生 困难学生 经济困难学生"),
    _c(40, "elder.alone", "独居老人", "elder living alone", "独居"),
    _c(41, "elder.empty", "空巢老人", "elder whose children live elsewhere", "空巢"),
    _c(42, "elder.leftbehind", "农村留守老人", "left-behind elder", "留守老人"),
    _c(43, "elder.tekuncare", "经济困难失能老人", "poor care-dependent elder", "经济困难的失能老人 经济困难高龄失能老人"),
    _c(44, "mil.veteran", "退役军人", "veteran", "退伍军人 复员军人 转业军人 退役士兵"),
    _c(45, "mil.youfu", "优抚对象", "entitled military family", "优抚 烈属 军属 伤残军人 三属"),
    _c(46, "fp.onechild", "独生子女父母", "parent of an only child", "独生子女户 独生子女家庭 计生独生子女户"),
    _c(47, "fp.twogirls", "农村双女户父母", "rural parent of two daughters", "双女户 双女家庭 计生双女户"),
    _c(48, "fp.special", "计划生育特殊家庭", "family that lost its only child", "计生特殊家庭 失独家庭 失独 独生子女伤残家庭"),
    _c(49, "house.cd", "C级或D级危房户", "lives in an unsafe house", "危房 危房户 C级危房 D级危房"),
    _c(50, "mobility.resident-permit", "持居住证人员", "holder of a residence permit", "居住证 持居住证"),
    _c(51, "house.none", "无房户", "owns no house", "无房 没有住房 住房困难户"),
    _c(52, "stu.hvoc", "高职高专在校生", "student of a vocational college", "高职 高职生 高职高专 大专生", implies="stu.college"),
    _c(53, "income.sudden", "遇突发困难的人员", "struck by sudden hardship", "突发困难 突发困难家庭 急难人员"),
    _c(59, "pension.resident", "城乡居民养老保险参保人员", "in the residents' pension scheme", "居民养老 城乡居民养老 城乡居民养老保险 城居保 新农保"),
    _c(60, "pension.employee", "职工养老保险参保人员", "in the employees' pension scheme", "职工养老 职工养老保险 企业养老 机关养老"),
    _c(61, "ins.resident", "城乡居民医保参保人员", "in the residents' medical scheme", "居民医保 城乡居民医保 城乡居民医疗保险 新农合"),
    _c(62, "ins.employee", "职工医保参保人员", "in the employees' medical scheme", "职工医保 职工医疗保险 城镇职工医保"),
)  # fmt: skip

_BY_CODE = {one.code: one for one in CIRCUMSTANCES}


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


_BY_WORD = {
    _plain(word): one for one in CIRCUMSTANCES for word in (one.code, one.zh, *one.synonyms)
}


def by_code(code: str) -> Circumstance:
    """The circumstance with this code; KeyError when there is none."""
    return _BY_CODE[code]


def find(text: str) -> Circumstance | None:
    """The circumstance that an office means by a word (its code, name or a synonym), or None."""
    return _BY_WORD.get(_plain(text))


def mask(codes: Iterable[str]) -> int:
    """The bits of several circumstances together; KeyError for an unknown code."""
    return reduce(lambda bits, code: bits | by_code(code).mask, codes, 0)


def codes(bits: int) -> tuple[str, ...]:
    """The codes whose bits are set, in the order of the vocabulary."""
    return tuple(one.code for one in CIRCUMSTANCES if bits & one.mask)


def settle(present: Iterable[str], absent: Iterable[str] = ()) -> tuple[int, int]:
    """(circumstances, circumstances_known) from codes known to be true and codes known to be false.

    Conclusions are drawn: what a true one implies is true, what it excludes is false, and what implies a false one
    is false. Raises KeyError for an unknown code and FactsError when something would be both true and false.
    """
    true = _implied(present)
    excluded = {code for one in true for code in by_code(one).excludes}
    false = _ruled_out({*absent, *excluded})
    for code in true & false:
        raise FactsError(
            "segments.contradiction", "circumstances", circumstance=by_code(code).zh, code=code
        )
    return mask(true), mask(true) | mask(false)


def _implied(present: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(present)
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting.extend(by_code(code).implies)
    return reached


def _ruled_out(absent: Collection[str]) -> set[str]:
    false = {by_code(code).code for code in absent}
    before = -1
    while len(false) != before:
        before = len(false)
        false |= {one.code for one in CIRCUMSTANCES if not false.isdisjoint(one.implies)}
    return false
