"""What an officer does to a text: nothing is lost, nobody signs for themselves, and files do not write over an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from outreach import content
from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.messages import carrying, editing, queries, service, shelf
from outreach.messages.editing import Edit
from outreach.messages.schemas import Place
from outreach.messages.syntax import unseen
from outreach.messages.variants import CHANNELS, VariantFile, parse_variant, tidy, write_variant
from outreach.models.access import AuditEntry
from outreach.policies import service as policies
from outreach.store import Store
from tests import town
from tests.town import TODAY

SMS = Place("check", "sms", "zh-Hans", "sms", "general")
YUE = Place("check", "broadcast", "yue-Hans", "broadcast", "general")
BODY = "{{ signature }}{{ policy.one_line }}。{{ opt_out }}"


def edit(place: Place = SMS, body: str = BODY, base: int = 0, **more: Any) -> Edit:
    return Edit(place, more.pop("title", "体检·短信"), body, base, **more)


def put(connection: Connection, *bodies: str, place: Place = SMS, by: str = "gan") -> None:
    for base, body in enumerate(bodies):
        assert editing.save(connection, edit(place, body, base), by).new


def code(problem: pytest.ExceptionInfo[OutreachError]) -> str:
    return problem.value.code


# -- versions --------------------------------------------------------------------------------------------


def test_every_save_is_a_version_with_who_and_why(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "一{{ policy.where }}")
        editing.save(connection, edit(body="二", base=1, why=" 地点改了 "), "li")
        second, first = editing.history(connection, SMS)
    assert (first.text.version, first.by, first.text.body) == (1, "gan", "一{{ policy.where }}")
    assert (second.text.version, second.by, second.why) == (2, "li", "地点改了")
    assert second.at >= first.at


def test_the_same_words_make_no_version(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "一")
        again = editing.save(connection, edit(body="一 \r\n\r\n", base=0), "li")
        assert (again.new, again.text.version) == (False, 1)
        assert len(editing.history(connection, SMS)) == 1


def test_who_was_faster_is_named_and_nothing_is_written(store: Store) -> None:
    with store.begin() as connection:
        accounts.add_user(connection, NewUser("li", "officer", "", "李四"), "x", by="test")
        put(connection, "一")
        editing.save(connection, edit(body="李四的二", base=1), "li")
        with pytest.raises(Conflict) as problem:
            editing.save(connection, edit(body="我的二", base=1), "gan")
        assert editing.history(connection, SMS)[0].text.body == "李四的二"
    assert problem.value.params == {"by": "李四", "version": 2}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"title": " "}, "messages.title_needed"),
        ({"body": " \n "}, "messages.body_needed"),
        ({"body": "{{ policy.wher }}"}, "messages.broken_template"),
        ({"body": "{% if village %}"}, "messages.broken_template"),
        ({"base": 3}, "messages.no_version"),
        ({"title": "题\0"}, "messages.unseen_character"),
        ({"notes": "\ud800"}, "messages.unseen_character"),
        ({"why": "改\u200b"}, "messages.unseen_character"),
        ({"body": "家\u202e有"}, "messages.broken_template"),
    ],
)
def test_what_can_be_no_text_is_not_saved(
    wrong: dict[str, Any], expected: str, store: Store
) -> None:
    with store.begin() as connection:
        with pytest.raises(OutreachError) as problem:
            editing.save(connection, replace(edit(), **wrong), "gan")
        assert (code(problem), service.newest(connection)) == (expected, [])


def test_an_old_version_comes_back_as_a_new_one(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "一", "二")
        restored = editing.restore(connection, SMS, 1, 2, "li").text
        newest = editing.history(connection, SMS)[0]
        with pytest.raises(Missing, match="no_version"):
            editing.restore(connection, SMS, 9, 3, "li")
    assert (restored.version, restored.body, newest.by, newest.why) == (
        3,
        "一",
        "li",
        "恢复第 1 版",
    )


def test_a_retired_text_is_gone_for_campaigns_and_can_come_back(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "一")
        editing.retire(connection, SMS, "gan", "改发群消息")
        assert service.newest(connection, ["check"]) == []
        with pytest.raises(Missing):
            service.get(connection, SMS)
        with pytest.raises(Missing):
            editing.retire(connection, SMS, "gan")
        gone = editing.history(connection, SMS)[0]
        assert (gone.retired, gone.text.body, gone.why) == (True, "一", "改发群消息")
        assert editing.save(connection, edit(body="新的一份"), "gan").text.version == 3


def test_a_retired_text_stays_retired_when_files_are_loaded(store: Store) -> None:
    place = Place("phys-65", "sms", "zh-Hans", "sms", "general")
    with store.begin() as connection:
        service.load_files(connection)
        editing.retire(connection, place, "gan")
        assert service.load_files(connection) == 0
        with pytest.raises(Missing):
            service.get(connection, place)


def test_a_campaign_keeps_what_it_signed(store: Store, vault: Any) -> None:
    with store.begin() as connection:
        town.build(connection, vault)
        campaign = town.released(connection)
        editing.save(connection, edit(body="改过了{{ policy.where }}", base=1), "gan")
        editing.retire(connection, SMS, "gan")
        signed = {text.place: text for text in service.frozen(connection, campaign)}[SMS]
        assert (signed.version, signed.body) == (1, town.SMS)


def test_a_text_that_becomes_another_form_leaves_its_place(store: Store) -> None:
    plain = Place("check", "group", "zh-Hans", "group", "general")
    rhyme = plain._replace(form="rhyme")
    with store.begin() as connection:
        put(connection, "一", place=plain)
        editing.move(connection, edit(rhyme, "一", 1), plain, "gan")
        assert [text.place for text in service.newest(connection)] == [rhyme]
        editing.save(connection, edit(plain, "又一"), "gan")
        with pytest.raises(Conflict, match="place_taken"):
            editing.move(connection, edit(rhyme, "又一", 3), plain, "gan")


def test_everything_is_in_the_audit_log(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "一", place=YUE)
        service.review(connection, YUE, "黄婆婆", TODAY, "念着顺", entered_by="li")
        editing.retire(connection, YUE, "gan", "不用了")
        rows = connection.execute(select(AuditEntry).order_by(AuditEntry.id)).mappings().all()
    assert [(row["by"], row["action"], row["thing"], row["detail"]) for row in rows] == [
        ("gan", "messages.edit", f"text:{YUE}", {"move": "save", "version": 1, "why": ""}),
        ("li", "messages.review", f"text:{YUE}", {"version": 1, "reader": "黄婆婆", "note": "念着顺"}),
        ("gan", "messages.edit", f"text:{YUE}", {"move": "retire", "version": 2, "why": "不用了"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (SMS, Place("check", "group", "zh-Hans", "group", "general"), "{{ policy.one_line }}。"),
        (YUE, SMS, "{{ signature }}听住{{ opt_out }}"),
        (SMS, SMS._replace(language="yue-Hans"), BODY),
        (None, SMS, "{{ signature }}{{ opt_out }}"),
        (None, YUE, ""),
    ],
    ids=["sms to group", "script to sms", "to a dialect", "an empty sms", "an empty script"],
)
def test_a_text_to_begin_with_has_the_frame_of_its_channel(
    source: Place | None, target: Place, expected: str, store: Store
) -> None:
    with store.begin() as connection:
        put(connection, BODY)
        put(connection, "听住", place=YUE)
        text = None if source is None else service.get(connection, source)
        assert editing.started(text, target, "题").body == expected


# -- readers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "entered_by", "expected"),
    [
        ("王五", "li", ""),
        ("王五", "gan", "messages.writer_enters_review"),
        ("gan", "li", "messages.writer_reviews"),
        (" 甘某 ", "li", "messages.writer_reviews"),
        ("  ", "li", "messages.reviewer_needed"),
    ],
    ids=["a second person", "the writer enters it", "the writer's account", "the writer's name", "nobody"],
)  # fmt: skip
def test_a_second_person_reads(reader: str, entered_by: str, expected: str, store: Store) -> None:
    with store.begin() as connection:
        accounts.add_user(connection, NewUser("gan", "officer", "", "甘某"), "x", by="test")
        put(connection, "听住", place=YUE)
        if expected:
            with pytest.raises((Invalid, Refused)) as problem:
                service.review(connection, YUE, reader, TODAY, entered_by=entered_by)
            assert code(problem) == expected
        else:
            service.review(connection, YUE, reader, TODAY, entered_by=entered_by)
        assert service.get(connection, YUE).ready is not bool(expected)


def test_a_reader_stands_for_words_and_not_for_a_place(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "听住", place=YUE)
        service.review(connection, YUE, "黄婆婆", TODAY, "念着顺", entered_by="li")
        editing.save(connection, edit(YUE, "听住", 1, title="新名字"), "gan")
        assert service.get(connection, YUE).reviewed_by == "黄婆婆"
        editing.save(connection, edit(YUE, "听清楚", 2), "gan")
        assert service.get(connection, YUE).reviewed_by == ""
        with pytest.raises(Conflict, match="review_moved_on"):
            service.review(connection, YUE, "黄婆婆", TODAY, entered_by="li", seen=2)


def test_the_common_language_needs_no_reader(store: Store) -> None:
    with store.begin() as connection:
        put(connection, "一")
        with pytest.raises(Invalid, match="review_not_needed"):
            service.review(connection, SMS, "王五", TODAY, entered_by="li")


# -- files -----------------------------------------------------------------------------------------------


def site(folder: Path, body: str, place: Place = SMS, **more: Any) -> Path:
    path = folder / f"{place}.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_variant(replace(edit(place, body).file(), **more)), "utf-8")
    return folder


def loaded(connection: Connection, folder: Path, *, over: bool = False) -> service.Loaded:
    files = [
        parse_variant(path.read_text("utf-8"), path.relative_to(folder).as_posix())
        for path in sorted(folder.rglob("*.j2"))
    ]
    return service.load(connection, files, over=over, by="li", on=TODAY)


def test_files_do_not_write_over_what_the_office_wrote(store: Store, tmp_path: Path) -> None:
    with store.begin() as connection:
        assert loaded(connection, site(tmp_path, "文件一")).new == [SMS]
        editing.save(connection, edit(body="本单位的", base=1), "gan")
        assert loaded(connection, tmp_path) == service.Loaded(unchanged=1)
        again = loaded(connection, site(tmp_path, "文件二"))
        assert (again.kept, service.get(connection, SMS).body) == ([SMS], "本单位的")
        forced = loaded(connection, tmp_path, over=True)
        assert (forced.added, service.get(connection, SMS).body) == ([SMS], "文件二")


def test_texts_carried_to_another_place_are_the_same_there(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    odd = '他说“好”\n  第二行 "引号" \\ 反斜杠\n+++\n{{ policy.where }}'
    with store.begin() as connection:
        service.load_files(connection)
        put(connection, odd, place=SMS)
        put(connection, "听住", place=YUE)
        service.review(connection, YUE, "黄婆婆", TODAY, entered_by="li")
        before = {text.place: text for text in service.newest(connection)}
        carrying.export(before.values(), out)
        with pytest.raises(Conflict, match="export_occupied"):
            carrying.export(before.values(), out)
        for place in before:
            editing.retire(connection, place, "gan")
        assert set(loaded(connection, out, over=True).added) == set(before)
        after = {text.place: text for text in service.newest(connection)}
    keep = ("title", "body", "hash", "follow_up", "notes", "needs_review", "reviewed_by")
    assert {place: [getattr(text, name) for name in keep] for place, text in after.items()} == {
        place: [getattr(text, name) for name in keep] for place, text in before.items()
    }


SEEN = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda said: unseen(said) is None)
WORDS = SEEN.map(tidy).filter(str.strip)


@given(WORDS, SEEN, WORDS, st.booleans())
def test_a_written_file_reads_as_it_was(body: str, title: str, notes: str, follow: bool) -> None:
    file = VariantFile(
        "sms", "zh-Hans", "check", "sms", title, body, "personal",
        needs_review=True, reviewed_by=title, follow_up=follow, notes=notes,
    )  # fmt: skip
    read = parse_variant(write_variant(file), f"{file.place}.j2")
    assert replace(read, first_line=1) == file


# -- the site's own folder -------------------------------------------------------------------------------


def test_the_sites_own_sheets_lie_beside_ours_in_one_folder(tmp_path: Path) -> None:
    own, cache = tmp_path / "own", tmp_path / "cache"
    assert content.sheets(None, cache) == content.sheets(own, cache) == content.shipped() / "flyer"
    (own / "flyer").mkdir(parents=True)
    (own / "flyer/blocks.typ").write_text("#let x = 1", "utf-8")
    made = content.sheets(own, cache)
    assert (made / "blocks.typ").read_text("utf-8") == "#let x = 1"
    ours = {path.name for path in content.shipped().glob("flyer/*.typ")}
    assert {path.name for path in made.iterdir()} == ours
    assert content.sheets(own, cache) == made
    (own / "flyer/blocks.typ").write_text("#let x = 2", "utf-8")
    assert content.sheets(own, cache) != made
    assert {path.name for path in cache.iterdir()} == {made.name, content.sheets(own, cache).name}


# -- what stands where -----------------------------------------------------------------------------------

FRAME = shelf.Frame("演示县政务办", date(2027, 2, 28))
FINE = (
    "{{ signature }}满65岁的，符合条件的可以申请{{ policy.plain_name }}，{{ policy.amount_text }}。带身份证，到"
    "{{ policy.where }}办，全年都行。不收费，不要密码和验证码。问{{ policy.phone }}。{{ opt_out }}"
)


@pytest.mark.parametrize(
    ("body", "place", "reader", "state", "errors"),
    [
        (FINE, SMS, "", "ready", 0),
        (FINE.replace("可以申请", "一定能领"), SMS, "", "faulty", 1),
        (FINE, SMS._replace(language="yue-Hans"), "", "unread", 0),
        (FINE, SMS._replace(language="yue-Hans"), "黄婆婆", "ready", 0),
        (FINE.replace("可以申请", "一定能领"), SMS._replace(language="yue-Hans"), "", "faulty", 1),
    ],
    ids=["fine", "an error", "nobody has read it", "read", "an error comes before a reader"],
)
def test_what_comes_first_for_a_text(
    body: str, place: Place, reader: str, state: str, errors: int, store: Store
) -> None:
    body = body.replace("可以申请", "{{ policy.official_name }}可以申请") if place != SMS else body
    with store.begin() as connection:
        town.load(connection, town.CHECK)
        put(connection, body, place=place)
        if reader:
            service.review(connection, place, reader, TODAY, entered_by="li")
        views = policies.all_policies(connection)
        found = {one.place: one for one in shelf.standings(connection, views, FRAME, bundle=False)}
    assert (found[place].state, found[place].errors) == (state, errors), found[place].findings
    assert found[place].by == "gan"


def test_each_channel_of_a_policy_should_have_a_text(store: Store) -> None:
    with store.begin() as connection:
        town.load(connection, town.CHECK)
        put(connection, FINE)
        put(connection, FINE, place=SMS._replace(policy="gone"))
        views = policies.all_policies(connection)
        found = shelf.standings(connection, views, FRAME)
        every = shelf.everything(connection, views, FRAME)
    lost = [one.place for one in found if one.state == "missing"]
    assert {place.channel for place in lost if place.policy == "check"} == set(CHANNELS) - {"sms"}
    assert {place.channel for place in lost if place.policy == "bundle"} == set(shelf.BUNDLED)
    assert {one.place.policy for one in every if one.text} == {"check", "gone"}
    assert "gone" not in {one.place.policy for one in every if one.state == "missing"}


def test_a_campaign_at_work_is_named_with_the_version_that_it_signed(
    store: Store, vault: Any
) -> None:
    with store.begin() as connection:
        town.build(connection, vault)
        town.released(connection)
        editing.save(connection, edit(body=FINE, base=1), "gan")
        views = policies.all_policies(connection)
        found = {one.place: one for one in shelf.standings(connection, views, FRAME)}
    assert [(use.campaign, use.version) for use in found[SMS].used] == [("winter", 1)]
    standing = found[SMS].text
    assert standing is not None
    assert standing.version == 2


def test_two_writers_who_saw_the_same_version_make_one(store: Store) -> None:
    """Between looking and writing somebody else may have written: the table itself decides."""
    with store.begin() as connection:
        put(connection, "一")
        seen = queries.history(connection, SMS)[0]
        editing.save(connection, edit(body="二", base=1), "li")
        with pytest.raises(Conflict, match="changed_since"):
            service.add_version(connection, edit(body="我的二").file(), seen, "gan")
        assert [one.text.body for one in editing.history(connection, SMS)] == ["二", "一"]


def test_what_was_checked_before_is_checked_anew_when_a_fact_changes(store: Store) -> None:
    """A region that fills in another amount, another campaign's office, a general text that comes to stand beside."""
    body = FINE.replace("{{ policy.amount_text }}", "{{ policy.amount_text }}，请及时")

    def codes(frame: shelf.Frame = FRAME) -> set[str]:
        with store.read() as connection:
            views = policies.all_policies(connection)
            (one,) = [
                found
                for found in shelf.standings(connection, views, frame, bundle=False)
                if found.place == SMS
            ]
        return {finding.code for finding in one.findings}

    with store.begin() as connection:
        town.load(connection, town.CHECK)
        put(connection, body)
    before = codes()
    assert codes() == before
    assert "messages.jargon" not in before
    with store.begin() as connection:
        facts = {"amount": {"status": "local", "text": "缴纳的费用退一半", "value": 1}}
        policies.fill_in(
            connection, "check", town.COUNTY, facts=facts, parameters={}, by="gan", on=TODAY
        )
    assert codes() == before  # elsewhere nothing has changed
    assert "messages.jargon" in codes(replace(FRAME, region=town.COUNTY))
    assert "messages.signature_length" in codes(replace(FRAME, office="演" * 20))
