"""Sheets to print in the tests: invented people in an invented county."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from channels import flyer
from channels.flyer.single.approval import FullText

ROOT = Path(__file__).resolve().parents[3]
PRESS = flyer.Press(ROOT / "templates" / "flyer")

META = flyer.SheetMeta(
    title="惠民政策告知单",
    issuer="示范县（演示）便民服务中心",
    version="第3版 2026-11-20",
    valid_until=date(2027, 6, 30),
    phone="0000-600 1234",
    url="https://hm.example/q/26b",
    office="青石镇便民服务中心",
    helper_name="王秀英",
    demo=True,
)

CHILD = flyer.PolicyBlock(
    name="养娃补贴",
    reason="小孙女不满3岁",
    amount="3600",
    unit="元/年",
    bring="户口簿、出生医学证明、银行卡",
    where="青石镇便民服务中心 2号窗口",
    phone="0000-600 1234",
)
AGED = flyer.PolicyBlock(
    name="高龄津贴",
    reason="爷爷满80岁",
    amount="50",
    unit="元/月",
    bring="身份证、户口簿、银行卡",
    where="石桥村委会，可以请人代办",
    phone="0000-600 1234",
)
NURSERY = flyer.PolicyBlock(
    name="托育补助",
    status="maybe",
    reason="小孙女不满3岁",
    amount="200",
    unit="元/月",
    check="是不是上了普惠托育园",
    bring="入园协议、户口簿",
    where="县卫生健康局托育窗口",
    phone="0000-600 5678",
)
PENSION = flyer.PolicyBlock(
    name="城乡居民养老金",
    reason="奶奶下个月满60岁，缴费已满15年",
    amount="163",
    unit="元/月起",
    bring="身份证、户口簿、社会保障卡",
    where="青石镇便民服务中心，或村委会代办点",
    phone="0000-600 1234",
    steps=("带齐材料到窗口登记", "等短信通知", "下个月起打到社保卡"),
)
TWINS = replace(
    CHILD,
    reason="双胞胎都不满3岁",
    prefix="最高",
    amount="10800",
    unit="元/孩",
    bring="户口簿、两个孩子的出生医学证明、银行卡",
)


def household(
    number: int,
    *policies: flyer.PolicyBlock,
    householder: str = "李建国",
    address: str = "示范县青石镇石桥村\n3组 17号",
    more: int = 0,
    serial: str = "",
) -> flyer.HouseholdSheet:
    """Household `number` of grid 7 in campaign 41."""
    return flyer.HouseholdSheet(
        serial=serial or str(flyer.Serial(41, 7, number)),
        householder=householder,
        address=address,
        policies=policies or (CHILD, AGED, NURSERY),
        more=more,
    )


NOTICE = flyer.Notice(
    official="惠民政策　育儿补贴（养娃补贴）",
    who="家里有3岁以下\n娃娃的看过来",
    amount="3600",
    unit="元\n每孩每年",
    extent="一直补到满3周岁。2025年前出生的，按剩下的月数算。",
    steps=(
        "手机打开支付宝或微信，搜“育儿补贴”",
        "填好娃娃和家长的信息，提交",
        "不会用手机的，到娃娃户口所在的镇、街道办",
    ),
    bring="户口簿、出生医学证明、银行卡",
    when="全年都能办，每年申请一次，早办早领",
)

SCRIPT = flyer.BroadcastScript(
    title="养娃补贴，快来申请",
    village="青石镇石桥村",
    paragraphs=(
        "各位乡亲，大家好。这里是石桥村广播。",
        "家里有3岁以下娃娃的，国家每年补3600元，一直补到满3周岁。",
        "不会用手机的，带上户口簿、出生医学证明、银行卡，到镇便民服务中心办。",
    ),
    seconds=23,
    slots="早 7:00，晚 18:30，连播三天",
)

SLIP = flyer.ApprovalSlip(
    name="养娃补贴　符合条件未申请提醒",
    id="C26-041",
    submitted="2026-11-23 10:12",
    submitter="起草 陈晓（县卫健局）",
    fingerprint="9F3A 71C4 D05B",
    figures=(
        flyer.Figure(value="8,214", unit="人", label="发送名单（已冻结）"),
        flyer.Figure(value="656", unit="元", label="预计费用（上限 700 元）"),
    ),
    steps=(
        flyer.ApprovalStep(
            channel="短信", when="11-25 9:00 起", people="8,214", units="9,377 条", cost="656.39 元"
        ),
    ),
    texts=(
        FullText(
            head="第 1 步·短信·普通话　第 4 版，发给 8,214 人",
            text="【示范县卫健局】某某某您好，孩子不满3岁，可申请育儿补贴3600元/年。拒收回R",
        ),
    ),
    chain=(
        flyer.Signature(step="起草", name="陈晓", date="11-23 10:12", said="已在系统里送审"),
        flyer.Signature(step="分管领导签发"),
    ),
    skips="不发的 1,126 人：已申请或已领取 871。",
    text_facts="共 15 种不同文本。",
    basis=("育儿补贴　第3版，2026-11-18 由县卫健局 赵敏 核实",),
    checks=(
        flyer.Check(word="通过", text="六问齐全"),
        flyer.Check(word="注意", text="签名报备：联通审核中"),
    ),
)

COVER = flyer.BatchCover(
    batch="P26-041-07",
    grid="网格 07",
    area="青石镇 石桥村 3—4组",
    content="一户一单（公开版）第3版",
    helper="王秀英 等 4 人",
    printed="2026-11-23 14:05　单面，第 1—120 页",
    first="41-07-001",
    last="41-07-120",
    sheets=126,
    spare=6,
    rows=(
        flyer.CoverRow(place="石桥村 3组", packs="001—062", n=62, page=1),
        flyer.CoverRow(place="石桥村 4组", packs="063—120", n=58, page=63),
    ),
)


def doors(count: int) -> flyer.VisitList:
    """A visit list of grid 7 with `count` doors."""
    rows = tuple(
        flyer.VisitRow(pack=str(flyer.Serial(41, 7, i)), door=f"3组 {i}号", name="李建国")
        for i in range(1, count + 1)
    )
    return flyer.VisitList(
        code="41-07", grid="网格 07", area="石桥村 3组", helper="政策明白人 王秀英", rows=rows
    )


def calls(count: int) -> flyer.CallList:
    """A call list of grid 7 with `count` numbers."""
    rows = tuple(
        flyer.CallRow(pack=str(flyer.Serial(41, 7, i)), name="李建国", phone=f"138 0000 {i:04d}")
        for i in range(1, count + 1)
    )
    return flyer.CallList(
        code="41-07", grid="网格 07", area="石桥村 3组", helper="政策明白人 王秀英", rows=rows
    )


CARD = flyer.QuestionCard(
    title="养娃补贴　常见问答",
    official="育儿补贴制度",
    pairs=(
        ("谁能申请？", "3岁以下孩子的家庭，由爸妈或带孩子的家人申请。"),
        ("补多少？", "每孩每年3600元，发到满3周岁。"),
        ("要交钱吗？", "不收费，不要密码和验证码，也不用找中介。"),
    ),
)
