"""`outreach campaign rehearse`: 三网测试, the exact texts to a test phone of each operator network."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.campaigns import app
from outreach.cli.office import Here, acting
from outreach.cli.options import As, CampaignId
from outreach.cli.output import Answer, command
from outreach.errors import Invalid
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.campaigns.rehearsing import Phone, State, Word


@command(app, "rehearse")
def rehearse(
    here: Here,
    ref: CampaignId,
    phone: Annotated[
        list[str] | None,
        typer.Option(
            "--phone", metavar="移动=13800000000", help="测试手机 · a test phone, again for each"
        ),
    ] = None,
    step: Annotated[int | None, typer.Option(min=1, help="第几步 · which step")] = None,
    name: Annotated[str, typer.Option(help="称呼 · stands for the reader's name")] = "测试",
    user: As = None,
) -> Answer:
    """三网测试 · Send the texts as signed to test phones; without --phone show how far it is."""
    from outreach.access.roles import Action
    from outreach.campaigns import rehearsing, service
    from outreach.campaigns.preview.looking import account_of
    from outreach.runtime.adapters import line_of, open_channel

    with here.installation() as office:
        with office.store.read() as connection:
            campaign = service.get(connection, ref)
            chosen = rehearsing.step_to_rehearse(connection, campaign, step)
            account = account_of(connection, chosen)
            now = rehearsing.state(connection, campaign, chosen)
        notes: list[str] = []
        if phone:
            by = acting(office, user, Action.CAMPAIGNS_RUN, campaign["region"])
            phones = [_phone(one, notes) for one in phone]
            channel = open_channel(account, office.settings)
            line = line_of(account, office.settings)
            rig = rehearsing.Rig(office.store, office.vault, account, channel, line)
            now = rehearsing.rehearse(rig, campaign, chosen, phones, by, name)
    return _shown(campaign["ref"], chosen["number"], now, notes)


def _phone(text: str, notes: list[str]) -> Phone:
    """移动=13800000000, or the number alone when its first digits are known; what does not fit is said, not refused."""
    from channels.networks import NETWORKS, guess
    from outreach.campaigns.rehearsing import Phone
    from outreach.people.phones import parse_mobile

    words = {say(f"rehearsal.network.{one}"): one for one in NETWORKS} | {
        one: one for one in NETWORKS
    }
    named, _, number = text.rpartition("=")
    e164 = parse_mobile(number)
    guessed = guess(e164)
    if named and named not in words:
        raise Invalid("rehearsal.network", value=named, known="、".join(words))
    network = words[named] if named else guessed
    if network is None:
        raise Invalid("rehearsal.which_network", number=number[:3])
    if guessed not in (None, network):
        notes.append(
            say("rehearsal.ported", number=number[:3], network=say(f"rehearsal.network.{guessed}"))
        )
    return Phone(network, e164)


def _word(word: Word) -> str:
    network = say(f"rehearsal.network.{word.network}")
    state = say(f"rehearsal.state.{word.state or 'sent'}")
    return f"{network} {state}{f'（{word.error}）' if word.error else ''}"


def _shown(ref: str, step: int, now: State, notes: list[str]) -> Answer:
    lines = [
        f"《{ref}》第 {step} 步：{'三网测试通过' if now.passed else f'还差 {now.missing_words()}'}"
    ]
    for text in now.texts:
        found = [word for (variant, _), word in now.words.items() if variant == text.variant]
        said = "，".join(_word(word) for word in found)
        lines.append(f"  {text.text[:24]}…：{said or '还没测'}")
    data = {
        "campaign": ref, "step": step, "passed": now.passed, "missing": now.missing,
        "texts": [{"variant": one.variant, "language": one.language} for one in now.texts],
        "words": [asdict(one) for one in now.words.values()],
    }  # fmt: skip
    return Answer(data, [*lines, *notes], failed=False)
