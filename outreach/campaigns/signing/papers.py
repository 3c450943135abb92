"""签过字的审批单: a scan stands for a level of the chain, recorded by a second person, bound to the present hash.

The file lies in the data folder under its SHA-256, whole or not at all; the row says what it is. A file without a row
(the transaction failed) binds nobody and hurts nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from channels.whole import becoming
from outreach import clock
from outreach.campaigns import preflight, queries
from outreach.campaigns.signing import approving, scan
from outreach.campaigns.signing.rules import Level
from outreach.campaigns.states import Status
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.models.campaigns import SignedPaper
from outreach.wording.figures import fingerprint

FOLDER = "signed"
"""Below the data folder."""


@dataclass(frozen=True)
class Kept:
    """A scan on the disk. shows: the fingerprints in its codes."""

    name: str
    media: str
    digest: bytes
    shows: frozenset[str]


@dataclass(frozen=True)
class Paper:
    """What is written down of a paper. typed: the fingerprint as somebody read it from the paper, where no code is read."""

    kept: Kept
    level: str
    signer: str
    on: date
    typed: str = ""


def keep(data_dir: Path, name: str, data: bytes) -> Kept:
    """Check a scan and put it on the disk, readable by its owner alone. Invalid for what is no scan."""
    media = scan.media_of(data, name)
    shows = scan.fingerprints(data, media, name)
    digest = hashlib.sha256(data).digest()
    path = _path(data_dir, digest, media)
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with becoming(path) as file:
            file.write(data)
    return Kept(name, media, digest, frozenset(shows))


def _path(data_dir: Path, digest: bytes, media: str) -> Path:
    return data_dir / FOLDER / f"{digest.hex()}.{scan.SUFFIXES[media]}"


def record(connection: Connection, ref: str, paper: Paper, by: str, today: date) -> Level:
    """Let a signed paper stand for the level whose turn it is; returns the level.

    Never recorded by who wrote or submitted the campaign or signed the paper; never signed by who wrote, submitted or
    signed another level. Conflict when the paper is of another version, or it is another level's turn.
    """
    campaign, place = approving.held(connection, ref, paper.level)
    signer = paper.signer.strip()
    if not signer:
        raise Invalid("signing.paper_signer")
    _refuse_other_version(campaign, paper)
    _refuse_odd_day(campaign, paper.on, today)
    if any(
        approving.same_person(connection, by, campaign[key])
        for key in ("submitted_by", "created_by")
    ):
        raise Refused("campaigns.same_person", campaign=ref, by=by)
    if approving.same_person(connection, by, signer):
        raise Refused("signing.paper_by_signer", by=by)
    approving.refuse_same_person(connection, campaign, signer, signer)
    if campaign["status"] == Status.SUBMITTED:
        preflight.require(connection, campaign, today)
    key = _add(connection, campaign, paper, signer, by)
    level, digest = place.level, campaign["frozen_hash"]
    queries.sign(connection, campaign["id"], level.id, "approved", by, digest, paper_id=key)
    more = {"paper": paper.kept.digest.hex(), "signer": signer, "signed_on": paper.on.isoformat()}
    return approving.signed(connection, campaign, level, by, more)


def _refuse_other_version(campaign: Mapping[str, Any], paper: Paper) -> None:
    """The fingerprint on the paper decides: read from its code, else as somebody typed it."""
    wanted = fingerprint(campaign["frozen_hash"])
    shows = set(paper.kept.shows)
    if not shows and paper.typed.strip():
        shows = {_grouped(paper.typed)}
    if not shows:
        raise Invalid("signing.paper_unread", file=paper.kept.name, example="3f9a-c21e-77b0")
    if wanted not in shows or len(shows) > 1:
        found = "、".join(sorted(shows))
        raise Conflict("signing.paper_other", campaign=campaign["ref"], found=found, wanted=wanted)


def _grouped(typed: str) -> str:
    """3F9A C21E 77B0 → 3f9a-c21e-77b0."""
    return fingerprint("".join(one for one in typed.lower() if one.isalnum()))


def _refuse_odd_day(campaign: Mapping[str, Any], on: date, today: date) -> None:
    first = approving.submitted_on(campaign)
    if not first <= on <= today:
        raise Invalid("signing.paper_day", on=on, first=first, today=today)


def _add(
    connection: Connection, campaign: Mapping[str, Any], paper: Paper, signer: str, by: str
) -> int:
    kept = paper.kept
    values = {
        "campaign_id": campaign["id"], "level": paper.level, "hash": campaign["frozen_hash"], "signer": signer,
        "signed_on": paper.on, "file": kept.name, "media": kept.media, "digest": kept.digest, "by": by, "at": clock.now(),
    }  # fmt: skip
    statement = insert(SignedPaper).values(**values).returning(SignedPaper.id)
    return int(connection.execute(statement).scalar_one())


@dataclass(frozen=True)
class Scan:
    """A recorded scan, to be looked at."""

    name: str
    media: str
    data: bytes


def read(connection: Connection, data_dir: Path, campaign: Mapping[str, Any], key: int) -> Scan:
    """The file of a campaign's paper. Missing when it has none of that number, or the file is not what was recorded."""
    mine = (SignedPaper.id == key) & (SignedPaper.campaign_id == campaign["id"])
    columns = (SignedPaper.file, SignedPaper.media, SignedPaper.digest)
    row = connection.execute(select(*columns).where(mine)).first()
    if row is None:
        raise Missing("signing.paper_unknown", campaign=campaign["ref"])
    path = _path(data_dir, row.digest, row.media)
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).digest() != row.digest:
        raise Missing("signing.paper_lost", place=str(path))
    return Scan(row.file, row.media, data)
