"""A signed paper stands for a level: recorded by a second person, for the version that stands on it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from channels.flyer.codes import qr_code
from outreach import clock
from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.campaigns import service
from outreach.campaigns.signing import approving, papers, scan
from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.models.access import AuditEntry
from outreach.models.campaigns import SignedPaper
from outreach.reports import slip
from outreach.store import Store
from outreach.vault import Vault
from outreach.wording.figures import fingerprint
from tests import town
from tests.campaigns.signing.scans import HOUSE, scanned

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with clock.fixed(town.MORNING), store.begin() as connection:
        town.build(connection, vault)
        accounts.add_user(
            connection, NewUser("zhang", "manager", town.COUNTY, "张帆（分管领导）"), "x", by="test"
        )
        for name in ("gan", "gan2"):
            display = "甘露" if name == "gan" else "甘 露（录入）"
            accounts.add_user(
                connection, NewUser(name, "officer", town.COUNTY, display), "x", by="test"
            )
        service.create(connection, town.order(), "gan")
        service.submit(connection, "winter", "li", town.TODAY)
    return store


def campaign(store: Store) -> Mapping[str, Any]:
    with store.read() as connection:
        return service.get(connection, "winter")


def printed(store: Store) -> bytes:
    with store.read() as connection:
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    return slip.make(found, HOUSE).pdf


def kept(store: Store, **changes: Any) -> papers.Kept:
    shows = frozenset({fingerprint(campaign(store)["frozen_hash"])})
    return replace(papers.Kept("签.pdf", "application/pdf", bytes(32), shows), **changes)


def record(store: Store, paper: papers.Paper, by: str = "wang", today: date = town.TODAY) -> str:
    with store.begin() as connection:
        return papers.record(connection, "winter", paper, by, today).id


@pytest.mark.parametrize("kind", ["PDF", "JPEG", "PNG"])
def test_a_scan_of_the_slip_approves_what_was_signed(
    home: Store, tmp_path: Path, kind: str
) -> None:
    pdf = printed(home)
    data = pdf if kind == "PDF" else scanned(pdf, kind)
    found = papers.keep(tmp_path, "扫描.pdf", data)
    assert found.shows == {fingerprint(campaign(home)["frozen_hash"])}
    assert record(home, papers.Paper(found, "sign", "张帆", town.TODAY)) == "sign"
    assert campaign(home)["status"] == "approved"
    with home.begin() as connection:
        row = connection.execute(select(SignedPaper)).mappings().one()
        assert (row["signer"], row["by"], row["hash"]) == (
            "张帆",
            "wang",
            campaign(home)["frozen_hash"],
        )
        scan_back = papers.read(connection, tmp_path, campaign(home), row["id"])
        assert scan_back.data == data
        service.release(connection, "winter", "gan")
        line = connection.scalars(select(AuditEntry.detail).order_by(AuditEntry.id)).all()[-2]
    assert (line["move"], line["signer"], line["paper"]) == ("approve", "张帆", found.digest.hex())
    (file,) = (tmp_path / papers.FOLDER).iterdir()
    assert file.name == f"{found.digest.hex()}.{scan.SUFFIXES[found.media]}"


def test_the_same_scan_lies_there_once(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("L", (40, 40), 255).save(picture, "PNG")
    for _ in range(2):
        assert papers.keep(tmp_path, "空.png", picture.getvalue()).shows == frozenset()
    assert len(list((tmp_path / papers.FOLDER).iterdir())) == 1


BAD: list[Any] = [
    pytest.param(b"", "signing.paper_empty", id="nothing"),
    pytest.param(b"PK\x03\x04" + bytes(99), "signing.paper_kind", id="a workbook called PDF"),
    pytest.param(
        b"<svg xmlns='x'/>", "signing.paper_kind", id="a drawing that could hold a script"
    ),
    pytest.param(b"%PDF-1.7 and no more", "signing.paper_broken", id="a PDF that was cut off"),
    pytest.param(PNG + bytes(40), "signing.paper_broken", id="a picture that was cut off"),
    pytest.param(b"%PDF-" + bytes(scan.MOST_BYTES), "signing.paper_size", id="too large"),
]


@pytest.mark.parametrize(("data", "code"), BAD)
def test_what_is_no_scan_is_refused_and_not_kept(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        papers.keep(tmp_path, "审批单.pdf", data)
    assert caught.value.code == code
    assert not (tmp_path / papers.FOLDER).exists()


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 9_000)).save(bomb, "PNG")
    with pytest.raises(Invalid, match="paper_broken"):
        scan.fingerprints(bomb.getvalue(), "image/png", "x.png")


def test_only_the_code_of_a_slip_is_read() -> None:
    assert scan._CODE.fullmatch("A:winter:3f9a-c21e-77b0")
    assert not scan._CODE.fullmatch("https://example.invalid/A:winter:3f9a-c21e-77b0x")
    assert qr_code("A:winter:3f9a-c21e-77b0")


PEOPLE: list[Any] = [
    pytest.param("gan", "张帆", Refused, "campaigns.same_person", id="recorded by who wrote it"),
    pytest.param("li", "张帆", Refused, "campaigns.same_person", id="recorded by who submitted it"),
    pytest.param("wang", "gan", Refused, "campaigns.same_person", id="signed by who wrote it"),
    pytest.param("wang", " GAN ", Refused, "campaigns.same_person", id="the same in capitals"),
    pytest.param("wang", "\uff27\uff41\uff4e（起草）", Refused, "campaigns.same_person", id="the same as an input method has it"),
    pytest.param("zhang", "张 帆", Refused, "signing.paper_by_signer", id="recorded by who signed it, with a space in the name"),
    pytest.param("gan2", "张帆", Refused, "campaigns.same_person", id="recorded by the other account of who wrote it"),
    pytest.param("zhang", "张帆", Refused, "signing.paper_by_signer", id="recorded by who signed it, under the other name"),
    pytest.param("wang", " ", Invalid, "signing.paper_signer", id="signed by nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("by", "signer", "kind", "code"), PEOPLE)
def test_paper_is_two_more_peoples(
    home: Store, by: str, signer: str, kind: type[OutreachError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        record(home, papers.Paper(kept(home), "sign", signer, town.TODAY), by)
    assert caught.value.code == code
    assert campaign(home)["status"] == "submitted"


@pytest.mark.parametrize("days", [-1, 1], ids=["before it was submitted", "tomorrow"])
def test_a_day_on_which_it_cannot_have_been_signed(home: Store, days: int) -> None:
    paper = papers.Paper(kept(home), "sign", "张帆", town.TODAY + timedelta(days=days))
    with pytest.raises(Invalid, match="paper_day"):
        record(home, paper)


VERSIONS: list[Any] = [
    pytest.param({"0000-1111-2222"}, "", Conflict, "signing.paper_other", id="another version's code"),
    pytest.param({"0000-1111-2222", ""}, "", Conflict, "signing.paper_other", id="pages of two versions"),
    pytest.param(set(), "", Invalid, "signing.paper_unread", id="no code and nothing typed"),
    pytest.param(set(), "0000 1111 2222", Conflict, "signing.paper_other", id="another one typed"),
    pytest.param({"0000-1111-2222"}, "right", Conflict, "signing.paper_other", id="the code decides, not what is typed"),
]  # fmt: skip


@pytest.mark.parametrize(("shows", "typed", "kind", "code"), VERSIONS)
def test_a_paper_of_another_version_does_not_count(
    home: Store, shows: set[str], typed: str, kind: type[OutreachError], code: str
) -> None:
    right = fingerprint(campaign(home)["frozen_hash"])
    found = frozenset(one or right for one in shows)
    paper = papers.Paper(
        kept(home, shows=found), "sign", "张帆", town.TODAY, right if typed == "right" else typed
    )
    with pytest.raises(kind) as caught:
        record(home, paper)
    assert caught.value.code == code


def test_the_fingerprint_may_be_typed_as_it_stands_on_the_paper(home: Store) -> None:
    typed = fingerprint(campaign(home)["frozen_hash"]).upper().replace("-", " ")
    paper = papers.Paper(kept(home, shows=frozenset()), "sign", "张帆", town.TODAY, typed)
    assert record(home, paper) == "sign"


def test_a_paper_that_was_signed_before_a_change_is_void(home: Store) -> None:
    paper = papers.Paper(kept(home), "sign", "张帆", town.TODAY)
    with home.begin() as connection:
        service.send_back(connection, "winter", "zhang", "漏了一户")
        town.write_text(
            connection, "sms/zh-Hans/check", "{{ signature }}新的。{{ opt_out }}", version=2
        )
        with clock.fixed(town.MORNING):
            service.submit(connection, "winter", "li", town.TODAY)
    with pytest.raises(Conflict, match="paper_other"):
        record(home, paper)


def test_who_signed_on_paper_signs_no_other_level(store: Store, vault: Vault) -> None:
    with clock.fixed(town.MORNING), store.begin() as connection:
        town.build(connection, vault)
        accounts.add_user(
            connection, NewUser("zhang", "manager", town.COUNTY, "张帆（分管领导）"), "x", by="test"
        )
        service.create(connection, town.order(chain="four-levels"), "gan")
        service.submit(connection, "winter", "li", town.TODAY)
    record(store, papers.Paper(kept(store), "department", "张帆", town.TODAY))
    with pytest.raises(Refused) as caught, store.begin() as connection:
        service.approve(connection, "winter", "zhang")
    assert caught.value.code == "signing.signed_before"
    with pytest.raises(Conflict, match="not_its_turn"):
        record(store, papers.Paper(kept(store), "sign", "王五", town.TODAY))
    with store.begin() as connection:  # who recorded it signed nothing, and may sign another level
        assert service.approve(connection, "winter", "wang").id == "publicity"
        assert [one.signature is None for one in approving.standing(connection, service.get(connection, "winter"))] == [False, False, True]  # fmt: skip


def test_a_scan_that_is_gone_or_was_changed_is_not_shown(home: Store, tmp_path: Path) -> None:
    found = papers.keep(tmp_path, "扫描.pdf", printed(home))
    record(home, papers.Paper(found, "sign", "张帆", town.TODAY))
    (file,) = (tmp_path / papers.FOLDER).iterdir()
    with home.read() as connection:
        key = connection.scalars(select(SignedPaper.id)).one()
        file.write_bytes(b"%PDF-other")
        with pytest.raises(Missing, match="paper_lost"):
            papers.read(connection, tmp_path, campaign(home), key)
        with pytest.raises(Missing, match="paper_unknown"):
            papers.read(connection, tmp_path, campaign(home), key + 1)
