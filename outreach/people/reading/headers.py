"""What the words of a header row mean: the synonyms that offices use, alone or under the header of a group."""

from __future__ import annotations

import re
import unicodedata

from segments import vocabulary

SYNONYMS: dict[str, str] = {
    "name": "姓名 名字 人员姓名 居民姓名 村民姓名 成员姓名 家庭成员姓名 家庭成员 对象姓名 本人姓名 申请人姓名 申请人 老人姓名 老年人姓名 儿童姓名 "
    "婴幼儿姓名 幼儿姓名 学生姓名 残疾人姓名 参保人姓名 参保人 救助对象姓名 补贴对象 补贴对象姓名 保障对象 保障对象姓名 享受人姓名 享受对象姓名 真实姓名 name",
    "id_card": "身份证号 身份证号码 公民身份号码 公民身份证号码 公民身份证号 公民身份号 居民身份证号码 居民身份证号 居民身份证 身份证 身份证编号 身份号码 "
    "证件号码 证件号 证件编号 有效证件号码 有效证件号 身份证件号码 身份证件号 本人身份证号 本人身份证号码 个人身份证号 个人身份证号码 成员身份证号 成员身份证号码 "
    "家庭成员身份证号 家庭成员身份证号码 申请人身份证号 申请人身份证号码 老人身份证号 老人身份证号码 儿童身份证号 儿童身份证号码 婴幼儿身份证号 婴幼儿身份证号码 "
    "学生身份证号 学生身份证号码 残疾人身份证号 残疾人身份证号码 参保人身份证号 身份证号码或证件号码 sfzh id_card",
    "document": "证件类型 证件类别 证件种类 身份证件类型 有效证件类型 document",
    "phone": "手机 手机号 手机号码 联系电话 电话 电话号码 联系方式 联系号码 本人电话 本人手机 本人手机号 本人手机号码 本人联系电话 本人联系方式 移动电话 移动电话号码 "
    "联系手机 联系手机号 联络电话 联络方式 家庭电话 家庭联系电话 固定电话 固话 座机 住宅电话 phone",
    "sex": "性别 sex",
    "birth": "出生日期 出生年月日 出生年月 生日 出生时间 birth",
    "address": "住址 家庭住址 家庭详细住址 家庭详细地址 详细住址 详细地址 地址 现住址 现住地址 现居地址 现居住址 现居住地址 现居住详细地址 居住地址 居住详细地址 居住住址 "
    "家庭地址 常住地址 常住详细地址 通讯地址 通信地址 联系地址 邮寄地址 门牌地址 门牌号 门牌号码 住所 address",
    "town": "乡镇 乡镇街道 镇街 街镇 街道 街道乡镇 镇乡 镇 乡 乡镇名称 街道名称 镇街名称 所在乡镇 所在街道 所在镇 所在镇街 所属乡镇 所属街道 所属镇 所属镇街 乡镇办 town",
    "region": "现住地区 行政区划代码 行政区划 区划代码 所在村 所在村社区 所在村居 村社区 村居 村居名称 村居社区 村社 所在社区 所属村 所属社区 所属村社区 所属村居 村 社区 "
    "村名 村名称 社区名称 行政村 行政村社区 村委会 居委会 村组 村社区组 居住地区 常住地区 现住地区代码 居住地 现居住地 常住地 所属地区 所在地区 所属区划 region",
    "group": "组 组别 小组 村民小组 村民组 居民小组 所在组 所属组 所在小组 组名 社组 group",
    "hukou_region": "户籍地 户籍所在地 户籍地区 户籍地代码 户籍地区代码 户口所在地 户口地 户籍 hukou_region",
    "hukou_type": "户口性质 户籍性质 户口类型 户口类别 户籍类型 户籍类别 户口种类 hukou_type",
    "household": "户号 户编号 户编码 家庭编号 家庭编码 家庭户号 户口簿号 户口簿编号 户口本号 户口号 户口号码 户籍编号 户籍号 household",
    "relation": "与户主关系 与户主的关系 与户主 户主关系 家庭关系 家庭成员关系 成员关系 户内关系 relation",
    "head_id": "户主身份证号 户主身份证号码 户主公民身份号码 户主身份证 户主证件号码 户主证件号 head_id",
    "head_name": "户主姓名 户主 户主名称 户主名字 head_name",
    "guardian": "监护人 监护人姓名 监护人身份证号 监护人身份证号码 监护人身份证 监护人证件号码 监护人证件号 法定监护人 法定监护人姓名 法定监护人身份证号 法定监护人身份证号码 guardian",
    "language": "语言 方言 常用语言 语种 语言方言 language",
    "circumstances": "人员类别 困难类别 身份类别 人员类型 困难类型 对象类别 对象类型 困难身份类别 困难身份 救助类别 救助类型 保障类别 保障类型 人群类别 人群类型 人员身份 "
    "特殊身份 特殊人群类别 特殊人群类型 享受政策类别 类别 circumstances",
    "disability_card": "残疾人证号 残疾证号 残疾人证号码 残疾证号码 残疾人证编号 残疾证编号 残疾人证件号 残疾人证件号码 第二代残疾人证号 disability_card",
    "disability_kind": "残疾类别 残疾类型 残疾种类 disability_kind",
    "disability_grade": "残疾等级 残疾级别 残疾程度 disability_grade",
    "household_size": "家庭人口数 家庭人口 家庭人数 家庭总人口 家庭总人数 家庭成员数 户人口数 人口数 户内人口 户内人数 共同生活人口 household_size",
    "income_month": "人均月收入 家庭人均月收入 月人均收入 家庭月人均收入 income_month",
    "paid_months": "累计缴费月数 累计缴费月 缴费月数 累计参保月数 paid_months",
    "paid_months_running": "连续缴费月数 连续缴费月 连续参保月数 paid_months_running",
    "job_kind": "岗位 岗位类别 岗位性质 用工身份 职工身份 工作岗位 job_kind",
    "needs": "阅读障碍 沟通障碍 沟通需要 特殊需要 识字情况 needs",
    "status": "人员状态 状态 生存状态 status",
    "synthetic": "演示 合成 演示标记 合成标记 演示数据 合成数据 synthetic",
    "serial": "序号 编号 序 行号 顺序号 serial",
    "ignored": "备注 说明 错误 ignored",
}  # fmt: skip
"""Field → words that mean it. The field's own name is always one of them."""

FIELDS = frozenset(SYNONYMS)

SENSITIVE_PREFIX = "has:"
"""`has:<code>`: a column headed by a circumstance, filled with 是 or 否."""

_SIMPLER = str.maketrans(
    "證號碼電話聯絡繫係戶籍別類齡現區鄉鎮縣級殘語監護關與編間時數詳細稱對親屬養兒學險職組單層棟員狀態識貧難個長",
    "证号码电话联络系系户籍别类龄现区乡镇县级残语监护关与编间时数详细称对亲属养儿学险职组单层栋员状态识贫难个长",
)
"""Traditional characters that stand in headers: files in Big5 have no others."""

_FIELD_OF = {word: name for name, words in SYNONYMS.items() for word in words.split()}
_IN_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|<.*?>")
_NOISE = re.compile(r"[\s*★※#:：/、,，.。_\u200b-\u200f\u2060\ufeff]+")
_NUMBERED = re.compile(r"^\d{1,2}(?=\D)|(?<=\D)\d$")
_GROUP_NOISE = re.compile("(基本|主要|个人)|(情况|信息|资料)$")
_OTHERS = re.compile(
    "(法定)?监护人|户主|联系人|紧急联系|父|母|配偶|子女|赡养|抚养|代办|代领|领取|经办|填报|村干部|网格员|包保|帮扶|责任人|开户|银行|账户"
)
"""Groups of columns about somebody else, in which 姓名 and 电话 are not those of the person of the row."""


def field_of(header: str) -> str | None:
    """The field that a column header means; None when it means nothing to us.

    `group/header` is the header of a column below the header of a group.
    """
    folded = unicodedata.normalize("NFKC", header).strip().lower().translate(_SIMPLER)
    if folded in _FIELD_OF:
        return _FIELD_OF[folded]
    found = _by_word(_NOISE.sub("", _IN_BRACKETS.sub("", folded)))
    if found is None and "/" in folded:
        group, _, word = folded.rpartition("/")
        return _below(group, word)
    return found


def _by_word(word: str) -> str | None:
    for one in (word, _NUMBERED.sub("", word)):
        if one in _FIELD_OF:
            return _FIELD_OF[one]
        circumstance = vocabulary.find(one.removeprefix("是否").removeprefix("为")) if one else None
        if circumstance:
            return f"{SENSITIVE_PREFIX}{circumstance.code}"
    return None


def _below(group: str, word: str) -> str | None:
    """监护人信息/姓名 is the guardian, 家庭情况/户主姓名 the head, 个人信息/姓名 the person."""
    whose = _GROUP_NOISE.sub("", _NOISE.sub("", group))
    joined = _by_word(whose + _NOISE.sub("", _IN_BRACKETS.sub("", word)))
    if joined is not None or _OTHERS.search(whose):
        return joined
    return field_of(word)


def is_group(text: str) -> bool:
    """Whether a header is one that stands above several columns: 家庭情况, 监护人信息, 联系方式."""
    plain = _NOISE.sub("", text)
    return bool(_GROUP_NOISE.search(plain) or _OTHERS.match(plain)) or plain in _GROUPS


_GROUPS = frozenset(
    {"本人", "个人", "家庭", "户籍", "居住", "联系方式", "住址", "地址", "身份", "成员"}
)
