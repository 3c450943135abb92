"""What `outreach doctor` looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from channels import twilio_codes
from channels.errors import ChannelError
from outreach import wording
from outreach.cli.accounts import require_twilio
from outreach.cli.office import Here, log_to_stderr
from outreach.errors import Invalid, Misconfigured, OutreachError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.bootstrap import Installation
    from outreach.deliveries.orders import AccountView
    from outreach.settings import Settings


@dataclass(frozen=True)
class Check:
    """One line of the doctor's: what was looked at, and what is wrong with it."""

    name: str
    ok: bool
    code: str = ""
    message: str = ""
    message_en: str = ""


def _check(name: str, look: Callable[[], object]) -> Check:
    try:
        look()
    except (OutreachError, ChannelError) as error:
        return _problem(name, error)
    return Check(name, ok=True)


def _problem(name: str, error: OutreachError | ChannelError) -> Check:
    zh, en = (wording.say(error.code, lang, **error.params) for lang in ("zh", "en"))
    return Check(name, ok=False, code=error.code, message=zh, message_en=en)


def checks(here: Here) -> list[Check]:
    """Every check that can be made; without tables or keys those that need them are left out."""
    from outreach.bootstrap import refuse_foreign_packages

    log_to_stderr()
    settings = here.settings()
    found = [
        _check("packages", refuse_foreign_packages),
        _check("time zone", lambda: settings.zone),
        _check("keys", settings.vault),
        _check("secret key", lambda: _secret_key(settings)),
        _check("fonts", _fonts),
        _content(settings),
    ]
    try:
        with here.installation() as office:
            found += [Check("tables", ok=True), *_of(office)]
    except Misconfigured as error:
        found.append(_problem("tables", error))
    return found


def _of(office: Installation) -> Iterator[Check]:
    from outreach.deliveries import orders

    with office.store.read() as connection:
        accounts = orders.accounts(connection)
        spoken = _second_languages(connection)
    yield _check("accounts", lambda: _some(accounts))
    yield from _robots(office, accounts)
    yield from _transfers(office, accounts)
    yield _check("codes", lambda: twilio_codes.table(office.settings.content_dir))
    yield from _script_fonts(spoken, office.demo)
    if not office.demo:  # invented people: nothing is sent outside, and nothing would be lost
        yield _check("key backup", lambda: _key_backup(office.settings))
        yield _check("twilio", lambda: require_twilio(office.store, office.settings))
    yield _check("region", lambda: _region(office))


def _secret_key(settings: Settings) -> None:
    if not settings.secret_key:
        raise Misconfigured("settings.keys_missing")


def _key_backup(settings: Settings) -> None:
    """keys.env is the only copy until somebody copied it and says where: DATA_DIR/keys.copied-to."""
    note = settings.data_dir / "keys.copied-to"
    if (settings.data_dir / "keys.env").exists() and not (
        note.exists() and note.read_text("utf-8").strip()
    ):
        raise Misconfigured("cli.keys_not_copied", place=note)


def _fonts() -> None:
    from channels.flyer import fonts

    lost = fonts.missing("惠民政策宣传単")
    if lost:
        raise Invalid("cli.fonts", characters="".join(lost))


def _content(settings: Settings) -> Check:
    """Whether the texts can be read, and which folder of the site's own lies over the shipped ones."""
    from outreach.messages.variants import read_variants

    found = _check("content", lambda: read_variants(settings.content_dir))
    if not found.ok:
        return found
    own = settings.content_dir
    zh = f"自带的，上面是本单位的 {own}" if own else "只用自带的"
    en = f"as shipped, with the site's own {own} over it" if own else "as shipped"
    return Check("content", ok=True, message=zh, message_en=en)


def _second_languages(connection: Connection) -> list[str]:
    """Languages in which somebody stands for a text that is printed beside the Chinese one."""
    from outreach.messages import languages, service

    return [
        text.language
        for text in service.newest(connection)
        if text.channel == "flyer"
        and text.ready
        and text.language.split("-")[0] not in languages.CHINESE
    ]


def _script_fonts(spoken: list[str], demo: bool) -> Iterator[Check]:
    """The demonstration goes without the fonts of other scripts; an office that prints them does not."""
    from channels.flyer.single import scripts

    lacking = scripts.absent(spoken)
    for error in lacking:
        name = f"fonts {error.params.get('language', '')}"
        yield replace(_problem(name, Invalid(error.code, **error.params)), ok=demo)
    if not lacking:
        yield Check("fonts of other scripts", ok=True)


def _some(accounts: object) -> None:
    if not accounts:
        raise Invalid("cli.no_accounts")


def _robots(office: Installation, accounts: Sequence[AccountView]) -> Iterator[Check]:
    """One line for each account of group robots."""
    from channels import registry

    for one in accounts:
        if one.provider in registry.ROBOTS:
            yield _check(f"robots {one.name}", partial(_robot_account, office, one))


def _transfers(office: Installation, accounts: Sequence[AccountView]) -> Iterator[Check]:
    """One line for each account whose data leaves the mainland: on what basis, or that there is none.

    The demonstration has nobody whose data could leave: invented people are refused before.
    """
    from channels.providers import is_abroad
    from outreach.runtime.adapters import place_of

    for one in accounts:
        place = place_of(one, office.settings)
        if is_abroad(place) and not office.demo:
            yield _check(f"data {one.name}", partial(_basis, office, one, place))


def _basis(office: Installation, account: AccountView, place: str) -> None:
    from outreach.deliveries import transfer

    with office.store.read() as connection:
        if not transfer.may_go(connection, account.id, place):
            raise Invalid("transfer.goes_abroad", account=account.name)


def _robot_account(office: Installation, account: AccountView) -> None:
    """Whether its server's address can be used, and the address of each of its groups be read."""
    from channels.transport import checked_base_url
    from outreach.deliveries import groups
    from outreach.runtime.adapters import base_url

    checked_base_url(base_url(account, office.settings))
    with office.store.read() as connection:
        bad = groups.unreadable(connection, office.vault, account.id, account.provider)
    if bad:
        raise Invalid("cli.robot_addresses", account=account.name, names="、".join(bad))


def _region(office: Installation) -> None:
    if not office.settings.region:
        raise Misconfigured("cli.no_region")
    if not office.place:
        raise Misconfigured("cli.unknown_region", region=office.settings.region)
