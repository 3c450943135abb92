"""Who is written to: people with a number each, and a campaign that two persons signed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert

from outreach import clock
from outreach.campaigns import schemas, service
from outreach.messages import service as messages
from outreach.models.people import Person
from outreach.people.keys import phone_key
from outreach.store import Store, chunks
from outreach.vault import Vault
from tests.factories import ELDER, VILLAGE, ZONE, add_account, add_policies, add_region

REF = "winter"


def number(row: int) -> str:
    """A number that is nobody's, another one for each."""
    return f"+86199{row:08d}"


def settle_in(store: Store, vault: Vault, people: int, per_second: float) -> int:
    """Write the office, its people and its campaign, ready to be run; the campaign's number."""
    with store.begin() as connection:
        add_region(connection)
        add_policies(connection)
        messages.load_files(connection)
        account = add_account(connection, provider="twilio", per_second=per_second)
        assert account
        for some in chunks(range(people)):
            connection.execute(insert(Person), [_person(vault, row) for row in some])
        document = {
            "id": REF, "title": "冬季", "policies": [ELDER], "office": "东城区", "valid_until": "2099-12-31",
            "steps": [{"channel": "sms"}], "ignore_quiet_hours": {"reason": "测试"},
        }  # fmt: skip
        campaign = service.create(connection, schemas.parse(document, ZONE, "c.yaml"), "gan")
        service.submit(connection, REF, "gan", clock.today(ZONE))
        approve(connection, REF)
        service.release(connection, REF, "gan")
    return campaign


def approve(connection: Connection, ref: str) -> None:
    """Signed by as many persons as an audience of its size asks for."""
    for who in ("zhang", "li", "wang"):
        if service.get(connection, ref)["status"] == "submitted":
            service.approve(connection, ref, who)


def _person(vault: Vault, row: int) -> dict[str, object]:
    moment = clock.now()
    return {
        "name": vault.encrypt("name", f"演示{row}"), "region": VILLAGE, "birth": date(1950, 1, 1), "synthetic": True,
        "phone": vault.encrypt("phone", number(row)), "phone_kind": "own", "phone_key": phone_key(vault, number(row)),
        "created_at": moment, "updated_at": moment,
    }  # fmt: skip
