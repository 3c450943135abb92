"""进度 of a survey in the field: handing out, paper, asking again, and sheets that come back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

from fastapi import File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, RedirectResponse

from channels.flyer import Printed
from outreach import clock, content
from outreach.access import service as access
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, Missing, OutreachError
from outreach.surveys.fieldwork import papers, service
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.calling_back import draw
from outreach.surveys.fieldwork.checking import require_open
from outreach.surveys.service import get, get_drawn
from outreach.web.errors import status_of
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import fieldwork_desk as shown
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.uploads import Uploads
from outreach.wording import say

router = guarded_router()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Text = Annotated[str, Form(max_length=80)]


@router.get("/fieldwork/{ref}/progress")
@needs(Action.SURVEYS_CHECK)
def progress_page(
    ref: str, request: Request, services: TheServices, actor: TheActor, said: str = "", n: int = 0
) -> Response:
    """How far it is, and everything that is handed out and comes back."""
    words = {
        "assigned": f"{n} 人分出去了。", "back": f"{n} 人收回来了，还没有给谁。", "drawn": f"抽了 {n} 份请人复核。",
    }.get(said, "")  # fmt: skip
    return _page(request, services, actor, ref, words)


def _page(
    request: Request, services: Services, actor: Actor, ref: str, said: str = "", problem: OutreachError | None = None
) -> Response:  # fmt: skip
    alert = say(problem.code, **problem.params) if problem else ""
    with services.store.read() as connection:
        view = shown.view(services, actor, connection, ref, said, alert)
    return page(request, "fieldwork_progress.html", view, status_of(problem) if problem else 200)


@router.post("/fieldwork/{ref}/assign")
@needs(Action.SURVEYS_CHECK)
def hand_over(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    account: Text = "",
    village: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    numbers: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """People of villages, or of some numbers, to an interviewer."""
    try:
        chosen = _numbers(numbers)
        with services.store.begin() as connection:
            done = assign(
                connection, ref, account, [] if chosen else village, chosen, actor.name, actor.scope
            )
    except (Invalid, Missing) as error:
        return _page(request, services, actor, ref, problem=error)
    word = "assigned" if account else "back"
    return RedirectResponse(f"/fieldwork/{ref}/progress?said={word}&n={done.people}", 303)


def _numbers(text: str) -> list[int]:
    """1、3-5 8 → 1, 3, 4, 5, 8. Invalid for anything else."""
    found: list[int] = []
    for part in text.replace("，", " ").replace("、", " ").replace(",", " ").split():
        first, dash, last = part.partition("-")
        ends = (first, last) if dash else (first, first)
        if not all(one.isascii() and one.isdecimal() and len(one) < 8 for one in ends):
            raise Invalid("fieldwork.bad_numbers", value=part)
        low, high = int(ends[0]), int(ends[1])
        if high - low > 10_000:
            raise Invalid("fieldwork.bad_numbers", value=part)
        found += range(low, high + 1)
    return found


@router.post("/fieldwork/{ref}/call-backs")
@needs(Action.SURVEYS_CHECK)
def draw_call_backs(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    percent: Annotated[float, Form()] = 10.0,
    account: Text = "",
) -> Response:
    """Draw a share of every interviewer's interviews to be asked again by somebody else."""
    try:
        with services.store.begin() as connection:
            done = draw(connection, ref, percent / 100, account, actor.name)
    except (Invalid, Missing) as error:
        return _page(request, services, actor, ref, problem=error)
    return RedirectResponse(
        f"/fieldwork/{ref}/progress?said=drawn&n={len(done.numbers)}#again", 303
    )


# -- paper ------------------------------------------------------------------------------------------


def _desk(services: Services, office: str, phone: str) -> papers.Desk:
    settings = services.settings
    return papers.Desk(
        content.sheets(settings.content_dir, settings.data_dir / "cache"),
        settings.public_url,
        services.place,
        clock.today(settings.zone),
        services.demo,
        office.strip(),
        phone.strip(),
    )


@router.post("/fieldwork/{ref}/lists.pdf")
@needs(Action.PEOPLE_REVEAL)
def lists_pdf(
    ref: str, services: TheServices, actor: TheActor, office: Text = "", phone: Text = ""
) -> Response:
    """The interviewers' lists, a pack each; the log says that names were printed."""
    _require_check(actor)
    desk = _desk(services, office, phone)
    with services.store.begin() as connection:
        made = papers.lists(connection, services.vault, ref, desk, actor.name, actor.scope)
    return _pdf(made, f"{ref}-访问名单.pdf")


@router.post("/fieldwork/{ref}/questionnaire.pdf")
@needs(Action.SURVEYS_CHECK)
def questionnaire_pdf(
    ref: str, services: TheServices, office: Text = "", phone: Text = ""
) -> Response:
    """The questions on paper, with the marking line."""
    with services.store.read() as connection:
        made = papers.questionnaire(connection, ref, _desk(services, office, phone))
    return _pdf(made, f"{ref}-问卷.pdf")


@router.post("/fieldwork/{ref}/cards.pdf")
@needs(Action.SURVEYS_CHECK)
def cards_pdf(ref: str, services: TheServices, office: Text = "", phone: Text = "") -> Response:
    """访问员卡."""
    with services.store.read() as connection:
        made = papers.cards(connection, ref, _desk(services, office, phone))
    return _pdf(made, f"{ref}-访问员卡.pdf")


def _pdf(made: Printed, name: str) -> Response:
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}"}
    return Response(made.pdf, media_type="application/pdf", headers=headers)


# -- sheets -----------------------------------------------------------------------------------------


@router.post("/fieldwork/{ref}/sheet.xlsx")
@needs(Action.PEOPLE_REVEAL)
def sheet(ref: str, services: TheServices, actor: TheActor) -> Response:
    """The sample as a workbook to fill in, with names in clear."""
    _require_check(actor)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        with services.store.begin() as connection:
            service.write_sample(connection, services.vault, ref, path, actor.name, actor.scope)
        data = path.read_bytes()
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{ref}-调查表.xlsx')}"}
    return Response(data, media_type=_XLSX, headers=headers)


@router.get("/fieldwork/{ref}/upload")
@needs(Action.SURVEYS_CHECK)
def upload_page(ref: str, request: Request, services: TheServices) -> Response:
    """Choosing a filled sheet."""
    with services.store.read() as connection:
        survey = get_drawn(connection, ref)
        require_open(survey)
    return page(request, "fieldwork_upload.html", shown.upload(survey))


@router.post("/fieldwork/{ref}/upload")
@needs(Action.SURVEYS_CHECK, body=UPLOAD)
def take_sheet(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Good rows are written, wrong ones come back; the file itself is not kept."""
    with services.store.read() as connection:
        survey = get(connection, ref)
    if file is None or not file.filename:
        view = shown.upload(survey, problem=say("web.upload_no_file"))
        return page(request, "fieldwork_upload.html", view, 422)
    uploads = Uploads(services.settings.data_dir)
    kept = uploads.keep(file.file, file.filename, actor.id, actor.region)
    today = clock.today(services.settings.zone)
    typist = service.Typist(actor.name, today, actor.scope, services.vault)
    try:
        report = service.record_sheet(
            services.store.begin, ref, kept.path, typist, wrong=kept.rejected
        )
    except OutreachError as error:
        uploads.drop(kept)
        view = shown.upload(survey, problem=say(error.code, **error.params))
        return page(request, "fieldwork_upload.html", view, status_of(error))
    uploads.take(kept)
    uploads.imported(kept, {"rejected": report.rejected})
    rejected = f"/fieldwork/{ref}/upload/{kept.token}/rejected.xlsx" if report.rejected else ""
    view = shown.upload(survey, report, rejected=rejected)
    return page(request, "fieldwork_upload.html", view, 422 if report.failed else 200)


@router.get("/fieldwork/{ref}/upload/{token}/rejected.xlsx")
@needs(Action.SURVEYS_CHECK)
def rejected_rows(ref: str, token: str, services: TheServices, actor: TheActor) -> Response:
    """The wrong rows to correct and hand in again."""
    found = Uploads(services.settings.data_dir).find(token, actor.id)
    if not found.rejected.is_file():
        raise Missing("web.upload_gone")
    return FileResponse(found.rejected, media_type=_XLSX, filename=f"{ref}-退回的行.xlsx")


def _require_check(actor: Actor) -> None:
    """Names of the sample are for those who hand it out, not for everybody who may see a name."""
    access.require(actor, Action.SURVEYS_CHECK)
