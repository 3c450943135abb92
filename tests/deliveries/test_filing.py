"""报备: what is filed, what lacks, and what a carrier gets of a text that is filed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from outreach.deliveries import filing, orders
from outreach.deliveries.accounts import AccountView, Settings, configure
from outreach.deliveries.filing import NewFiling, sheet
from outreach.deliveries.filing.templates import slotted
from outreach.errors import Invalid
from outreach.messages import service as messages
from outreach.messages.schemas import Place
from outreach.models.deliveries import Account, Filing
from outreach.models.messages import Variant
from tests.factories import Office

TEXT = "sms/zh-Hans/phys-65"
PLACE = Place("phys-65", "sms", "zh-Hans", "sms", "general")


def view(office: Office) -> AccountView:
    with office.store.read() as connection:
        return orders.account(connection, office.account)


def put(office: Office, **given: Any) -> int:
    new = NewFiling(
        **{"kind": "template", "name": TEXT, "status": "filed", "number": "SMS_1", **given}
    )
    with office.store.begin() as connection:
        return filing.put(connection, view(office), new, "guan")


def lacking(office: Office) -> list[tuple[str, str, str]]:
    with office.store.read() as connection:
        variant = messages.get(connection, PLACE).id
        found = filing.lacking(connection, view(office), "东城区", {variant})
    return [(one.kind, one.name, one.status) for one in found]


# -- the shape of a text ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("{{ signature }}满65的，{{ policy.amount_text }}。问{{ policy.phone }}。", ("signature", "policy.amount_text", "policy.phone")),
        ("没有变的", ()),
        ("{% if name %}{{ name }}{% endif %}", None),
        ("{% for p in policies %}{{ p.one_line }}{% endfor %}", None),
        ("{{ policies|length }}项", None),
        ("{{ broken", None),
    ],
)  # fmt: skip
def test_a_text_with_gaps_can_be_filed_and_one_with_conditions_cannot(
    body: str, names: tuple[str, ...] | None
) -> None:
    shape = slotted(body)
    assert (None if shape is None else shape.names) == names


def test_what_is_handed_in_has_numbered_gaps_and_no_signature() -> None:
    shape = slotted("{{ signature }}领{{ policy.amount_text }}，问{{ phone }}。{{ opt_out }}")
    assert shape is not None
    assert shape.parameters == ("policy.amount_text", "phone")
    assert (
        shape.handed_in(shape.parameters, {"opt_out": "拒收请回复R"}) == "领{1}，问{2}。拒收请回复R"
    )


@given(st.lists(st.text(alphabet="甲乙。，12{}", max_size=6), min_size=3, max_size=3))
def test_the_template_filled_with_its_values_is_the_text_again(words: list[str]) -> None:
    shape = slotted("开{{ name }}，{{ village }}。{{ name }}完{{ phone }}")
    assert shape is not None
    name, village, phone = words
    text = f"开{name}，{village}。{name}完{phone}"
    values = shape.values(text, ("name", "village", "phone"))
    assert values is not None
    assert f"开{values[0]}，{values[1]}。{values[0]}完{values[2]}" == text


def test_a_text_that_the_template_cannot_say_has_no_values() -> None:
    shape = slotted("满65的，{{ phone }}。")
    assert shape is not None
    assert shape.values("满60的，12345。", ("phone",)) is None
    assert shape.values("满65的，12345。", ("village",)) is None


# -- what is written down -------------------------------------------------------------------------------


def test_an_account_needs_what_its_provider_or_its_option_says(office: Office) -> None:
    assert filing.needed(view(office)) == ()
    office.change(Account, Account.id == office.account, provider="gateway")
    assert filing.needed(view(office)) == ("signature", "template")
    for option, needed in (((), ()), (("signature",), ("signature",))):
        with office.store.begin() as connection:
            changed = configure(connection, view(office), Settings(filing=option), "guan")
        assert filing.needed(changed) == needed


def test_nothing_lacks_once_both_are_filed(office: Office) -> None:
    office.change(Account, Account.id == office.account, provider="gateway")
    assert lacking(office) == [("signature", "东城区", "none"), ("template", TEXT, "none")]
    put(office, kind="signature", name="【东城区】", status="pending")
    put(office, status="rejected", note="链接")
    assert lacking(office) == [("signature", "东城区", "pending"), ("template", TEXT, "rejected")]
    put(office, kind="signature", name="东城区")
    put(office)
    assert lacking(office) == []
    assert office.count(Filing) == 2, "the same thing said anew is the same row"


def test_a_changed_text_is_unfiled_again(office: Office) -> None:
    office.change(
        Account, Account.id == office.account, provider="gateway", options={"filing": True}
    )
    put(office)
    put(office, kind="signature", name="东城区")
    with office.store.begin() as connection:
        old = messages.get(connection, PLACE)
    change_text(office, old.body.replace("年满", "满"))
    assert lacking(office) == [("template", TEXT, "none")]
    with office.store.read() as connection:
        assert [one.current for one in filing.listed(connection, office.account)] == [True, False]
        assert filing.carried(connection, office.account, {old.id})[old.id].number == "SMS_1"


def change_text(office: Office, body: str) -> None:
    """A new version of the text, as a file brings it."""
    with office.store.begin() as connection:
        row = dict(
            connection.execute(
                select(Variant).where(Variant.id == messages.get(connection, PLACE).id)
            ).mappings().one()
        )  # fmt: skip
        fresh = {**row, "version": row["version"] + 1, "body": body, "hash": messages.digest(body)}
        fresh.pop("id")
        connection.execute(insert(Variant).values(**fresh))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "sms/zh-Hans/nothing"}, "filing.no_text"),
        ({"number": " "}, "filing.number_missing"),
        ({"parameters": ["policy.colour"]}, "filing.parameter"),
        ({"kind": "signature", "name": "【】"}, "filing.name_missing"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], code: str, office: Office) -> None:
    with pytest.raises(Invalid) as raised:
        put(office, **given)
    assert raised.value.code == code
    assert office.count(Filing) == 0


# -- what a carrier gets --------------------------------------------------------------------------------


def test_a_filed_text_leaves_with_its_number_and_ordered_parameters(office: Office) -> None:
    put(office, parameters=["policy.phone", "policy.where"])
    office.person()
    office.plan()
    office.send()
    [sent] = office.channel.sent
    assert (sent.template_id, sent.params) == ("SMS_1", ("12345", "卫生院"))
    assert "卫生院" in sent.text, "what a reader sees goes along"


def test_a_text_that_is_not_filed_leaves_as_a_text(office: Office) -> None:
    put(office, status="pending")
    office.person()
    office.plan()
    office.send()
    assert [(one.template_id, one.params) for one in office.channel.sent] == [(None, ())]


# -- the list to hand in --------------------------------------------------------------------------------


def test_the_list_goes_out_and_comes_back(office: Office, tmp_path: Path) -> None:
    office.change(Account, Account.id == office.account, provider="gateway")
    out = tmp_path / "报备.xlsx"
    with office.store.read() as connection:
        rows = sheet.write(connection, view(office), "东城区", out)
    cells = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert (len(cells), cells[1][:3]) == (rows + 1, ["签名", "东城区", "【东城区】"])
    mine = next(row for row in cells if row[1] == TEXT)
    assert "{1}" in str(mine[2])
    assert "【" not in str(mine[2])
    back = tmp_path / "回来.csv"
    lines = [
        "运营商的标题",
        "类别,名称,状态,模板编号",
        "签名,东城区,已报备,",
        f"模板,{TEXT},已报备,SMS_7",
    ]
    lines += [f"模板,{TEXT},通过了,1", "模板,sms/x/y,已报备,2", f"模板,{TEXT},已报备,"]
    back.write_text("\n".join(lines), "utf-8")
    with office.store.begin() as connection:
        taken = sheet.take(connection, view(office), back, "guan")
    assert taken.written == 2
    assert [(one.code, one.params["row"]) for one in taken.listed] == [
        ("filing.word", 5), ("filing.no_text", 6), ("filing.number_missing", 7),
    ]  # fmt: skip
    assert lacking(office) == []


def test_a_file_that_is_no_list_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with office.store.begin() as connection, pytest.raises(Invalid) as raised:
        sheet.take(connection, view(office), path, "guan")
    assert raised.value.code == "filing.no_table"
