"""`outreach people …` beyond the import: lists of offices, two records that are one, guardians and contacts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.access.roles import Action
from outreach.cli import people
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Expires, KeepUntil, MustAs, MustDay
from outreach.cli.output import Answer, command, words
from outreach.errors import Invalid, OutreachError

if TYPE_CHECKING:
    from outreach.access.scope import Scope
    from outreach.bootstrap import Installation
    from outreach.people.handed_in.report import Desk, ListReport

_MOST_LINES = 20
_NOBODY = "-"

Ref = Annotated[str, typer.Argument(metavar="REF", help="登记号 · number in the register")]
OrNobody = Annotated[
    str, typer.Argument(metavar="REF|-", help="登记号，- 表示取消 · number, or - for nobody")
]


class Fact(StrEnum):
    """What a list about a policy says."""

    APPLIED = "applied"
    RECEIVED = "received"


@command(people.app, "list")
def take_list(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    file: Path,
    on: MustDay,
    basis: Annotated[str, typer.Option(help="法律依据 · legal ground")],
    purpose: Annotated[str, typer.Option(help="用途 · what for")],
    circumstance: Annotated[
        str, typer.Option(metavar="CODE", help="困难/身份类别 · such as income.dibao")
    ] = "",
    policy: Annotated[str, typer.Option(metavar="ID", help="政策 · name of the policy")] = "",
    fact: Annotated[Fact | None, typer.Option(help="申请了还是领到了 · with --policy")] = None,
    region: Annotated[str, typer.Option(metavar="CODE", help="哪里的名单 · for this region")] = "",
    complete: Annotated[
        bool | None,
        typer.Option(
            "--complete/--partial",
            help="不在名单上就是不是 · who is not on it is not (default for --policy)",
        ),
    ] = None,
    expires: Expires = None,
    keep_until: KeepUntil = None,
    source: Annotated[str, typer.Option(help="哪个部门的 · whose list (default: the file)")] = "",
    returned: Annotated[
        Path | None, typer.Option(help="没对上的行另存 · workbook of rows that fit nobody")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="只对一遍不写入 · count only")] = False,
    user: As = None,
) -> Answer:
    """部门名单 · Match an office's list against the register: who has a circumstance, applied, or received."""
    from outreach.people.handed_in.circumstances import take_circumstances
    from outreach.people.handed_in.taking import Terms
    from outreach.reach.lists import take_policy_list

    list_ref = _list_ref(circumstance, policy, fact)
    with here.installation() as office:
        terms = Terms(
            on, source or file.name, basis, purpose, region or office.settings.region, expires, keep_until,
            bool(policy) if complete is None else complete,
        )  # fmt: skip
        desk = _desk(here, office, user, list_ref)
        take = take_policy_list if policy else take_circumstances
        report = take(file, list_ref, terms, desk, dry_run=dry_run, returned=returned)
    return Answer(report.as_dict(), _lines(report), failed=report.failed)


def _list_ref(circumstance: str, policy: str, fact: Fact | None) -> str:
    if bool(circumstance) == bool(policy) or bool(policy) != (fact is not None):
        raise Invalid("cli.list_what")
    return circumstance or f"{fact}:{policy}"


def _desk(here: Here, office: Installation, user: str | None, list_ref: str) -> Desk:
    from outreach.access import service
    from outreach.access.scope import Scope
    from outreach.people.handed_in.report import Desk

    by, scope = acting(office, user, Action.LISTS_HAND_IN), Scope()
    if user is not None:
        with office.store.read() as connection:
            actor = service.actor_named(connection, user)
        service.require_list(actor, list_ref)
        scope = actor.scope
    return Desk(office.store.begin, office.vault, here.today(), scope, by)


def _lines(report: ListReport) -> list[str]:
    lines = [
        f"共 {report.rows} 行：对上 {report.matched}（{report.people} 人），没对上 {report.unmatched}，"
        f"不止一人 {report.ambiguous}，有错 {report.rejected}" + ("" if report.written else "（没有写入）"),
        f"新增 {report.gained} 人，原来就有 {report.kept} 人，不再有 {report.lost} 人，"
        f"明确不是 {report.known} 人，因同名保留 {report.spared} 人",
    ]  # fmt: skip
    if report.estimate:
        lines.append(f"没对上的占 {report.share:.1%}，超过 5%：由此得出的只是估计")
    if report.inactive:
        lines.append(f"其中 {report.inactive} 人登记为已故或已搬")
    lines += [f"  第 {one.row} 行：{one.message}" for one in report.errors[:_MOST_LINES]]
    more = len(report.errors) - _MOST_LINES
    return lines + ([f"  还有 {more} 处，见 --json 或 --returned"] if more > 0 else [])


@command(people.app, "merge")
def merge(
    here: Here,
    keep: Ref,
    gone: Ref,
    user: MustAs,
    reason: Annotated[str, typer.Option(help="为什么是同一个人 · why both are one")],
) -> Answer:
    """合并 · Two records are one person: KEEP stays and gains what it lacks, GONE leads to it."""
    from outreach.people import merging

    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_MERGE)
        scope = scope_of(office, user)
        with office.store.begin() as connection:
            done = merging.merge(
                connection, scope, number_of(keep), number_of(gone), by=by, reason=reason
            )
    line = f"{done.gone} 并入 {done.kept}：补上 {len(done.gained)} 项，触达记录移来 {done.reach} 条"
    return Answer(vars(done), [line])


@command(people.app, "duplicates")
def duplicates(
    here: Here, region: Annotated[str, typer.Option(metavar="CODE", help="只看这里 · here")] = ""
) -> Answer:
    """可能重复 · Records that may be one person: same name, and same birth date or phone; never two documents."""
    from outreach.access.scope import Scope
    from outreach.people import merging

    with here.installation() as office, office.store.read() as connection:
        found = merging.likely_duplicates(connection, Scope(region))
    why = {"birth": "姓名和出生日期", "phone": "姓名和电话"}
    lines = [
        f"{one.keep} ← {one.gone}  {'、'.join(why[word] for word in one.why)}相同" for one in found
    ]
    data = {"duplicates": [{"keep": one.keep, "gone": one.gone, "why": one.why} for one in found]}
    return Answer(data, lines or ["没有发现可能重复的登记。"])


@command(people.app, "guardian")
def guardian(here: Here, child: Ref, guardian: OrNobody, user: As = None) -> Answer:
    """监护人 · Set or replace the guardian of a child; - takes it away."""
    from outreach.people import relations

    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_EDIT)
        with office.store.begin() as connection:
            remarks = relations.set_guardian(
                connection, scope_of(office, user), number_of(child), _number_or_none(guardian),
                today=here.today(), by=by,
            )  # fmt: skip
    return _related({"child": child, "guardian": guardian}, remarks)


@command(people.app, "contact")
def contact(here: Here, person: Ref, contact: OrNobody, user: As = None) -> Answer:
    """代联系人 · Whom an adult wants to be told instead; - takes it back."""
    from outreach.people import relations

    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_EDIT)
        with office.store.begin() as connection:
            remarks = relations.set_contact(
                connection, scope_of(office, user), number_of(person), _number_or_none(contact),
                today=here.today(), by=by,
            )  # fmt: skip
    return _related({"person": person, "contact": contact}, remarks)


def _related(data: dict[str, object], remarks: list[OutreachError]) -> Answer:
    told = [words(one.code, one.params) for one in remarks]
    return Answer({**data, "warnings": told}, ["已写入。", *(one["message"] for one in told)])


@command(people.app, "unguarded")
def unguarded(
    here: Here, region: Annotated[str, typer.Option(metavar="CODE", help="只看这里 · here")] = ""
) -> Answer:
    """没有监护人的孩子 · Children under 14 for whom nobody can be written to (at most 1,000)."""
    from outreach.access.scope import Scope
    from outreach.people import relations

    with here.installation() as office, office.store.read() as connection:
        found = relations.children_without_guardian(
            connection, Scope(region), here.today(), limit=1_000
        )
    rows = [{"person": one.id, "region": one.region, "birth": one.birth} for one in found]
    lines = [f"{one.id}  {one.region}  {one.birth}" for one in found]
    return Answer({"children": rows}, [f"没有监护人的孩子 {len(rows)} 人", *lines[:_MOST_LINES]])


@command(people.app, "expire")
def expire(here: Here) -> Answer:
    """名单到期 · Forget what lists and certificates said that have ended by today."""
    from outreach.people.lists import expire_lists

    with here.installation() as office:
        changed = expire_lists(office.store.begin, here.today(), office.store.read)
    return Answer({"changed": changed}, [f"{changed} 人的情况不再能确定"])


def scope_of(office: Installation, user: str | None) -> Scope:
    """Where the acting user may work: everywhere without `--as`."""
    from outreach.access import service
    from outreach.access.scope import Scope

    if user is None:
        return Scope()
    with office.store.read() as connection:
        return service.actor_named(connection, user).scope


def number_of(ref: str) -> int:
    """A person's number in the register; Invalid cli.person_ref."""
    if not ref.isdecimal():
        raise Invalid("cli.person_ref", value=ref)
    return int(ref)


def _number_or_none(ref: str) -> int | None:
    return None if ref == _NOBODY else number_of(ref)
