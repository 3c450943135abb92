"""发送审批单: what stands on it is what was signed; whom nobody may read there; what four pages hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from outreach import clock
from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.access.scope import Scope
from outreach.campaigns import preflight, service
from outreach.campaigns.preview.schemas import Distinct
from outreach.campaigns.signing import papers
from outreach.errors import Refused
from outreach.models.access import AuditEntry
from outreach.models.people import ImportRun, Person
from outreach.models.policies import PolicyList
from outreach.people import lists
from outreach.people.lists import ListFacts
from outreach.policies import service as policies
from outreach.reports import slip
from outreach.reports.slip import amounts, noted, rests_on, texts
from outreach.reports.slip.signed import Signed
from outreach.store import Store
from outreach.vault import Vault
from outreach.wording.figures import exact_moment, fingerprint
from tests import town
from tests.channels.flyer import reading

ROOT = Path(__file__).resolve().parents[2]
HOUSE = slip.House(town.ZONE, "http://127.0.0.1", ROOT / "templates" / "flyer", demo=True)
GREETS = "{{ signature }}{{ name }}，{{ policy.one_line }}，到{{ policy.where }}。{{ opt_out }}"


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """The town at ten in the morning, with people at work and a text that greets by name."""
    with clock.fixed(town.MORNING), store.begin() as connection:
        town.build(connection, vault)
        town.write_text(connection, "sms/zh-Hans/check", GREETS, version=2)
        for name, shown in (("gan", "甘露"), ("zhang", "张帆")):
            user = NewUser(name, "officer" if name == "gan" else "manager", town.COUNTY, shown)
            accounts.add_user(connection, user, "x", by="test")
    return store


def submitted(connection: Connection, **changes: Any) -> dict[str, Any]:
    """A campaign that gan wrote and submitted."""
    wanted = town.order(**changes)
    with clock.fixed(town.MORNING):
        service.create(connection, wanted, "gan")
        service.submit(connection, wanted.ref, "gan", town.TODAY)
    return dict(service.get(connection, wanted.ref))


def signed(store: Store, **changes: Any) -> Signed:
    with store.begin() as connection:
        campaign = submitted(connection, **changes)
        return slip.read(connection, campaign, town.TODAY)


def words(made: slip.Made) -> str:
    return "".join(reading.words(made.pdf))


def moment(at: Any) -> str:
    return exact_moment(at, town.ZONE)


def basis(found: Signed) -> list[str]:
    return list(rests_on.basis(found, rests_on.day_there(town.ZONE)))


def test_the_slip_says_what_was_signed(home: Store) -> None:
    found = signed(home, steps=[{"channel": "sms"}, {"channel": "flyer", "after": 1, "when": "unreached"}])  # fmt: skip
    made = slip.make(found, HOUSE)
    text, digest = words(made), found.campaign["frozen_hash"]
    preview = found.preview
    assert made.fingerprint == fingerprint(digest) == "-".join(digest[at : at + 4] for at in (0, 4, 8))  # fmt: skip
    pages = reading.words(made.pdf)
    assert all(made.fingerprint in page for page in pages)
    assert reading.codes(made.pdf)[0] == {f"A:winter:{made.fingerprint}"}
    for said in (
        "冬季告知", "送审2026-11-2310:00", "甘露", "一户一单", "第1步办完以后", "只给前面没告知到的",
        f"{preview.steps[0].cost.total}条", f"¥0.{preview.cost_fen:02}", "预算¥100.00", "满65岁可以免费体检",
    ):  # fmt: skip
        assert said in text, said
    assert (made.shown, made.texts) == (len(preview.steps[0].texts),) * 2


def test_no_residents_name_stands_on_it(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        for number in range(3):
            town.add_person(
                connection, vault, f"+861380000030{number}", name=vault.encrypt("name", "欧阳小明"),
                circumstances=town.EMPLOYEE,
            )  # fmt: skip
    text = words(slip.make(signed(home, policies=["check"]), HOUSE))
    assert "某某某，满65岁可以免费体检" in text
    assert not any(name in text for name in ("欧阳小明", "张三"))


def test_a_draft_has_no_slip(home: Store) -> None:
    with home.begin() as connection:
        service.create(connection, town.order(), "gan")
        campaign = service.get(connection, "winter")
        with pytest.raises(Refused) as caught:
            slip.read(connection, campaign, town.TODAY)
    assert caught.value.code == "slip.draft"


def test_what_was_sent_back_has_none_until_it_is_submitted_again(home: Store) -> None:
    with home.begin() as connection:
        submitted(connection)
        service.send_back(connection, "winter", "zhang", "再看看")
        with pytest.raises(Refused):
            slip.read(connection, service.get(connection, "winter"), town.TODAY)
        service.submit(connection, "winter", "gan", town.TODAY)
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    assert found.returned == 1
    assert [one.signature for one in found.levels] == [None]
    assert "退回过 1 次" in " ".join(one.text for one in noted.checks(found))


def test_figures_are_those_of_the_preview(home: Store) -> None:
    found = signed(home, steps=[{"channel": "sms"}, {"channel": "sms"}, {"channel": "flyer"}])
    said = {one.unit: one for one in amounts.figures(found)}
    preview = found.preview
    assert said["人"].value == str(preview.people)
    assert said["对"].value == str(sum(sum(one.values()) for one in preview.by_policy.values()))
    assert said["条"].value == str(sum(step.cost.total for step in preview.steps))
    assert "人次" in said["条"].label
    assert said["张"].value == str(preview.steps[2].recipients)
    assert said["元"].value == f"0.{preview.cost_fen:02}"
    assert "没有设预算" in list(amounts.figures(signed(home, id="other", budget=None)))[-1].label


def test_who_gets_nothing_is_said_in_one_line(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        town.add_person(connection, vault)
    found = signed(home)
    assert found.preview.steps[0].skipped == {"no_address": 1}
    assert amounts.skips(found) == "这次不发的：第 1 步 1 人（没有本人号码 1）。发送前逐个再核，人数只减不增。"  # fmt: skip
    nobody = replace(found.preview, steps=[replace(found.preview.steps[0], skipped={})])
    assert amounts.skips(replace(found, preview=nobody)) == ""


# -- what it rests on --------------------------------------------------------------------------------


def _complete(connection: Connection) -> None:
    facts = ListFacts(
        "ins.employee", town.COUNTY, date(2026, 10, 31), date(2027, 4, 30), "县医保局名册"
    )
    lists.declare_list(connection, Scope(), facts)


def _two_lists(connection: Connection) -> None:
    for place, on in ((town.EAST, date(2026, 9, 30)), (town.WEST, date(2026, 10, 31))):
        lists.declare_list(connection, Scope(), ListFacts("ins.employee", place, on, None, "村"))


def _expired(connection: Connection) -> None:
    facts = ListFacts("ins.employee", town.COUNTY, date(2026, 1, 31), date(2026, 11, 23), "旧名册")
    lists.declare_list(connection, Scope(), facts)


def _applied(
    connection: Connection, unmatched: int = 1, cut_off: date = date(2026, 11, 20)
) -> None:
    key = policies.get(connection, "check").id
    row = {
        "policy_id": key, "fact": "applied", "region": town.COUNTY, "cut_off": cut_off, "rows": 100, "unmatched": unmatched,
        "source": "卫健局", "at": town.MORNING,
    }  # fmt: skip
    connection.execute(insert(PolicyList).values(**row))


def _imported(connection: Connection) -> None:
    row = {
        "file_name": "册.xlsx",
        "file_hash": "x",
        "at": town.MORNING,
        "finished_at": town.MORNING,
    }
    every = [
        {**row, "rows": 90, "accepted": 88, "list_ref": "", "undone_at": None},
        {**row, "rows": 7, "accepted": 7, "list_ref": "applied:check", "undone_at": None},
        {**row, "rows": 8, "accepted": 8, "list_ref": "", "undone_at": town.MORNING},
    ]
    connection.execute(insert(ImportRun), every)


BASIS: dict[str, tuple[Callable[[Connection], None] | None, str]] = {
    "nobody handed in a list": (None, "职工医保参保：没有完整名单"),
    "a complete list": (_complete, "职工医保参保名单：截至 2026-10-31，演示县，来源“县医保局名册”，2027-04-30 失效"),
    "lists of two villages": (_two_lists, "职工医保参保名单：2 份，最早的截至 2026-09-30，最晚的截至 2026-10-31"),
    "a list that expired today": (_expired, "职工医保参保：没有完整名单"),
    "who has applied": (_applied, "“免费体检”已申请名单：截至 2026-11-20，100 行，对不上 1 行，名单上的人不再发"),
    "a list with too many strangers": (lambda c: _applied(c, 9), "对不上 9 行，对不上的太多，只是估计"),
    "a list of the month before last": (lambda c: _applied(c, 1, date(2026, 10, 1)), "已经过期"),
    "no list of who has it": (None, "没有已申请、已领取名单：免费体检、交医保"),
    "the register": (_imported, "在册 4 人；最近一次导入 2026-11-23，90 行进了 88 行"),
    "nothing was imported": (None, "在册 4 人；没有导入记录"),
    "the version of a policy": (None, "交医保　第 1 版，2026-11-23 由核验员核实；签字：卫健局（2026-11-23 签）；来源：规范"),
    "whom it is for": (None, "演示县，条件写在文字里，符合的和待核实的都告诉；宣传类"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BASIS.values(), ids=BASIS.keys())
def test_it_names_what_it_rests_on(
    home: Store, change: Callable[[Connection], None] | None, said: str
) -> None:
    if change is not None:
        with home.begin() as connection:
            change(connection)
    lines = basis(signed(home))
    assert any(said in line for line in lines), lines


def test_what_changes_after_it_was_submitted_does_not_change_the_slip(home: Store) -> None:
    found = signed(home)
    before = slip.make(found, HOUSE)
    with home.begin() as connection:
        _complete(connection)
        _imported(connection)
        connection.execute(update(Person).values(language="bo"))
        town.load(connection, {**town.CHECK, "where": "新卫生院"}, verified=False)
        town.write_text(
            connection, "sms/zh-Hans/check", "{{ signature }}别的。{{ opt_out }}", version=3
        )
        campaign = service.get(connection, "winter")
        again = slip.make(slip.read(connection, campaign, date(2027, 1, 5)), HOUSE)
    assert again.pdf == before.pdf


def test_the_lists_are_part_of_what_the_hash_binds(home: Store) -> None:
    def digest() -> str:
        with home.begin() as connection:
            made = service.submit(connection, "winter", "gan", town.TODAY)
            service.send_back(connection, "winter", "zhang", "再看看")
        return made

    with home.begin() as connection:
        service.create(connection, town.order(), "gan")
    first = digest()
    assert digest() == first
    with home.begin() as connection:
        _complete(connection)
    assert digest() != first


def test_a_campaign_of_an_earlier_release_says_that_its_lists_are_of_today(home: Store) -> None:
    found = signed(home)
    frozen = {key: value for key, value in found.campaign["frozen"].items() if key != "grounds"}
    with home.begin() as connection:
        _complete(connection)
        old = slip.read(connection, {**found.campaign, "frozen": frozen}, town.TODAY)
    assert any("县医保局名册" in line for line in basis(old))
    assert any("按打印当天" in one.text for one in noted.checks(old))
    assert not any("按打印当天" in one.text for one in noted.checks(found))


# -- what the checks say ----------------------------------------------------------------------------------


def said_of(found: Signed) -> dict[str, str]:
    together: dict[str, str] = {}
    for one in noted.checks(found):
        together[one.word] = together.get(one.word, "") + one.text
    return together


def test_exceptions_stand_there_with_their_reasons(home: Store) -> None:
    said = said_of(signed(home, written_dialects={"reason": "老人看惯了"}))
    assert "不避开休息时间，理由：测试" in said["例外"]
    assert "理由：老人看惯了" in said["例外"]
    assert "不超过预算" in said["通过"]


def test_gaps_come_before_everything_that_passed_only_in_part(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        town.add_person(connection, vault, "+8613800000110", language="bo")
    found = signed(home, budget=0.01)
    said = said_of(found)
    assert (
        said["缺"] == "第 1 步（短信）：1 人没有藏语文字，什么也收不到。"
    )  # what to do is the writer's
    assert "比预算多" in said["注意"]
    assert "不超过预算" not in said["通过"]


def test_what_is_the_same_for_several_policies_is_said_once(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        town.add_person(connection, vault, "+8613800000110", language="bo")  # both policies
        town.add_person(connection, vault, "+8613800000111", language="bo", birth=town.THIRTY)
    assert said_of(signed(home))["缺"] == "第 1 步（短信）：2 人没有藏语文字，什么也收不到。"


def test_warnings_are_those_of_texts_that_somebody_gets(home: Store) -> None:
    found = signed(home)
    assert "提示" in said_of(found)  # the town's texts say nothing of passwords
    unused = replace(found.grounds, warned=tuple(replace(one, variant=-1) for one in found.grounds.warned))  # fmt: skip
    assert "文字检查没有提示" in said_of(replace(found, grounds=unused))["通过"]
    many = replace(found.grounds, warned=tuple(replace(found.grounds.warned[0], said=f"第{n}条") for n in range(20)))  # fmt: skip
    assert "还有 12 条提示" in said_of(replace(found, grounds=many))["提示"]


def test_the_chain_has_those_who_signed_and_a_line_for_who_has_not(home: Store) -> None:
    with home.begin() as connection:
        submitted(connection)
        with clock.fixed(town.MORNING):
            waiting = slip.read(connection, service.get(connection, "winter"), town.TODAY)
            service.approve(connection, "winter", "zhang", "同意 📢发")
        done = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    first, second = noted.chain(waiting, moment)
    assert (first.step, first.name, first.date) == ("起草、送审", "甘露", "2026-11-23 10:00")
    assert (second.step, second.name, second.date, second.said) == ("签发", "", "", "")
    *_, last = noted.chain(done, moment)
    assert (last.step, last.name, last.date) == ("签发", "张帆", "2026-11-23 10:00")
    assert "同意" in last.said
    assert "同意〓发" in words(slip.make(done, HOUSE))
    other = {**waiting.campaign, "created_by": "zhang"}
    assert [one.step for one in noted.chain(replace(waiting, campaign=other), moment)] == ["起草", "送审", "签发"]  # fmt: skip


# -- the texts ---------------------------------------------------------------------------------------------


def with_texts(found: Signed, *every: tuple[str, str, int]) -> Signed:
    """The same with other texts in its step: (text, language, version)."""
    step = found.preview.steps[0]
    made = [Distinct(text, tag, 1, 1, variant=variant) for text, tag, variant in every]
    return replace(found, preview=replace(found.preview, steps=[replace(step, texts=made)]))


def test_where_four_pages_hold_all_texts_all_stand_there(home: Store) -> None:
    found = with_texts(signed(home), *((f"第{n}件事。" * 5, "zh-Hans", 1) for n in range(12)))
    made = slip.make(found, HOUSE)
    assert (made.shown, made.texts) == (12, 12)
    assert "共12种文字，全部印在上面" in words(made)


def test_where_they_do_not_the_longest_stand_there_and_the_rest_are_named(home: Store) -> None:
    every = [(f"{n}号村的乡亲，" + "看看这件事。" * 20, "zh-Hans", 1) for n in range(100, 300)]
    every[150] = ("最长的一条。" * 60, "zh-Hans", 1)
    every[60] = ("阿婆睇下呢件事。", "yue-Hans", 2)
    made = slip.make(with_texts(signed(home), *every), HOUSE)
    text = words(made)
    assert (made.shown, made.texts) == (3, 200)
    assert all(
        said in text for said in ("100号村的乡亲", "最长的一条。最长的一条。", "阿婆睇下呢件事")
    )
    assert "共200种文字，上面印了3种，每一步最长的都在" in text
    assert "winter-文字.xlsx，编号2–60、62–150、152–200" in text
    assert made.pages <= 4


def test_what_says_most_gives_way_too_when_it_is_too_much(home: Store) -> None:
    every = [("很长的一种。" * 500, "zh-Hans", 1), *(("别的一种。" * 300, "zh-Hans", n) for n in range(2, 9))]  # fmt: skip
    made = slip.make(with_texts(signed(home), *every), HOUSE)
    assert made.pages <= 4
    assert 1 <= made.shown < 8
    assert words(made).count("很长的一种。") == 500


def test_a_script_that_the_sheet_has_no_letters_for_is_referred_to_the_workbook(
    home: Store,
) -> None:
    found = with_texts(signed(home), ("تېكىست", "ug", 1), ("好消息📢来了", "zh-Hans", 1))
    made = slip.make(found, HOUSE)
    text = words(made)
    assert "原文见随附的预览表，编号1" in text
    assert (made.shown, made.texts) == (1, 2)
    assert "好消息〓来了" in text
    assert "〓处是本单印不出的符号" in text


def test_a_campaign_of_paper_alone_says_why_there_is_no_text(home: Store) -> None:
    made = slip.make(signed(home, steps=[{"channel": "flyer"}]), HOUSE)
    assert (made.shown, made.texts) == (0, 0)
    assert "第1步一户一单没有统一的文字" in words(made)


def test_numbers_in_a_row_are_said_as_one() -> None:
    assert texts.stretches([1, 2, 3, 5, 7, 8]) == "1–3、5、7–8"
    assert texts.stretches([]) == ""


def test_every_step_keeps_its_longest(home: Store) -> None:
    found = with_texts(signed(home), ("短", "zh-Hans", 1), ("最长的", "zh-Hans", 1), ("中等", "zh-Hans", 1))  # fmt: skip
    assert [one.number for one in texts.telling(texts.numbered(found))] == [2, 1]


def test_who_took_a_slip_is_in_the_log(home: Store) -> None:
    found = signed(home)
    made = slip.make(found, HOUSE)
    with home.begin() as connection:
        slip.note(connection, found.campaign, made, "gan")
        entry = connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).mappings().first()  # fmt: skip
    assert entry is not None
    assert (entry["by"], entry["action"], entry["thing"]) == ("gan", "campaigns.view", "campaign:winter")  # fmt: skip
    assert entry["detail"]["hash"] == found.campaign["frozen_hash"]


def test_a_cancelled_campaign_says_so(home: Store) -> None:
    with home.begin() as connection:
        submitted(connection)
        service.cancel(connection, "winter", "gan")
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    assert "已取消" in words(slip.make(found, HOUSE))


# -- longer chains, paper, what was let pass ------------------------------------------------------------


def test_every_level_has_a_line_until_somebody_has_signed_it(home: Store) -> None:
    with home.begin() as connection:
        submitted(connection, chain="four-levels")
        with clock.fixed(town.MORNING):
            service.approve(connection, "winter", "li", "核过了")
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    rows = [(one.step, one.name, one.said) for one in noted.chain(found, moment)]
    assert rows[1:] == [
        ("科室核实", "li", "已在系统里签发，批注“核过了”"), ("宣传审核", "", ""), ("分管领导签发", "", ""),
    ]  # fmt: skip
    assert "宣传审核" in words(slip.make(found, HOUSE))


def test_a_level_that_was_signed_with_a_pen_says_who_recorded_it(home: Store) -> None:
    with home.begin() as connection:
        campaign = submitted(connection)
        kept = papers.Kept("签.pdf", "application/pdf", bytes(32), frozenset({fingerprint(campaign["frozen_hash"])}))  # fmt: skip
        papers.record(connection, "winter", papers.Paper(kept, "sign", "张帆", town.TODAY), "li", town.TODAY)  # fmt: skip
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    *_, last = noted.chain(found, moment)
    assert (last.name, last.date, last.said) == (
        "张帆",
        "2026-11-23",
        "已在纸上签字，扫描件由li登记",
    )


def test_why_it_is_urgent_and_what_was_let_pass_stand_on_it(home: Store) -> None:
    reason = {"class": "urgent", "urgent": {"reason": "台风红色预警"}}
    with home.begin() as connection:
        old = {"file_name": "台账.xlsx", "file_hash": "", "at": town.MORNING - timedelta(days=200)}
        connection.execute(insert(ImportRun).values(**old, finished_at=old["at"]))
        service.create(connection, town.order(**reason), "gan")
        draft = service.get(connection, "winter")
        why = "公安局下周才给"
        preflight.let_pass(connection, draft, ("preflight.register_old", "register"), why, "gan", town.TODAY)  # fmt: skip
        service.submit(connection, "winter", "gan", town.TODAY)
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    said = {one.text: one.word for one in noted.checks(found)}
    urgent = next(text for text in said if "台风红色预警" in text)
    passed = next(text for text in said if why in text)
    assert said[urgent] == said[passed] == "例外"
    assert "居民台账截至 2026-05-07，已经 200 天" in passed
    assert "甘露放行" in passed
    assert [one.step for one in noted.chain(found, moment)][1:] == ["值班领导签发", "宣传审核补签", "分管领导补签"]  # fmt: skip
