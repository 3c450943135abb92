"""Surveys in the field: written down, drawn, handed to interviewers, recorded, estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.store import Begin
from outreach.surveys import figures, queries, schemas
from outreach.surveys.dispositions import Disposition
from outreach.surveys.headline import Interview, headline
from outreach.surveys.instrument import Instrument, awareness_instrument, parse_instrument
from outreach.surveys.recording import Changes, check
from outreach.surveys.sampling import draw as draw_ids
from outreach.surveys.sampling import frame_hash
from outreach.surveys.schemas import Line, RecordReport
from outreach.surveys.workbook import heading, read_filled, write_sheet
from outreach.vault import Vault
from outreach.wording import say
from segments.regions import ancestors


def create(
    connection: Connection, document: object, by: str, file: str = "", home: str = ""
) -> int:
    """Write down a survey; returns its row number. Without a questionnaire it gets the standard one.

    `home` is the installation's region, which may call the policy by a name of its own. Raises Invalid naming the key,
    Missing for an unknown policy or campaign, Conflict when the id exists.
    """
    order = schemas.parse(document, file)
    policy = policies.get(connection, order.policy)
    campaign = queries.campaign_id(connection, order.campaign) if order.campaign else None
    if order.campaign and campaign is None:
        raise Missing("fieldwork.no_campaign", file=file, campaign=order.campaign)
    name = str(policy.facts_at(home)["plain_name"])
    instrument = order.instrument or awareness_instrument(name)
    values = {name: getattr(order, name) for name in ("ref", "title", "wave", "mode", "size")}
    values |= {"seed": order.seed, "base": order.base, "generated": order.generated}
    values |= {"policy_id": policy.id, "campaign_id": campaign, "created_by": by}
    values |= {"instrument": instrument.as_data(), "instrument_hash": instrument.hash}
    survey = queries.add(connection, values)
    if survey is None:
        raise Conflict("fieldwork.exists", survey=order.ref)
    audit.record(connection, by, Action.SURVEYS_DESIGN, _thing(order.ref), {"size": order.size})
    return survey


def get(connection: Connection, ref: str) -> Mapping[str, Any]:
    """All columns of a survey, with `policy` and `campaign` by name, `drawn` and `answered`. Raises Missing."""
    survey = queries.by_ref(connection, ref)
    if survey is None:
        raise Missing("fieldwork.unknown", survey=ref)
    return survey


def list_surveys(connection: Connection) -> list[Mapping[str, Any]]:
    """All surveys, newest first, as `get` gives them."""
    return queries.everything(connection)


def instrument_of(connection: Connection, ref: str) -> Instrument:
    """The questionnaire that was locked when the survey was written down. Conflict when it is no longer the same."""
    return _instrument(get(connection, ref))


def _instrument(survey: Mapping[str, Any]) -> Instrument:
    instrument = parse_instrument(survey["instrument"])
    if instrument.hash != survey["instrument_hash"]:
        raise Conflict("fieldwork.instrument_changed", survey=survey["ref"])
    return instrument


def _thing(ref: str) -> str:
    return f"survey:{ref}"


def draw(connection: Connection, ref: str, on: date, home: str = "", by: str = audit.SYSTEM) -> int:
    """Draw and seal a simple random sample; returns how many people it has. A second call changes nothing.

    The frame is everybody active in the register who certainly fits the policy on this date, told or not. When it is
    smaller than the size wanted, everybody is asked. Raises Invalid when nobody fits.
    """
    survey = get(connection, ref)
    if survey["drawn_at"] is not None:
        return int(survey["drawn"])
    policy = policies.get(connection, survey["policy"])
    ids = queries.frame(connection, Scope(), policy, on, home)
    if not ids:
        raise Invalid("fieldwork.empty_frame", survey=ref, policy=survey["policy"], on=on)
    chosen = draw_ids(ids, min(survey["size"], len(ids)), survey["seed"])
    base = say(
        f"fieldwork.base.{survey['base']}",
        policy=policy.plain_name,
        on=on.isoformat(),
        size=len(ids),
    )
    sealed = {"frame_hash": frame_hash(ids), "frame_size": len(ids), "base": base}
    if not queries.seal(connection, survey["id"], sealed):
        return int(get(connection, ref)["drawn"])
    queries.add_respondents(connection, survey["id"], chosen, len(ids) / len(chosen))
    audit.record(
        connection,
        by,
        Action.SURVEYS_DESIGN,
        _thing(ref),
        {"drawn": len(chosen), "frame": len(ids)},
    )
    return len(chosen)


def sampled(connection: Connection, ref: str) -> list[Mapping[str, Any]]:
    """id, number, person_id, weight, disposition, asked_on, interviewer of the sample, in the order of drawing."""
    return queries.respondents(connection, _drawn(connection, ref)["id"])


def _drawn(connection: Connection, ref: str) -> Mapping[str, Any]:
    survey = get(connection, ref)
    if survey["drawn_at"] is None:
        raise Conflict("fieldwork.not_drawn", survey=ref)
    return survey


def write_sample(
    connection: Connection, vault: Vault, ref: str, path: Path, by: str = audit.SYSTEM
) -> int:
    """Write the interviewers' workbook (its layout: `surveys.workbook`); returns the number of people in it.

    It is the only sheet with names, addresses and phones in clear, so the audit log gets a line: `connection` must be
    one that writes. Raises Missing, and Conflict before the sample is drawn.
    """
    survey = _drawn(connection, ref)
    people = queries.sampled_people(connection, Scope(), survey["id"], survey["drawn_at"].date())
    codes = {code for person in people for code in (*ancestors(person.region), person.region)}
    places = {code: row.name for code, row in regions.by_codes(connection, codes).items()}
    lines = [_line(person, vault, places) for person in people]
    invented = survey["generated"] or any(person.synthetic for person in people)
    write_sheet(path, _title(survey, demo=invented), _instrument(survey), lines)
    audit.record(connection, by, Action.PEOPLE_REVEAL, _thing(ref), {"people": len(lines)})
    return len(lines)


def _title(survey: Mapping[str, Any], *, demo: bool) -> str:
    marking = _instrument(survey).marking(_moment(survey))
    return heading([say("fieldwork.demo") if demo else "", marking, survey["title"]], survey["ref"])


def _moment(survey: Mapping[str, Any]) -> date:
    moment: datetime = survey["drawn_at"] or survey["created_at"]
    return moment.date()


def _line(person: Any, vault: Vault, places: Mapping[str, str]) -> Line:
    """One sampled person in clear; for a child the guardian answers, and may have the only phone."""
    phone = vault.decrypt("phone", person.phone)
    note = ""
    if person.child:
        guardian = vault.decrypt("name", person.guardian or "")
        phone = phone or vault.decrypt("phone", person.guardian_phone or "")
        note = say("fieldwork.by_guardian", guardian=guardian)
    around = [code for code in (*ancestors(person.region), person.region) if len(code) > 6]
    return Line(
        number=person.number,
        name=vault.decrypt("name", person.name),
        place="".join(places[code] for code in around if code in places),
        address=vault.decrypt("address", person.address or ""),
        phone=phone.removeprefix("+86"),
        note=note,
    )


def write_answers(connection: Connection, ref: str, path: Path, lines: Sequence[Line]) -> None:
    """Write a filled workbook in the layout that `record` reads, without anybody's name: for tests and the demo.

    Each Line has number, disposition, answers (question → option), asked_on and interviewer. Raises Missing, and
    Invalid for an answer that is no option.
    """
    survey = get(connection, ref)
    title = _title(survey, demo=survey["generated"])
    write_sheet(path, title, _instrument(survey), lines)


def record(begin: Begin, ref: str, path: Path, by: str, today: date) -> RecordReport:
    """Take in a filled workbook or CSV file: good rows are written, bad rows reported with row and column.

    A row without a result is left as it was; a row recorded before is replaced; a missing date means the date known
    before, else `today`. Whoever is aware becomes so in the reach ledger. Raises Missing, Conflict before the drawing,
    Invalid for a file that is no sheet of this survey.
    """
    with begin() as connection:
        survey = _drawn(connection, ref)
        numbers = {row["number"] for row in queries.respondents(connection, survey["id"])}
    instrument = _instrument(survey)
    checked = check(read_filled(path, instrument, ref), instrument, numbers, today)
    with begin() as connection:
        changed = _write(connection, survey, instrument, checked.lines, today)
        report = RecordReport(
            rows=len(checked.lines) + checked.rejected + checked.pending,
            recorded=len(checked.lines),
            rejected=checked.rejected,
            pending=checked.pending,
            changed=changed,
            errors=checked.problems,
        )
        counts = {key: value for key, value in report.as_dict().items() if key != "errors"}
        audit.record(connection, by, Action.SURVEYS_RECORD, _thing(ref), counts)
    return report


def _write(
    connection: Connection,
    survey: Mapping[str, Any],
    instrument: Instrument,
    lines: Sequence[Line],
    today: date,
) -> int:
    """Write what differs from the database; returns how many respondents it was."""
    known = {row["number"]: row for row in queries.respondents(connection, survey["id"])}
    before = queries.answers(connection, survey["id"])
    changes = Changes(instrument, today)
    for line in lines:
        row = known[line.number]
        changes.add(line, row, before.get(row["id"], {}))
    queries.set_reports(connection, changes.reports)
    queries.put_answers(connection, changes.given)
    queries.drop_answers(connection, changes.gone)
    queries.mark_aware(connection, survey["policy_id"], changes.aware)
    queries.unmark_aware(connection, survey["policy_id"], changes.unaware)
    return len(changes.reports)


def estimate(connection: Connection, ref: str) -> dict[str, Any]:
    """The awareness with its interval, its bases and how it was made, ready for JSON: see `surveys.figures`.

    Raises Missing, and Conflict before the sample is drawn.
    """
    survey = _drawn(connection, ref)
    instrument = _instrument(survey)
    people = queries.respondents(connection, survey["id"])
    answers = queries.answers(connection, survey["id"])
    interviews = [
        Interview(Disposition(row["disposition"]), answers.get(row["id"], {})) for row in people
    ]
    asked = [row["asked_on"] for row in people if row["asked_on"] is not None]
    figure = headline(instrument, interviews)
    return figures.summary(
        survey, figure, instrument.marking(max(asked, default=_moment(survey))), asked
    )
