"""`outreach survey …`: write a survey down, draw its sample, take the answers in, estimate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from outreach.access.roles import Action
from outreach.cli import survey_panel, survey_size
from outreach.cli.documents import read_yaml
from outreach.cli.office import Here, acting, machine_user
from outreach.cli.options import As, Out
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of
from outreach.wording import say

app = typer.Typer(name="survey", help="知晓率调查 · awareness surveys")

SurveyId = Annotated[str, typer.Argument(metavar="ID", help="调查 · name of the survey")]

survey_size.add_to(app)
survey_panel.add_to(app)


@command(app, "create")
def create(here: Here, file: Path, user: As = None) -> Answer:
    """新建调查 · Write a survey down from a YAML file; questions, base, size, seed and design are locked from here on."""
    from outreach.surveys import service

    document: Any = read_yaml(file)
    with here.installation() as office:
        by, scope = acting(office, user, Action.SURVEYS_DESIGN), scope_of(office, user)
        home = office.settings.region
        with office.store.begin() as connection:
            number = service.create(connection, document, by, file.name, home, scope)
            survey = service.get(connection, str(document["id"]))
    data = {"survey": survey["ref"], "number": number, "size": survey["size"]}
    locked = f"已锁定：抽 {survey['size']} 人" if survey["size"] else "已锁定"
    return Answer(data, [f"调查 {survey['ref']} 已建立，{locked}"])


@command(app, "sample")
def sample(here: Here, ref: SurveyId, out: Out) -> Answer:
    """抽样 · Draw and seal the sample (once), and write the interviewers' workbook."""
    from outreach.surveys import service
    from outreach.surveys.fieldwork import service as fieldwork

    today = here.today()
    with here.installation() as office:
        by, home = machine_user(), office.settings.region
        with office.store.begin() as connection:
            drawn = service.draw(connection, ref, today, home, by)
        with office.store.begin() as connection:
            fieldwork.write_sample(connection, office.vault, ref, out, by)
    data = {"survey": ref, "drawn": drawn, "file": out}
    return Answer(data, [f"抽出 {drawn} 人：{out}（含姓名和电话，请妥善保管）"])


@command(app, "list")
def list_surveys(here: Here) -> Answer:
    """调查清单 · All surveys, newest first."""
    from outreach.surveys import service, standing

    with here.installation() as office, office.store.read() as connection:
        found = service.list_surveys(connection)
    names = (
        "ref",
        "title",
        "kind",
        "policy",
        "wave",
        "size",
        "drawn",
        "answered",
        "closes_on",
        "created_by",
    )
    rows = [{**{name: one[name] for name in names}, "state": standing.state(one)} for one in found]
    lines = [
        f"{one['ref']}　{one['title']}　{standing.state_words(one)}　抽 {one['drawn']}　答 {one['answered']}"
        for one in found
    ]
    return Answer({"surveys": rows}, lines or ["还没有调查。用 outreach survey create 建立。"])


@command(app, "show")
def show(here: Here, ref: SurveyId) -> Answer:
    """看一个调查 · What is locked, and how the sample was drawn: frame, strata, coverage, hashes. No names."""
    from outreach.surveys import service, standing
    from outreach.surveys.drawing import reserve

    with here.installation() as office, office.store.read() as connection:
        survey = service.get(connection, ref)
        drawn = survey["drawn_at"] is not None
        spare = reserve.spare(connection, ref) if drawn else []
    data = standing.shown(survey) | {"spare": [vars(one) for one in spare]}
    strata = data["frame"].get("strata", {})
    lines = [
        f"{ref}　{survey['title']}　{standing.state_words(survey)}",
        f"对象：{survey['base']}" if drawn else f"要抽 {survey['size']} 人，种子 {survey['seed']}",
        *(f"  {name}：总体 {one['population']}，抽 {one['drawn']}" for name, one in strata.items()),
        *data["frame"].get("coverage", {}).get("words", []),
        f"问卷 {survey['instrument_hash']}",
        f"设计 {survey['design_hash']}",
        *([f"抽样框 {survey['frame_hash']}"] if drawn else []),
    ]
    return Answer(data, lines)


@command(app, "close")
def close(here: Here, ref: SurveyId, user: As = None) -> Answer:
    """结束访问 · Fieldwork is over: nothing is recorded any more, and the sample is no longer sealed."""
    from outreach.surveys import service

    with here.installation() as office:
        by = acting(office, user, Action.SURVEYS_DESIGN)
        with office.store.begin() as connection:
            service.close(connection, ref, by)
    return Answer({"survey": ref, "closed": True}, [f"调查 {ref} 已结束访问，不再登记"])


@command(app, "release")
def release(
    here: Here,
    ref: SurveyId,
    stratum: Annotated[str, typer.Option(help="层，不分层写 all · stratum")] = "all",
    batch: Annotated[int, typer.Option(help="第几批 · batch")] = 1,
    user: As = None,
) -> Answer:
    """启用备用样本 · Take up a batch of the reserve of one stratum; its weights are reckoned anew."""
    from outreach.surveys.drawing import reserve

    with here.installation() as office:
        by = acting(office, user, Action.SURVEYS_DESIGN)
        with office.store.begin() as connection:
            people = reserve.release(connection, ref, stratum, batch, by)
    data = {"survey": ref, "stratum": stratum, "batch": batch, "people": people}
    return Answer(data, [f"层“{stratum}”第 {batch} 批备用样本 {people} 人已启用，这一批要全部访问"])


@command(app, "record")
def record(here: Here, ref: SurveyId, file: Path) -> Answer:
    """登记答卷 · Take in a filled workbook; good rows are written, bad rows reported."""
    from outreach.surveys.fieldwork import service as fieldwork

    today = here.today()
    with here.installation() as office:
        report = fieldwork.record(
            office.store.begin, ref, file, machine_user(), today, office.vault
        )
    lines = [
        f"{report.rows} 行：登记 {report.recorded}，有错 {report.rejected}，还没有结果 {report.pending}"
    ]
    lines += [f"  第 {one.row} 行 {one.column}：{one.message}" for one in report.errors]
    return Answer(report.as_dict(), lines, failed=report.failed)


@command(app, "estimate")
def estimate(here: Here, ref: SurveyId) -> Answer:
    """知晓率 · The awareness rate with its interval and its bases."""
    from outreach.surveys.results import service as results

    with here.installation() as office, office.store.read() as connection:
        found = results.estimate(connection, ref)
    return Answer(found, _lines(found))


def _lines(found: dict[str, Any]) -> list[str]:
    """Under 30 answers no percentage is shown; base, wording, response and all that limits a rate stand beside it."""
    bases = f"抽出 {found['drawn']} 人，答 {found['answered']} 人，计入 n = {found['n']}"
    if found["rate"] is None and found["n"]:
        return [f"只数人数，不推算。{bases}", *_about(found)]
    if found["rate"] is None or found["use"] == "none":
        return [f"样本不足，不报百分比。{bases}", *_about(found)]
    name = "知晓率" if found["kind"] == "awareness" else "主要指标"
    return [
        f"{name} {_rate(found)}，{found['word']}。{bases}",
        *_beside(found),
        *_about(found),
    ]


def _rate(found: dict[str, Any]) -> str:
    return f"{found['rate']:.1%}（{found['low']:.1%}–{found['high']:.1%}）"


def _beside(found: dict[str, Any]) -> list[str]:
    """What else belongs to a rate: who answered, the worst case, the policy that does not exist."""
    response, worst, invented = found["response"]["rate"], found["worst_case"], found["fictional"]
    lines = [f"回答率 {response:.1%}"] if response is not None else []
    if worst is not None:
        low, high = worst["low"], worst["high"]
        lines.append(f"回答不到一半：没答的人全不知道是 {low:.1%}，全知道是 {high:.1%}")
    if invented is not None and invented["rate"] is not None and invented["use"] != "none":
        lines.append(f"虚构政策也说知道的 {_rate(invented)}，n = {invented['n']}")
    return lines


def _about(found: dict[str, Any]) -> list[str]:
    lines = [f"问法：{found['wording']}"] if found["wording"] else []
    lines.append(f"范围：{found['base']}；{found['mode']} {found['date']}".rstrip())
    generated = [say("results.generated")] if found["generated"] else []
    return [*lines, *found["notes"], *generated, *filter(None, [found["notice"]])]
