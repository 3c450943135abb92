"""简报: two pages whatever there is to say, the same figures on paper and in the document, and no sentence too far."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pypdfium2
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Missing, Refused
from outreach.reports.brief import Facts, Made, compose, gather, make, word
from outreach.reports.brief.conclusion import conclusion
from outreach.reports.brief.facts import Compared, Verdict
from outreach.reports.brief.gathering import Asked
from outreach.reports.schemas import PlaceCount, ReachFigures
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.channels.flyer import reading
from tests.reports import briefs

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
PAGE = re.compile(r"第\s*\d+\s*页，共\s*\d+\s*页")
AT = datetime(2026, 11, 26, tzinfo=UTC)


def paper(made: Made) -> str:
    document = pypdfium2.PdfDocument(made.pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text.replace("\u200b", "")


def document(made: Made) -> Document:
    return docx.Document(io.BytesIO(word.write(made.brief, made.foot, AT)))


def written(made: Made) -> str:
    opened = document(made)
    found = [paragraph.text for paragraph in opened.paragraphs]
    found += [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    found += [paragraph.text for paragraph in opened.sections[0].footer.paragraphs]
    return "\n".join(found).replace("\u200b", "")


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(PAGE.sub("", text)))


FULL = briefs.facts(briefs.told(verdicts=briefs.verdicts(6)), demo=True)
CASES = {
    "a campaign with a survey and towns compared": FULL,
    "sixty towns": briefs.facts(briefs.told(places=60, verdicts=briefs.verdicts(60))),
    "names as long as they come": briefs.facts(
        *(briefs.told(f"p{at}", 40, name="城乡居民基本养老保险待遇领取资格认证和困难群众代缴" * 2) for at in range(9)),
        names="某某自治县某某民族乡人民政府驻地某某社区{}", title="关于做好冬季惠民政策宣传工作的任务" * 3,
        campaigns=tuple(briefs.done("关于做好冬季惠民政策宣传工作的任务" * 2) for _ in range(8)),
        basis=tuple(f"第{at}份名单，" + "说明" * 60 for at in range(30)),
    ),
    "no survey": briefs.facts(briefs.told(awareness=None)),
    "nobody reached": briefs.facts(
        briefs.told(reach=ReachFigures((PlaceCount("600101101", 300),)), untold=(), awareness=None)
    ),
    "nothing at all": briefs.facts(policies=(), campaigns=(), basis=()),
    "answers that a program made up": briefs.facts(briefs.told(awareness=briefs.figure(generated=True)), demo=True),
}  # fmt: skip


@pytest.mark.parametrize("facts", CASES.values(), ids=CASES.keys())
def test_two_pages_and_the_same_figures_in_the_document(facts: Facts) -> None:
    made = make(facts, briefs.HOUSE)
    assert 1 <= made.pages <= 2
    assert reading.paper(made.pdf) == {(210, 297)}
    assert all(embedded for _, embedded in reading.fonts(made.pdf))
    assert numbers(paper(made)) == numbers(written(made))
    assert made.brief.marking in re.sub(r"\s", "", paper(made))


def test_a_brief_reads_the_same_in_grey() -> None:
    made = make(FULL, briefs.HOUSE)
    for picture in reading.pictures(made.pdf, 60):
        colors = picture.getcolors(1 << 20)
        assert colors
        assert all(max(color) - min(color) < 3 for _, color in colors if isinstance(color, tuple))


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (FULL, "“65岁免费体检”的知晓率为 78.3\u202f%（74.1–82.0\u202f%，n\u00a0=\u00a0412，2026-11 入户），2 个乡镇落后（第101镇、第102镇）；无基线，不能说提高"),
        (briefs.facts(), "“65岁免费体检”的知晓率为 78.3\u202f%（74.1–82.0\u202f%，n\u00a0=\u00a0412，2026-11 入户）；无基线，不能说提高"),
        (briefs.facts(briefs.told(awareness=briefs.figure(use="none", n=17))), "“65岁免费体检”只问到 17 人，样本不足，还不能说多少人知道"),
        (briefs.facts(briefs.told(awareness=None)), "“65岁免费体检”已告知 1,800 人，占应知的 75.0\u202f%，还有 510 人没告知到；还没有调查，不知道多少人知道"),
        (briefs.facts(whole=False), "“65岁免费体检”已告知 1,800 人，占应知的 75.0\u202f%，还有 510 人没告知到"),
        (briefs.facts(briefs.told(compared=Compared(("与上次相比提高 5 个百分点（1–9）。",), may_claim=True))), "“65岁免费体检”的知晓率为 78.3\u202f%（74.1–82.0\u202f%，n\u00a0=\u00a0412，2026-11 入户）；与上次相比提高 5 个百分点（1–9）"),
        (briefs.facts(briefs.told(compared=Compared(("不能区分。",)))), "“65岁免费体检”的知晓率为 78.3\u202f%（74.1–82.0\u202f%，n\u00a0=\u00a0412，2026-11 入户）；和上次相比，不能说有变化"),
        (briefs.facts(briefs.told(reach=ReachFigures((PlaceCount("600101101", 300),)), untold=(), awareness=None)), "“65岁免费体检”还没有告知到人（应知 300 人）"),
        (briefs.facts(policies=()), "“冬季告知”还没有可以报的数字"),
    ],
)  # fmt: skip
def test_the_title_is_the_sentence_that_the_figures_allow(facts: Facts, title: str) -> None:
    assert compose(facts).title == title


def test_what_must_not_be_missed_is_marked() -> None:
    text = paper(make(CASES["answers that a program made up"], briefs.HOUSE))
    for said in (
        "演示数据",
        "生成的演示答案",
        "请不要引用",
        "无基线，不能说提高",
        "不能得出的结论",
        "问法",
    ):
        assert said in re.sub(r"\s", "", text), said


def test_small_counts_are_printed_nowhere() -> None:
    places = (PlaceCount("600101101", 47, 0, 20, 24), PlaceCount("600101102", 80, 0, 20, 40))
    lead = briefs.told(reach=ReachFigures(places), untold=(), awareness=None)
    made = make(briefs.facts(lead, campaigns=(), basis=()), briefs.HOUSE)
    rows = {row[0]: row for one in made.brief.sections if one.table for row in one.table.rows}
    assert rows["第101镇"][-1] == "<10"
    assert rows["第101镇"][3] == "—", "a share would give it away"
    assert "*" in rows["第102镇"]
    assert "<10 为 1 到 9 人" in written(made)


def test_a_town_cannot_be_left_out_because_it_is_behind() -> None:
    facts = briefs.facts(briefs.told(places=60, verdicts=tuple(reversed(briefs.verdicts(60)))))
    made = make(facts, briefs.HOUSE)
    behind = [row[0] for one in made.brief.sections if one.table for row in one.table.rows if "落后" in row]  # fmt: skip
    assert len(behind) == 2


def test_the_document_has_headings_tables_and_chinese_fonts_and_runs_nothing() -> None:
    made = make(FULL, briefs.HOUSE)
    opened = document(made)
    headings = [p.text for p in opened.paragraphs if p.style is not None and p.style.name == "Heading 1"]  # fmt: skip
    assert headings[:3] == ["一、做了什么", "二、告知到多少人（逐级情况）", "三、多少人知道"]
    assert len(opened.tables) == sum(one.table is not None for one in made.brief.sections)
    for name in ("Title", "Heading 1", "Normal"):
        fonts = opened.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体")
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    with zipfile.ZipFile(io.BytesIO(word.write(made.brief, made.foot, AT))) as file:
        assert not any("vba" in name.lower() or name.endswith(".bin") for name in file.namelist())


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with clock.fixed(town.MORNING), store.begin() as connection:
        town.build(connection, vault)
        town.released(connection)
    return store


ASKED = Asked(Scope(town.COUNTY), town.COUNTY, "演示县", town.ZONE)


@pytest.mark.parametrize(("ref", "kind"), [("winter", "campaign"), ("check", "policy")])
def test_a_brief_of_what_is_really_there(home: Store, ref: str, kind: str) -> None:
    with clock.fixed(town.MORNING), home.read() as connection:
        facts = gather(connection, ref, ASKED)
    assert facts.kind == kind
    assert [one.ref for one in facts.campaigns] == ["winter"]
    assert [(one.level, one.name) for one in facts.campaigns[0].signed] == [("送审", "gan"), ("签发", "zhang")]  # fmt: skip
    lead = facts.lead
    assert lead is not None
    assert lead.total.eligible == 3
    assert "人数太少" in compose(facts).title or "还没有告知" in compose(facts).title
    assert make(facts, briefs.HOUSE).pages <= 2


def test_unknown_names_and_other_counties(home: Store) -> None:
    with clock.fixed(town.MORNING), home.read() as connection:
        with pytest.raises(Missing) as caught:
            gather(connection, "nothing", ASKED)
        assert caught.value.code == "brief.unknown"
        elsewhere = Asked(Scope("600102"), town.COUNTY, "演示县", town.ZONE)
        with pytest.raises(Refused):
            gather(connection, "winter", elsewhere)


def test_a_title_does_not_clear_towns_that_were_not_compared() -> None:
    few = tuple(
        Verdict(f"{briefs.COUNTY}{at}", 40, "none", None, None, None, "few") for at in (101, 102)
    )
    assert "落后" not in conclusion(briefs.facts(briefs.told(verdicts=few)))


def test_a_title_says_that_few_answered_and_that_answers_were_made_up() -> None:
    doubtful = briefs.figure(worst_case={"low": 0.2, "high": 0.8}, generated=True)
    title = conclusion(briefs.facts(briefs.told(awareness=doubtful)))
    assert "回答不到一半" in title
    assert "不是真的" in title


def test_without_an_earlier_survey_no_title_speaks_of_the_last_time() -> None:
    waiting = Compared(("先推送的和还没轮到的相差 1.0 个百分点。",), may_claim=False, before=False)
    title = conclusion(briefs.facts(briefs.told(compared=waiting)))
    assert "和上次相比" not in title
    assert "无基线" in title


def test_of_two_steps_with_one_name_each_says_which_it_is() -> None:
    done = FULL.campaigns[0]
    twice = replace(done, steps=(done.steps[0], done.steps[0], done.steps[1]))
    facts = replace(FULL, campaigns=(twice,))
    rows = next(one.table.rows for one in compose(facts).sections if one.table is not None)
    assert [row[1] for row in rows] == ["第 1 步 短信", "第 2 步 短信", "一户一单"]
