"""The main job from an office's sheet to a rate with an interval; each step looks first whether it is done.

Started again on the same folder after a crash it goes on where it was, and ends in the same place.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, func, select

from outreach import clock
from outreach.access import passwords
from outreach.access.scope import Scope
from outreach.audiences import service as audiences
from outreach.audiences.proposals import service as proposals
from outreach.bootstrap import Installation
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import schemas
from outreach.campaigns import service as campaigns
from outreach.deliveries import paper
from outreach.deliveries import queries as deliveries
from outreach.deliveries import service as delivery_service
from outreach.deliveries.printing import jobs as print_jobs
from outreach.deliveries.printing import queries as print_queries
from outreach.deliveries.printing import work
from outreach.deliveries.printing.delivering import bring, printed_sheets
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.schemas import Ask
from outreach.demo import county as counties
from outreach.demo import notices, office_lists, residents, workbook
from outreach.demo import people as accounts
from outreach.demo.asking import CAMPAIGN, Asking
from outreach.demo.coming_back import come_back
from outreach.demo.county import COUNTY
from outreach.demo.handing_in import hand_in
from outreach.errors import Conflict
from outreach.messages import service as messages
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Account, GroupChat
from outreach.models.people import CompleteList, Person, Region
from outreach.people import lists, regions
from outreach.people.intake import importer
from outreach.policies import service as policies
from outreach.policies import signing
from outreach.runtime.embedded import drain
from outreach.runtime.sweep import sweep
from outreach.store import upsert
from outreach.web.sandbox.store import Store as SandboxStore

Say = Callable[[str], None]


@dataclass
class Story:
    """One telling. `said` gets one line per step; `facts` collects what the summary needs."""

    home: Installation
    people: int
    say: Say = lambda line: None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The business date."""
        return clock.today(self.home.settings.zone)

    @property
    def _folder(self) -> Path:
        return self.home.settings.data_dir

    # -- the register -------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Accounts, regions, carriers."""
        place = counties.build(self._households)
        hashed = passwords.hash_password(accounts.PASSWORD)
        with self.home.store.begin() as connection:
            accounts.add_accounts(connection, place, hashed)
            known = connection.scalar(select(Region.id).where(Region.code == COUNTY))
        if known is None:
            regions.seed(self.home.store.begin)
            path = self._folder / "示范县地区.csv"
            counties.write_regions(place, path)
            report = regions.import_csv(path, self.home.store.begin)
            if report.errors:
                raise RuntimeError(f"the demo's regions are wrong: {report.errors[0]}")
        with self.home.store.begin() as connection:
            _carriers(connection, self.home, place)

    @property
    def _households(self) -> int:
        return max(20, round(self.people / 2.5))

    def take_in_people(self) -> None:
        """Write the office's sheet and import it as any office would, then the lists that settle who is insured."""
        with self.home.store.read() as connection:
            there = connection.scalar(select(func.count()).select_from(Person)) or 0
        if there < self.people:
            sheet = self._folder / "城关等镇常住人口台账.xlsx"
            if (
                not sheet.exists()
            ):  # the same people, however often and on whatever day it is started again
                self._write_sheets(sheet)
            report = importer.import_file(
                sheet,
                begin=self.home.store.begin,
                vault=self.home.vault,
                today=self.today,
                region=COUNTY,
                rejected=self._folder / "退回的行.xlsx",
                by=accounts.OFFICER.name,
                source="常住人口台账（演示）",
                purpose="惠民政策告知（演示）",
            )
            self.say(
                f"台账 {report.rows:,} 行：{report.accepted:,} 行入库，{report.rejected} 行退回（{sheet.name} → 退回的行.xlsx）"
            )
        with self.home.store.begin() as connection:
            for code, source in (
                ("ins.employee", "职工医保参保名单（演示）"),
                ("pension.employee", "职工养老参保名单（演示）"),
            ):
                _complete(connection, code, source, self.today)

    def _write_sheets(self, sheet: Path) -> None:
        """What the offices have: the town's sheet, and beside it the list of a department."""
        part = sheet.with_suffix(".part")
        place = counties.build(self._households)
        everybody = list(residents.generate(place, self.people, self.today))
        office_lists.write_applicants(everybody, self._applicants, self.today)
        workbook.write(everybody, part)
        part.replace(sheet)

    @property
    def _applicants(self) -> Path:
        return self._folder / "高龄津贴申请登记名单.xlsx"

    def hand_in_lists(self) -> None:
        """The department's list of who has applied for the allowance, then what has changed for whom."""
        hand_in(self.home, self.today, self._applicants, self.say)
        asked = proposals.Terms(self.today, self.home.settings.zone, COUNTY)
        proposals.find(self.home.store, asked)

    # -- policies and texts ---------------------------------------------------------------------------

    def prepare_content(self) -> None:
        """Load policies and texts. An invented user verifies and signs for the departments, a reader signs dialects."""
        with self.home.store.begin() as connection:
            for path in policies.starter_catalogue():
                policies.load(connection, policies.read_file(path), path.name)
            for ref, facts in _LOCAL.items():
                policies.fill_in(
                    connection, ref, COUNTY, facts=facts, parameters=_PARAMETERS.get(ref),
                    by=accounts.VERIFIER.name, on=self.today,
                )  # fmt: skip
            for view in policies.all_policies(connection):
                policies.verify(connection, view.ref, accounts.VERIFIER.name)
                for department in signing.missing_sign_offs(view, COUNTY):
                    signing.sign(connection, view.ref, department, accounts.VERIFIER.name)
            messages.load_files(connection, self.home.settings.content_dir)
            for text in messages.newest(connection):
                if text.needs_review and not text.reviewed_by:
                    messages.review(
                        connection, text.place, accounts.REVIEWER.name, self.today,
                        note="演示审校，未经真实母语者核对",
                    )  # fmt: skip

    # -- the campaign -----------------------------------------------------------------------------------

    def prepare_campaign(self) -> None:
        """Ask who knows already; write it down, submit it as the officer, sign it as the manager, release it."""
        self._asking.before()
        text = resources.files("outreach.demo").joinpath("campaign.yaml").read_text("utf-8")
        order = schemas.parse(yaml.safe_load(text), self.home.settings.zone, "campaign.yaml")
        with self.home.store.begin() as connection:
            if campaign_queries.by_ref(connection, CAMPAIGN) is None:
                campaigns.create(connection, order, accounts.OFFICER.name, home=COUNTY)
        status = self._status()
        if status == "draft":
            with self.home.store.begin() as connection:
                digest = campaigns.submit(
                    connection, CAMPAIGN, accounts.OFFICER.name, self.today, self.home.vault,
                    site=self.home.settings.content_dir,
                )  # fmt: skip
            self.say(f"送审：{accounts.OFFICER.display}，冻结名单与内容，指纹 {digest[:12]}")
        self._sign()
        if self._status() == "approved":
            with self.home.store.begin() as connection:
                campaigns.release(connection, CAMPAIGN, accounts.OFFICER.name)

    def _sign(self) -> None:
        """The manager; a very large audience has a second level, which somebody else signs."""
        for who in (accounts.MANAGER, accounts.HEAD):
            if self._status() != "submitted":
                return
            with self.home.store.begin() as connection:
                campaigns.approve(connection, CAMPAIGN, who.name, note="演示签发", on=self.today)
            self.say(f"签发：{who.display}")

    def _status(self) -> str:
        with self.home.store.read() as connection:
            return str(campaigns.get(connection, CAMPAIGN)["status"])

    def _campaign(self) -> Mapping[str, Any]:
        with self.home.store.read() as connection:
            return campaigns.get(connection, CAMPAIGN)

    def send(self) -> None:
        """Send until nothing moves by itself and nothing waits for a person, then wait for the receipts."""
        campaign = self._campaign()["id"]
        self._await_receipts(campaign)  # those that a killed run did not live to see
        while True:
            drain(self.home.store, self.home.vault, self.home.settings, campaign)
            if not self._ask_a_person(campaign):
                break
        self._await_receipts(campaign)

    def _await_receipts(self, campaign: int, patience: float = 5.0) -> None:
        """Receipts come by themselves; a carrier that sends none is not waited for longer than `patience` seconds."""
        before, since = -1, time.monotonic()
        while time.monotonic() - since < patience:
            with self.home.store.read() as connection:
                steps = campaign_queries.steps(connection, campaign)
                open_ = sum(deliveries.without_receipt(connection, step["id"]) for step in steps)
            if open_ == 0:
                return
            if open_ != before:
                before, since = open_, time.monotonic()
            time.sleep(0.1)

    def _ask_a_person(self, campaign: int) -> bool:
        """What no machine can know: an invented person looks into the groups and at the carrier's page.

        A group post that the sandbox shows was seen; a text message that two looks did not find was not.
        """
        with self.home.store.read() as connection:
            waiting = deliveries.waiting_for_a_person(connection, campaign)
        for one in waiting:
            with self.home.store.begin() as connection:
                seen = one["channel"] == "group" and self._posted(connection, one["addressee"])
                delivery_service.confirm(connection, one["id"], seen=seen, by=accounts.CHECKER.name)
        return bool(waiting)

    def _posted(self, connection: Connection, group: int) -> bool:
        """Whether the sandbox shows a post in this group: what a person would see on the phone."""
        chat = connection.scalars(select(GroupChat.address).where(GroupChat.id == group)).one()
        robot = self.home.vault.decrypt("group", chat)
        carrier = SandboxStore(self._folder / "sandbox.db")
        try:
            return carrier.posts_since(robot, 0.0) > 0
        finally:
            carrier.close()

    def print_sheets(self) -> None:
        """Fire the paper step once the messages are settled, and print its pile."""
        campaign = self._campaign()
        self._paper_step(campaign["id"])
        printer = Printer(self.home.store, self.home.vault, self.home.settings, demo=True)
        wanted = Ask(campaign["id"], paper.Selection(), accounts.OFFICER.name, region=COUNTY)
        job = work.work(printer, print_jobs.ask(printer, wanted))
        with self.home.store.read() as connection:
            parts = print_queries.parts(connection, job.id)
        out = self._folder / "prints"
        path = "".join(map(str, bring(printer, job, parts, CAMPAIGN, out, per_grid=False)))
        self.facts |= {"flyer_pages": job.pages, "flyer_pdf": path}
        sweep(self.home.store, self.home.settings)
        sheets = printed_sheets(job, parts)
        self.say(f"打印 {sheets:,} 户，{job.pages:,} 页，{len(job.problems)} 户要人看 → {path}")
        notices.hang(self.home, counties.build(self._households), self.today)

    def _paper_step(self, campaign: int, patience: float = 60.0) -> int:
        """The paper step, as soon as it has fired: it waits a little after the messages are settled."""
        since = time.monotonic()
        while time.monotonic() - since < patience:
            sweep(self.home.store, self.home.settings)
            with self.home.store.read() as connection:
                found = connection.scalar(
                    select(Step.id).join(Firing, Firing.step_id == Step.id).where(
                        Step.campaign_id == campaign, Step.channel == "flyer", Firing.planned.is_(True)
                    )
                )  # fmt: skip
            if found is not None:
                return int(found)
            time.sleep(0.2)
        with self.home.store.read() as connection:
            waiting = deliveries.state_counts(connection, campaign)["waiting"]
        raise Conflict("demo.stuck", waiting=waiting, carrier=self.home.settings.twilio_base_url)

    # -- the survey ---------------------------------------------------------------------------------------

    def survey(self) -> None:
        """Draw from all who may claim, take the filled sheet in, and estimate. The answers are invented."""
        found = self._asking.after()
        come_back(self.home, counties.build(self._households), self.today, self.people)
        self.facts["survey"] = {
            "drawn": found["drawn"], "answered": found["answered"], "aware": found["aware"], "generated": True,
        }  # fmt: skip
        self.facts["awareness"] = {key: found[key] for key in ("rate", "low", "high", "n")}

    @property
    def _asking(self) -> Asking:
        return Asking(self.home, self.today, self.say)

    # -- the summary --------------------------------------------------------------------------------------

    def matches(self) -> dict[str, int]:
        """Certain and open answers over the campaign's policies."""
        likely = unknown = 0
        with self.home.store.read() as connection:
            refs = campaign_queries.policy_refs(connection, self._campaign()["id"])
            for view in policies.all_policies(connection, refs):
                total, _ = audiences.answers(
                    connection, view, self.today, scope=COUNTY, home=COUNTY
                )
                likely += total.likely
                unknown += total.unknown
        return {"likely": likely, "unknown": unknown}

    def summary(self, started: float) -> dict[str, Any]:
        """The object that `--json` prints."""
        campaign = self._campaign()["id"]
        matches = self.matches()
        with self.home.store.read() as connection:
            people = connection.scalar(select(func.count()).select_from(Person)) or 0
            states = deliveries.state_counts(connection, campaign)
            channels = deliveries.by_channel(connection, campaign)
            parts, cost_fen, resent = deliveries.spent(connection, campaign)
            reached = deliveries.people_reached(connection, campaign)
            known = len(policies.all_policies(connection))
        return {
            "people": people,
            "policies": known,
            "matches": matches,
            "campaign": CAMPAIGN,
            "deliveries": states,
            "resent": resent,
            "channels": {
                name: channels.get(name, {"planned": 0, "handed_over": 0})
                for name in ("sms", "group", "flyer")
            },
            "flyer_pages": self.facts.get("flyer_pages", 0),
            "flyer_pdf": self.facts.get("flyer_pdf", ""),
            "parts": parts,
            "cost": cost_fen / 100,
            "reached": reached,
            "survey": self.facts.get("survey", {}),
            "awareness": self.facts.get("awareness", {}),
            "seconds": round(time.monotonic() - started, 1),
        }


_LOCAL: Mapping[str, Mapping[str, Any]] = {
    "resident-medical": {
        "amount": {
            "status": "local",
            "text": "演示标准每人每年400元",
            "value": 400,
            "unit": "元/人/年",
            "prefix": "交",
        },
        "where": "居住地的村（社区）",
        "window": {"text": "2027年2月28日前交"},
    },
    "phys-65": {
        "amount": {"status": "local", "text": "每年免费体检一次", "value": 1, "unit": "次/年"},
        "where": "镇卫生院",
        "window": {"text": "每年一次，时间听卫生院通知"},
    },
    "elder-80": {"amount": {"status": "local", "text": "演示标准每月50元起", "unit": "元/月"}},
}
"""What an invented county fills in. Invented figures, and they say so."""

_PARAMETERS: Mapping[str, Mapping[str, int]] = {
    "elder-80": {"amount_80": 50, "amount_90": 100, "amount_100": 300},
}


def _complete(connection: Connection, code: str, source: str, on: date) -> None:
    known = connection.scalar(
        select(CompleteList.id).where(
            CompleteList.circumstance == code, CompleteList.region == COUNTY
        )
    )
    if known is None:
        facts = lists.ListFacts(
            code,
            COUNTY,
            on,
            on + timedelta(days=180),
            source,
            legal_basis="演示",
            purpose="惠民政策告知（演示）",
        )
        lists.complete_list(connection, Scope(), facts)


def _carriers(connection: Connection, home: Installation, place: counties.County) -> None:
    """Accounts of the sandbox, paper and people; one group per village."""
    for name, channel, provider, rate, fen in (
        ("sandbox-sms", "sms", "twilio", 500.0, 7),
        ("sandbox-group", "group", "wecom", 20.0, 0),
        ("printer", "flyer", "paper", 100.0, 0),
        ("loudspeaker", "broadcast", "manual", 100.0, 0),
        ("door", "visit", "manual", 100.0, 0),
    ):
        values = {
            "name": name, "channel": channel, "provider": provider, "per_second": rate, "part_fen": fen,
            "billing": "china", "options": {},
        }  # fmt: skip
        connection.execute(upsert(connection, Account).values(**values).on_conflict_do_nothing())
    group = connection.scalar(select(Account.id).where(Account.name == "sandbox-group"))
    for code, name in dict.fromkeys((grid.code[:12], grid.village) for grid in place.grids):
        key = hashlib.sha256(code.encode()).hexdigest()[:24] + "9000"
        values = {
            "region": code, "name": f"{name}村民群（演示）", "account_id": group,
            "address": home.vault.encrypt("group", key),
        }  # fmt: skip
        connection.execute(upsert(connection, GroupChat).values(**values).on_conflict_do_nothing())
