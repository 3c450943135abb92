"""Four rates of the main job, each beside a floor measured in the same run."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import aiohttp
import typst
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from outreach import bootstrap
from outreach.audiences import service as audiences
from outreach.deliveries.paper import Selection
from outreach.deliveries.printing import jobs, work
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.schemas import Ask
from outreach.demo import command, county, residents, workbook
from outreach.demo.asking import CAMPAIGN
from outreach.demo.story import Story
from outreach.models.people import Person
from outreach.people.intake import importer
from outreach.policies import service as policies
from outreach.store import open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from outreach.web.sandbox.faults import Faults
from outreach.web.sandbox.server import SandboxServer
from tests.bench_report import timed

TODAY = date(2026, 11, 23)


HEAD = (
    "| what | size | rate | floor in the same run | floor | ratio |",
    "|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Line:
    """One measured rate and its floor, both in things per second."""

    what: str
    size: str
    rate: float
    unit: str
    floor: str
    floor_rate: float

    def row(self) -> str:
        """A row of the table."""
        ratio = self.rate / self.floor_rate
        return (
            f"| {self.what} | {self.size} | {self.rate:,.0f} {self.unit}/s | {self.floor} | "
            f"{self.floor_rate:,.0f} {self.unit}/s | {ratio:.2f} |"
        )


def bench_import(folder: Path, people: int) -> Line:
    """Rows of an office's XLSX, checked, encrypted and written; floor: only reading the cells."""
    path = folder / "people.xlsx"
    workbook.write(residents.generate(county.build(people // 2), people, TODAY), path)
    store = open_store(f"sqlite:///{folder / 'import.db'}")
    migrate(store)
    vault = Vault.from_settings(new_key(), f"b1:{new_key()}")
    seconds = timed(lambda: importer.import_file(path, begin=store.begin, vault=vault, today=TODAY))
    floor = timed(lambda: CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())
    store.close()
    return Line(
        "import of a roster",
        f"{people:,} rows XLSX",
        people / seconds,
        "rows",
        "calamine reads the cells",
        people / floor,
    )


def bench_match(data: Path) -> Line:
    """People × policies counted in SQL with three answers; floor: a bare count of the register per policy."""
    home = bootstrap.open_installation(data)
    with home.store.read() as connection:
        every = policies.all_policies(connection)
        people = connection.scalar(select(func.count()).select_from(Person)) or 0

        def match() -> None:
            for policy in every:
                audiences.answers(connection, policy, TODAY, home=county.COUNTY)

        def count() -> None:
            for _ in every:
                connection.scalar(select(func.count()).select_from(Person))

        match()
        pairs = people * len(every)
        line = Line(
            "match of all policies", f"{people:,} people × {len(every)} policies", pairs / timed(match), "pairs",
            "count(*) per policy", pairs / timed(count),
        )  # fmt: skip
    home.close()
    return line


def bench_send(data: Path, people: int) -> Line:
    """Messages planned, rendered, written, sent over HTTP, answered and settled by receipts; floor: bare posts."""
    taken: dict[str, float] = {}
    original = Story.send

    def send(self: Story) -> None:
        taken["seconds"] = timed(lambda: original(self))

    Story.send = send  # type: ignore[method-assign]
    command.run(people=people, data=data, exit_when_done=True, as_json=False)
    Story.send = original  # type: ignore[method-assign]
    home = bootstrap.open_installation(data)
    with home.store.read() as connection:
        from outreach.campaigns import queries as campaigns
        from outreach.deliveries import queries

        campaign = campaigns.by_ref(connection, CAMPAIGN)
        assert campaign is not None
        sent = queries.by_channel(connection, campaign["id"])["sms"]["handed_over"]
    home.close()
    with SandboxServer(data / "floor.db", faults=Faults(by_suffix=False)) as sandbox:
        floor = asyncio.run(_posts(sandbox, sent))
    return Line(
        "text messages through the sandbox",
        f"{sent:,} messages",
        sent / taken["seconds"],
        "messages",
        "bare aiohttp posts, 32 at once",
        sent / floor,
    )


async def _posts(sandbox: SandboxServer, n: int) -> float:
    gate = asyncio.Semaphore(32)
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account.sid}/Messages.json"
    auth = {"Authorization": aiohttp.encode_basic_auth(sandbox.account.sid, sandbox.account.token)}
    async with aiohttp.ClientSession(headers=auth) as session:

        async def one(number: int) -> None:
            form = {"To": f"+86199{number:08d}", "From": "+15005550006", "Body": "惠民政策"}
            async with gate, session.post(url, data=form) as answer:
                await answer.read()

        begun = time.perf_counter()
        await asyncio.gather(*[one(number) for number in range(10_000_000, 10_000_000 + n)])
        return time.perf_counter() - begun


def bench_print(data: Path) -> Line:
    """Household sheets with QR codes, fitted, checked and noted; floor: Typst sets blank A4 pages."""
    from outreach.campaigns import queries as campaigns

    home = bootstrap.open_installation(data)
    with home.store.read() as connection:
        campaign = campaigns.by_ref(connection, CAMPAIGN)
        assert campaign is not None
    printer = Printer(home.store, home.vault, home.settings, demo=True)
    begun = time.perf_counter()
    job = work.work(printer, jobs.ask(printer, Ask(campaign["id"], Selection(), "bench")))
    seconds = time.perf_counter() - begun
    blank = data / "blank.typ"
    blank.write_text('#set page(paper: "a4")\n' + "#pagebreak()\n" * (job.pages - 1) + " ", "utf-8")
    floor = timed(lambda: typst.compile(str(blank)))
    home.close()
    return Line(
        "household sheets",
        f"{job.pages:,} pages",
        job.pages / seconds,
        "pages",
        "Typst sets blank pages",
        job.pages / floor,
    )


def lines(people: int, folder: Path) -> list[Line]:
    """All four, in a demo of so many people."""
    data = folder / "demo"
    return [
        bench_import(folder, people), bench_send(data, people), bench_match(data), bench_print(data),
    ]  # fmt: skip
