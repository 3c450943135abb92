"""政策: the list, the card with its six answers, and what is written about a policy from the pages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from httpx2 import Response
from sqlalchemy import Connection, insert, select

from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.models.access import AuditEntry
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.policies import contradictions, reviews, service, signing
from outreach.policies.schemas import PolicyView
from tests import town
from tests.town import CHECK, COUNTY, EAST, TODAY
from tests.web import conftest
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send

RICH: Mapping[str, Any] = {
    **CHECK, "id": "rich", "official_name": "关于优化生育政策促进人口长期均衡发展的办法", "plain_name": "生娃养娃有这些福利",
    "domain": "生育托育", "office": "卫健局", "co_offices": ["财政局"], "one_line": "未满3岁可以领补贴",
    "source": {"title": "优化生育办法", "no": "", "date": "", "mark": "K", "note": "标准为常识[K]，金额未查到[?]。"},
    "amount": {"status": "local", "text": "按本地标准"},
    "documents": [{"name": "出生证", "who": "applicant"}, {"name": "户籍信息", "who": "data-sharing"}],
    "how_to_apply": ["到镇上办"], "steps": ["交材料", "审核", "发到卡上"], "processing_days": 7,
    "no_application": True, "window": {"text": "全年", "yearly": ["03-01", "12-31"]}, "valid_from": "2025-01-01",
    "region_basis": "hukou", "phone": "0600-1", "deep_link": "gov.example/childcare",
    "excludes": [{"policy": "tekun", "text": "不能和特困供养一起用"}],
    "parameters": {
        "months": {"zh": "最多几个月", "type": "number"}, "since": {"zh": "从哪天起", "type": "date"},
        "also": {"zh": "扩大的类别", "type": "circumstances", "note": "没有就勾“本地没有扩大”"},
    },
    "rule": {
        "all": [{"field": "age", "op": "<", "value": 3}],
        "any": [
            {"label": "独生子女户", "all": [{"field": "circumstances", "op": "has", "value": "fp.onechild"}]},
            {"label": "本地扩大的", "all": [{"field": "circumstances", "op": "has_any", "value": {"param": "also"}}]},
        ],
        "none": [{"field": "birth_date", "op": "<", "value": "2022-01-01"}], "check": ["依法生育"],
    },
}  # fmt: skip


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """The town, with a policy that says everything and that nobody has checked yet."""
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            town.load(connection, RICH, verified=False)
            guan = NewUser("guan", "observer", COUNTY, "观察员")
            accounts.add_user(connection, guan, conftest.hashed(), by="test")
        yield opened


def policy(office: Office, ref: str = "rich") -> PolicyView:
    with office.store.read() as connection:
        return service.get(connection, ref)


def text(answer: Response) -> str:
    """A page as it is read: without tags, and without spaces."""
    bare = re.sub(r"<(svg|script|style).*?</\1>", "", answer.text, flags=re.S)
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", bare))


def moves(office: Office) -> list[str]:
    with office.store.read() as connection:
        lines = connection.execute(
            select(AuditEntry.by, AuditEntry.action, AuditEntry.detail).where(
                AuditEntry.thing.like("policy:%")
            )
        ).all()
    return [f"{line.by} {line.action} {line.detail.get('move', '')}".strip() for line in lines]


# -- the list ---------------------------------------------------------------------------------------------


def test_the_list_says_what_is_missing(office: Office) -> None:
    page = text(office.enter("zhou").get("/policies"))
    assert "3项政策" in page
    assert "生娃养娃有这些福利" in page
    assert ["待核验" in page, "差2个部门确认" in page, "待本地填写" in page, "敏感" in page] == [
        True
    ] * 4
    assert page.count("手续齐了") >= 2


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"domain": "生育托育"}, ["生娃养娃有这些福利"]),
        ({"domain": "医疗"}, ["免费体检", "交医保"]),
        ({"q": "65周岁"}, ["免费体检"]),
        ({"q": "优化 财政"}, []),
        ({"q": "优化 卫健"}, ["生娃养娃有这些福利"]),
        ({"state": "todo"}, ["生娃养娃有这些福利"]),
        ({"state": "live", "domain": "医疗", "q": "医保"}, ["交医保"]),
        ({"state": "withdrawn"}, []),
        ({"domain": "<script>"}, []),
    ],
)
def test_the_list_is_filtered(office: Office, asked: dict[str, str], names: list[str]) -> None:
    page = office.enter("zhou").get("/policies", params=asked)
    assert re.findall(r'<a href="/policies/[^"]+"><b>([^<]+)</b>', page.text) == names
    assert ("没有查到" in page.text) is not bool(names)
    assert "<script>" not in page.text


def test_an_observer_sees_what_was_checked_and_nothing_of_the_house(office: Office) -> None:
    guan = office.enter("guan")
    page = text(guan.get("/policies"))
    assert ("2项政策" in page, "生娃养娃" in page, "手续" in page, "状态" in page) == (
        True,
        False,
        False,
        False,
    )
    card = text(guan.get("/policies/check"))
    assert "六个问题" in card
    assert not [
        word
        for word in ("核验", "部门确认", "版本", "能不能宣传", "符合", "登记", "宣传任务")
        if word in card
    ]
    assert guan.get("/policies/rich").status_code == 404
    for path in ("local", "review", "withdraw", "takedown.xlsx", "told.xlsx"):
        assert guan.get(f"/policies/check/{path}").status_code == 403


def test_who_has_no_business_with_policies_is_refused(office: Office) -> None:
    assert office.enter("ke").get("/policies").status_code == 403
    assert office.enter("wu").get("/policies/rich").status_code == 200


# -- the card ---------------------------------------------------------------------------------------------


def test_the_card_answers_six_questions(office: Office) -> None:
    page = text(office.enter("zhou").get("/policies/rich"))
    for words in (
        "未满3周岁", "还要符合其中一项：独生子女户", "【扩大的类别】", "不包括：2022年1月1日之前出生", "还要人工核实：依法生育",
        "看户籍", "不能和特困供养一起用", "按本地标准", "本地金额还没有填写", "免申即享", "到镇上办", "交材料", "7天办完",
        "gov.example/childcare", "出生证", "不用带：户籍信息", "全年", "每年3月1日到12月31日办理", "2025年1月1日起",
        "到卫生院办", "0600-1", "主管：卫健局", "来源待核实", "文号和日期待核实", "标准为常识（待核实），金额未查到（待核实）",
    ):  # fmt: skip
        assert words in page, words
    assert "[K]" not in page
    assert "还差6样" in page or "还差5样" in page


def test_local_facts_count_where_the_user_is(office: Office) -> None:
    with office.store.begin() as connection:
        service.fill_in(connection, "check", COUNTY, facts={"where": "县医院"}, by="zhou", on=TODAY)
        service.fill_in(connection, "check", EAST, facts={"where": "村卫生室"}, by="dong", on=TODAY)
    assert "到县医院办" in text(office.enter("zhou").get("/policies/check"))
    assert "到村卫生室办" in text(office.enter("wu").get("/policies/check"))
    west = text(office.enter("xi").get("/policies/check"))
    assert ("到县医院办" in west, "村卫生室" in west) == (True, False)


def test_the_stages_lead_to_campaigns(office: Office) -> None:
    with office.store.begin() as connection:
        town.released(connection)
    zhou = office.enter("zhou").get("/policies/check")
    assert 'href="/campaigns/winter"' in zhou.text
    assert "冬季告知（发送中，第1版）" in text(zhou)
    worker = office.enter("wu").get("/policies/check")
    assert ("冬季告知" in worker.text, 'href="/campaigns/winter"' in worker.text) == (True, False)


def test_what_changed_is_read_on_the_card(office: Office) -> None:
    with office.store.begin() as connection:
        service.fill_in(connection, "rich", COUNTY, parameters={"months": 36}, by="zhou", on=TODAY)
        changed = {**RICH, "parameters": {"also": RICH["parameters"]["also"]}, "where": "镇政府"}
        changed["rule"] = {**RICH["rule"], "all": [{"field": "age", "op": "<", "value": 4}]}
        town.load(connection, changed, verified=False)
    page = text(office.enter("zhou").get("/policies/rich"))
    assert ["第2版" in page, "原来未满3周岁" in page, "现在未满4周岁" in page] == [True] * 3
    assert "到哪里办：卫生院→镇政府" in page
    assert "演示县填的“最多几个月”是36，新版本用不上，没有带过来" in page


# -- verify, sign, settle ---------------------------------------------------------------------------------


def test_verified_and_signed_from_the_card(office: Office) -> None:
    zhou, now = office.enter("zhou"), policy(office)
    assert send(zhou, "/policies/rich/verify", version=now.version_id).status_code == 303
    assert policy(office).verified_by == "zhou"
    for department in ("卫健局", "财政局"):
        digest = signing.digest(policy(office))
        answer = send(zhou, "/policies/rich/sign", department=department, digest=digest)
        assert answer.headers["location"] == "/policies/rich?said=signed"
    page = text(zhou.get("/policies/rich?said=signed"))
    assert [
        "已登记部门确认" in page,
        page.count("zhou某，2026年11月23日登记") == 2,
        "我已和来源" in page,
    ] == [
        True,
        True,
        False,
    ]
    assert signing.missing_sign_offs(policy(office), COUNTY) == ()
    assert moves(office) == [
        "zhou policies.verify",
        "zhou policies.verify sign",
        "zhou policies.verify sign",
    ]


def test_nobody_signs_what_the_page_did_not_show(office: Office) -> None:
    zhou, seen = office.enter("zhou"), policy(office)
    with office.store.begin() as connection:
        town.load(connection, {**RICH, "phone": "110"}, verified=False)
    for path, fields in (
        ("verify", {"version": seen.version_id}),
        ("sign", {"department": "卫健局", "digest": signing.digest(seen)}),
    ):
        answer = send(zhou, f"/policies/rich/{path}", **fields)
        assert (answer.status_code, "改过" in answer.text) == (409, True)
    assert (policy(office).verified_by, policy(office).sign_offs) == ("", ())


@pytest.mark.parametrize("who", ["dong", "chen", "wu", "ke", "guan"])
def test_only_who_answers_for_the_whole_place_decides(office: Office, who: str) -> None:
    browser, now = office.enter(who), policy(office)
    for path, fields in (
        ("verify", {"version": now.version_id}),
        ("sign", {"department": "卫健局", "digest": signing.digest(now)}),
        ("settle/check", {"words": "都对"}),
        ("review", {"outcome": "keep"}),
        ("withdraw", {"on": "2026-12-01"}),
        ("withdraw/sure?on=2026-12-01", {}),
    ):
        answer = send(browser, f"/policies/rich/{path}", **fields)
        assert answer.status_code == 403, path
    after = policy(office)
    assert (after.verified_by, after.sign_offs, after.withdrawn_on) == ("", (), None)


def test_a_contradiction_is_settled_on_the_card(office: Office) -> None:
    with office.store.begin() as connection:
        town.load(
            connection,
            {**CHECK, "id": "twin", "plain_name": "体检", "office": "疾控局", "where": "县医院"},
        )
    zhou = office.enter("zhou")
    page = text(zhou.get("/policies/check"))
    assert ["没商定，不能送审" in page, "由卫健局、疾控局商定" in page, "说：县医院" in page] == [
        True
    ] * 3
    assert "和别的政策有矛盾" in text(zhou.get("/policies"))
    assert send(zhou, "/policies/check/settle/twin", about="where", words=" ").status_code == 422
    send(zhou, "/policies/check/settle/twin", about="where", words="城里去县医院")
    page = text(zhou.get("/policies/twin"))
    assert ["已商定" in page, "城里去县医院（zhou某" in page] == [True, True]
    with office.store.read() as connection:
        assert all(one.settled for one in contradictions.find(connection, COUNTY))


# -- what a region fills in -------------------------------------------------------------------------------

FILLED: Mapping[str, Any] = {
    "amount_text": "每月300元", "amount_value": "3,600", "amount_unit": "元/年", "window_text": "全年",
    "window_first": "01-05", "window_last": "12-20", "where": "县政务大厅", "phone": "0600-7", "notes": "周末不办",
    "p_months": "36", "p_since": "2025-01-01", "p_also": ["income.dibao", "dis.severe"],
}  # fmt: skip


def test_the_form_writes_what_the_region_says(office: Office) -> None:
    zhou = office.enter("zhou")
    answer = send(zhou, f"/policies/rich/local?region={COUNTY}", **FILLED)
    assert answer.headers["location"] == "/policies/rich?said=filled"
    (local,) = policy(office).locals
    assert local.facts == {
        "amount": {"status": "local", "text": "每月300元", "value": 3600, "unit": "元/年"},
        "window": {"text": "全年", "yearly": ["01-05", "12-20"]}, "where": "县政务大厅", "phone": "0600-7",
        "notes": "周末不办",
    }  # fmt: skip
    assert local.parameters == {
        "months": 36,
        "since": "2025-01-01",
        "also": ["income.dibao", "dis.severe"],
    }
    assert (local.verified_by, local.verified_on) == ("zhou", TODAY)
    page = zhou.get(f"/policies/rich/local?region={COUNTY}").text
    for value in ("每月300元", "3600", "12-20", "县政务大厅", "36", "2025-01-01"):
        assert f'value="{value}"' in page
    assert re.search(r'value="dis.severe" checked', page)
    shown = text(zhou.get("/policies/rich"))
    assert ["低保" in shown, "每月300元" in shown, "待本地填写" in shown] == [True, True, False]


def test_an_empty_field_gives_it_back_to_the_region_above_and_nothing_else_is_lost(
    office: Office,
) -> None:
    documents = [{"name": "居住证明", "who": "applicant"}]
    with office.store.begin() as connection:
        service.fill_in(
            connection, "rich", COUNTY, by="zhou", on=TODAY, parameters={"months": 12},
            facts={"where": "县里", "documents": documents, "amount": {"status": "local", "text": "x", "prefix": "发"}},
        )  # fmt: skip
    zhou = office.enter("zhou")
    assert "居住证明" in text(zhou.get("/policies/rich/local"))
    send(zhou, f"/policies/rich/local?region={COUNTY}", amount_text="每月9元", p_also_none="yes")
    (local,) = policy(office).locals
    assert local.parameters == {"also": []}
    assert local.facts == {
        "documents": documents, "amount": {"status": "local", "text": "每月9元", "prefix": "发"},
    }  # fmt: skip
    assert policy(office).sensitivity(COUNTY) == "sensitive"  # the rule itself reads 独生子女户


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("p_months", "三十六"),
        ("p_months", "-1"),
        ("p_months", "nan"),
        ("p_since", "2025-02-30"),
        ("p_also", "rich"),
        ("amount_value", "三百"),
        ("window_from", "2026-02-30"),
        ("window_first", "13-01"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_written(
    office: Office, field: str, value: str
) -> None:
    zhou = office.enter("zhou")
    fields = {**FILLED, field: value}
    if field == "window_from":
        fields |= {"window_first": "", "window_last": ""}
    answer = send(zhou, f"/policies/rich/local?region={COUNTY}", **fields)
    assert answer.status_code == 422
    assert policy(office).locals == ()
    assert "县政务大厅" in answer.text  # what was typed is still there
    assert answer.text.count('class="problem"') == 1
    before = answer.text[: answer.text.index('class="problem"')]
    assert re.findall(r'(?:name|for)="(?:i-)?([a-z_]+)"|<legend>(扩大的类别)</legend>', before)[-1] in (
        (field, ""), ("", "扩大的类别"),
    )  # fmt: skip


def test_a_village_fills_in_its_own_and_no_other(office: Office) -> None:
    dong = office.enter("dong")
    assert send(dong, f"/policies/check/local?region={EAST}", phone="110").status_code == 303
    for region in (COUNTY, town.WEST, ""):
        assert send(dong, f"/policies/check/local?region={region}", phone="120").status_code == 403
        assert dong.get(f"/policies/check/local?region={region}").status_code == 403
    page = dong.get("/policies/check/local")
    assert (page.status_code, "西村" in page.text) == (200, False)
    assert [one.region for one in policy(office, "check").locals] == [EAST]


# -- reviews and the end ------------------------------------------------------------------------------------


def test_a_review_is_written_down_with_its_figures(office: Office) -> None:
    zhou = office.enter("zhou")
    wrong: list[dict[str, str]] = [
        {"outcome": "change"}, {"outcome": ""}, {"outcome": "keep", "figures": "领取人数"},
        {"outcome": "keep", "next_due": "2026-02-30"}, {"outcome": "keep", "next_due": "2026-11-23"},
    ]  # fmt: skip
    for fields in wrong:
        answer = send(zhou, "/policies/check/review", **fields)
        assert (answer.status_code, 'class="problem"' in answer.text) == (422, True)
    answer = send(
        zhou, "/policies/check/review", outcome="change", note="边缘户没有覆盖",
        figures="领取人数=1,200\n覆盖面\uff1d0.7\n说法=基本满意", next_due="2027-03-01",
    )  # fmt: skip
    assert answer.status_code == 303
    with office.store.read() as connection:
        (made,) = reviews.made(connection, service.get(connection, "check"))
    assert made["figures"] == {"领取人数": 1200, "覆盖面": 0.7, "说法": "基本满意"}
    page = text(zhou.get("/policies/check"))
    assert [
        "需要修改（看的是第1版）" in page,
        "边缘户没有覆盖" in page,
        "领取人数1200" in page,
    ] == [True] * 3
    assert ["调整中" in page, "2027年3月1日" in page] == [True, True]


def _told(connection: Connection) -> None:
    people = connection.scalars(select(Person.id).order_by(Person.id)).all()
    check = service.get(connection, "check").id
    for number, person in enumerate(people[:2]):
        row = {
            "policy_id": check,
            "person_id": person,
            "fact": "in_person",
            "on": TODAY - timedelta(days=number),
        }
        connection.execute(insert(Reach).values(**row))


def test_an_end_asks_once_more_and_hands_out_its_lists(office: Office) -> None:
    with office.store.begin() as connection:
        _told(connection)
    zhou = office.enter("zhou")
    for fields in ({"on": ""}, {"on": "soon"}, {"on": "2026-11-23", "successor": "check"}):
        answer = send(zhou, "/policies/check/withdraw", **fields)
        assert (answer.status_code, 'class="problem"' in answer.text) == (422, True)
    asked = send(
        zhou, "/policies/check/withdraw", on="2026-11-23", successor="insure", note="从今天起停办"
    )
    assert policy(office, "check").status == "live"
    where = asked.headers["location"]
    sure = zhou.get(where)
    assert ["停办“免费体检”？" in sure.text, "告知过 2 人" in sure.text] == [True, True]
    assert send(zhou, where).headers["location"] == "/policies/check?said=withdrawn"
    ended = policy(office, "check")
    assert (ended.status, ended.successor, ended.exit_note) == (
        "withdrawn",
        "insure",
        "从今天起停办",
    )
    page = text(zhou.get("/policies/check"))
    assert [
        "2026年11月23日起停办，不再受理" in page,
        "接替的政策：交医保" in page,
        "告知过2人" in page,
    ] == [True] * 3
    assert "填本地内容" not in page
    told = zhou.get("/policies/check/told.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(told.content)).active
    assert sheet is not None
    assert [sheet["C5"].value, sheet["C6"].value, sheet["C7"].value] == ["张*", "张*", None]
    assert zhou.get("/policies/check/takedown.xlsx").status_code == 200
    observer = text(office.enter("guan").get("/policies/check"))
    assert ["起停办" in observer, "告知过" in observer] == [True, False]
    assert moves(office)[-1] == "zhou people.view told"


def test_the_list_of_the_told_ends_at_the_users_region(office: Office) -> None:
    with office.store.begin() as connection:
        _told(connection)
    sheet = openpyxl.load_workbook(
        io.BytesIO(office.enter("dong").get("/policies/check/told.xlsx").content)
    ).active
    assert sheet is not None
    assert [sheet["B5"].value, sheet["B6"].value] == ["东村", None]
