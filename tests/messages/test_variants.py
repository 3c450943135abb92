from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach import content
from outreach.errors import Invalid
from outreach.messages import languages
from outreach.messages.schemas import Place
from outreach.messages.variants import (
    CHANNELS,
    parse_place,
    parse_variant,
    read_catalogue,
    read_file,
    read_folder,
    read_variants,
)
from outreach.people.languages import language_name

HEAD = '+++\nform = "sms"\ntitle = "题"\nannounce = "general"\n'
PLACE = "sms/zh-Hans/phys-65.j2"


def test_a_file_is_front_matter_and_text() -> None:
    variant = parse_variant(HEAD + "follow_up = true\n+++\n{{ signature }}正文\n二行\n", PLACE)
    assert (variant.channel, variant.language, variant.policy) == ("sms", "zh-Hans", "phys-65")
    assert (variant.form, variant.title, variant.announce, variant.follow_up) == (
        "sms",
        "题",
        "general",
        True,
    )
    assert (variant.source, variant.first_line) == ("{{ signature }}正文\n二行", 7)
    assert (variant.needs_review, variant.reviewed_by, variant.notes) == (False, "", "")


@pytest.mark.parametrize(
    ("text", "place", "code", "detail"),
    [
        ("正文", PLACE, "front_matter_missing", {}),
        ("正文\n" + HEAD + "+++\nx", PLACE, "front_matter_missing", {}),
        (HEAD + "+++\n  \n", PLACE, "text_missing", {}),
        ("+++\nform = \n+++\nx", PLACE, "front_matter_unreadable", {}),
        (HEAD + "colour = 1\n+++\nx", PLACE, "front_matter_key", {"key": "colour"}),
        (HEAD + 'needs_review = "yes"\n+++\nx', PLACE, "front_matter_key", {"key": "needs_review"}),
        (
            '+++\nform = "sms"\nannounce = "general"\n+++\nx',
            PLACE,
            "front_matter_key",
            {"key": "title"},
        ),
        (HEAD.replace("general", "all") + "+++\nx", PLACE, "front_matter_key", {"key": "announce"}),
        (HEAD + "+++\nx", "fax/zh-Hans/phys-65.j2", "file_misplaced", {}),
        (HEAD + "+++\nx", "sms/phys-65.j2", "file_misplaced", {}),
        (HEAD + "+++\nx", "sms/cmn-hans/phys-65.j2", "folder_language", {"tag": "zh-Hans"}),
        (HEAD + "+++\nx", "sms/普通话/phys-65.j2", "language_tag", {}),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    text: str, place: str, code: str, detail: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as problem:
        parse_variant(text, place)
    assert problem.value.code == f"messages.{code}"
    assert detail.items() <= problem.value.params.items()


def test_a_site_file_replaces_the_shipped_one_and_adds_new_ones(tmp_path: Path) -> None:
    for name in ("phys-65", "own-policy"):
        path = tmp_path / "sms/zh-Hans" / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + "+++\n本地", "utf-8-sig")
    shipped = {(v.channel, v.language, v.policy): v.source for v in read_variants()}
    both = {(v.channel, v.language, v.policy): v.source for v in read_variants(tmp_path)}
    assert both["sms", "zh-Hans", "phys-65"] == both["sms", "zh-Hans", "own-policy"] == "本地"
    assert both.keys() - shipped.keys() == {("sms", "zh-Hans", "own-policy")}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ((HEAD + "+++\n惠民").encode("gb18030"), "file_not_utf8"),
        ((HEAD.replace('"sms"', '"fax"') + "+++\nx").encode(), "unknown_form"),
        ((HEAD.replace('"sms"', '"group"') + "+++\nx").encode(), "unknown_form"),
    ],
)
def test_a_bad_site_file_is_named(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / PLACE
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with pytest.raises(Invalid) as problem:
        read_variants(tmp_path)
    assert (problem.value.code, problem.value.params["file"]) == (f"messages.{code}", PLACE)


def test_a_language_is_called_alike_in_the_editor_the_coverage_report_and_the_register() -> None:
    named = read_catalogue().languages
    assert named == {tag: languages.name(tag) for tag in named}
    in_the_register = {tag: language_name(tag) for tag in named if language_name(tag) != tag}
    assert len(in_the_register) > 12
    assert in_the_register == {tag: named[tag] for tag in in_the_register}


@pytest.mark.parametrize(
    ("title", "body"),
    [(r"题\u0000", "正文"), ("题", "正\0文"), ("题", "正\u202e文"), (r"\u200b", "正文")],
)
def test_what_nobody_sees_in_a_file_is_named(title: str, body: str) -> None:
    text = HEAD.replace('"题"', f'"{title}"') + f"+++\n{body}\n"
    with pytest.raises(Invalid) as problem:
        parse_variant(text, PLACE)
    assert (problem.value.code, problem.value.params["file"]) == ("messages.file_character", PLACE)


@pytest.mark.parametrize("text", ["[[form", "", '[[form]]\nid = "x"'])
def test_a_bad_catalogue_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalogue.toml").write_text(text, "utf-8")
    with pytest.raises(Invalid, match="catalogue_unreadable"):
        read_catalogue(tmp_path)


def test_the_catalogue_names_every_language_that_has_a_folder() -> None:
    folders = {place.split("/")[1] for place in content.files("*/*/*.j2")}
    assert folders <= set(read_catalogue().languages)


# -- places ----------------------------------------------------------------------------------------------

CATALOGUE = read_catalogue()
PLACES = st.builds(
    lambda channel, language, policy, form, announce: Place(
        policy, channel, language, CATALOGUE.forms_of(channel)[form % len(CATALOGUE.forms_of(channel))].id, announce
    ),
    st.sampled_from(CHANNELS),
    st.sampled_from(sorted(CATALOGUE.languages)),
    st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
    st.integers(0, 20),
    st.sampled_from(["general", "personal"]),
)  # fmt: skip


@given(PLACES, st.sampled_from(["", ".j2"]))
def test_a_place_is_read_as_it_is_written(place: Place, ending: str) -> None:
    assert parse_place(f"{place}{ending}", CATALOGUE) == place


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sms/phys-65", "file_misplaced"),
        ("fax/zh-Hans/phys-65", "file_misplaced"),
        ("sms/cmn/phys-65", "folder_language"),
        ("sms/zh-Hans/phys-65.letter", "form_of_channel"),
        ("sms/zh-Hans/phys-65.personal.letter.more", "place_unreadable"),
        ("sms/zh-Hans/.j2", "file_misplaced"),
        ("sms/zh-Hans/养老", "place_unreadable"),
    ],
)
def test_a_place_that_is_none_says_how_it_is_written(name: str, code: str) -> None:
    with pytest.raises(Invalid) as problem:
        parse_place(name, CATALOGUE)
    assert problem.value.code == f"messages.{code}"


def test_one_file_says_its_place_by_the_end_of_its_path(tmp_path: Path) -> None:
    path = tmp_path / "anywhere" / PLACE
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + "+++\n正文", "utf-8")
    assert read_file(path, CATALOGUE).place == parse_place(PLACE)
    assert [file.place for file in read_folder(tmp_path / "anywhere", CATALOGUE)] == [
        parse_place(PLACE)
    ]
