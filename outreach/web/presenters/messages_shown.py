"""One text as its readers have it, and what the checks say about it in words."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.errors import Invalid
from outreach.messages import cost, languages, measure, shelf
from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint import Draft
from outreach.messages.lint.limits import robot_bytes
from outreach.messages.lint.questions import ASKS_ALL
from outreach.messages.markup import parse_flyer, parse_letter, parse_qa
from outreach.messages.plainness import Part, plainness
from outreach.messages.schemas import SPOKEN
from outreach.messages.spoken import spoken_seconds, stretches
from outreach.messages.syntax import read
from outreach.web.formats import thousands, yuan
from outreach.web.presenters.previews_shown import phone
from outreach.web.views.messages import FindingLine, Measure, Shown, Tick
from outreach.web.views.policies import Mark
from outreach.wording import say

CHANNELS = {
    "sms": "短信", "group": "群消息", "broadcast": "大喇叭", "visit": "入户话术", "call": "电话话术", "flyer": "纸面",
}  # fmt: skip
"""Channel → what its texts are called."""

STATES = {"missing": ("no", "没有"), "faulty": ("bad", "草稿有错"), "unread": ("ask", "等审读"), "ready": ("yes", "可用")}  # fmt: skip
"""State of a text → shape of its tag and its word."""

ANNOUNCE = {"general": "面向大家", "personal": "写给本人"}


def mark_of(standing: shelf.Standing) -> Mark:
    """The tag of a text."""
    kind, word = STATES[standing.state]
    return Mark(kind, f"有 {standing.errors} 处错" if standing.state == "faulty" else word)


def shown(draft: Draft, number: int = 0) -> Shown:
    """A draft as its readers have it, with the facts of one of its examples."""
    lang = "" if draft.language == languages.DEFAULT else draft.language
    try:
        text = draft.text(number)
    except Invalid:  # the findings say why
        return Shown("plain", draft.source, lang)
    return _by_kind(draft, text, lang, number)


def _by_kind(draft: Draft, text: str, lang: str, number: int) -> Shown:
    if draft.channel == "sms":
        return Shown("phone", text, lang, phone=phone(text, draft.billing))
    if draft.channel == "group":
        return Shown("bubble", text, lang)
    if draft.channel in SPOKEN:
        said = stretches(text)
        return Shown("script", text, lang, said=said, seconds=spoken_seconds(said))
    return _paper(draft, text, lang, number)


def _paper(draft: Draft, text: str, lang: str, number: int) -> Shown:
    try:
        if draft.kind == "letter":
            return Shown("letter", text, lang, letter=parse_letter(text))
        if draft.kind == "qa":
            return Shown("qa", text, lang, pairs=tuple(parse_qa(text)))
        if draft.kind == draft.channel:
            policy = draft.examples[number].get("policy")
            amount = str(policy.get("amount_text", "")) if isinstance(policy, dict) else ""
            return Shown("leaflet", text, lang, leaflet=parse_flyer(text), amount=amount)
    except Invalid as problem:
        return Shown("plain", text, lang, problem=say(problem.code, **problem.params))
    return Shown("plain", text, lang)


def finding_lines(draft: Draft, findings: Sequence[Finding]) -> tuple[FindingLine, ...]:
    """Errors first; that nobody has read it stands last, because rewriting does not mend it."""
    ordered = sorted(findings, key=lambda one: (one.severity, one.code == shelf.UNREAD))
    return tuple(_line(draft, one) for one in ordered)


def _line(draft: Draft, finding: Finding) -> FindingLine:
    words = ""
    if finding.end > finding.start and finding.example < len(draft.examples):
        text = draft.text(finding.example)
        words = text[finding.start : finding.end]
    kind = "bad" if finding.severity == "error" else "ask"
    if finding.code == shelf.UNREAD:
        kind = "run"
    return FindingLine(kind, finding.message(), finding.hint(), finding.line, words)


def ticks(draft: Draft, findings: Sequence[Finding]) -> tuple[Tick, ...]:
    """The six questions, as far as a text of this kind has to answer them; none for one that cannot be read yet."""
    if not _rendered(draft):
        return ()
    open_ = {
        name
        for one in findings
        if one.code == "messages.questions_open"
        for name in str(one.params["questions"]).split("、")
    }
    names = [one.name for one in glossary().questions]
    bundle = any(path.startswith("policies[]") for path in read(draft.source).paths)
    brief = bundle or draft.kind not in ASKS_ALL
    return tuple(Tick(name, name not in open_) for name in (names[-1:] if brief else names))


def verdict(findings: Sequence[Finding], state: shelf.State) -> Mark:
    """One sentence above all: what has to be done."""
    errors = sum(one.severity == "error" and one.code != shelf.UNREAD for one in findings)
    hints = sum(one.severity == "warning" for one in findings)
    if errors:
        more = f"，还有 {hints} 条建议" if hints else ""
        return Mark("bad", f"有 {errors} 处错，改好才能送审{more}")
    if state == "unread":
        return Mark("run", "没有错，等审读人签名" + (f"；有 {hints} 条建议" if hints else ""))
    if hints:
        return Mark("ask", f"没有错，可以用；看看这 {hints} 条建议")
    return Mark("yes", "可以用，没有发现问题")


def measures(draft: Draft, likely: int, part_fen: int) -> tuple[Measure, ...]:
    """How long it is, and what it costs; for the loudspeaker, how long it takes to read."""
    texts = _rendered(draft)
    if not texts:
        return ()
    length = Measure("字数", f"{thousands(len(texts[0]))} 字")
    if draft.channel == "sms":
        return (length, *_sms(draft, texts, likely, part_fen))
    if draft.channel == "group":
        size, room = max(map(measure.utf8_bytes, texts)), robot_bytes(draft.providers)
        note = f"群机器人最多 {thousands(room)} 字节"
        return (
            length,
            Measure("大小", f"{thousands(size)} 字节", note, "ask" if size > room else ""),
        )
    if draft.channel in SPOKEN:
        seconds = spoken_seconds(stretches(texts[0]))
        return (
            length,
            Measure("念一遍", f"约 {seconds} 秒", f"按每分钟 {measure.READING_PACE} 字"),
        )
    return (length,)


def _sms(draft: Draft, texts: Sequence[str], likely: int, part_fen: int) -> list[Measure]:
    sizes = [cost.size(text, draft.billing).parts for text in texts]
    usual, longest = sizes[0], max(sizes)
    note = f"名字、地名最长时 {longest} 条" if longest > usual else "名字再长也是这么多"
    found = [Measure("每人计费", f"{usual} 条", note, "ask" if longest > draft.most_parts else "")]
    if part_fen:
        found.append(Measure("每人花", yuan(usual * part_fen), f"每条 {yuan(part_fen)}"))
    if likely:
        total = likely * usual
        money = f"，约 {yuan(total * part_fen)}" if part_fen else ""
        found.append(
            Measure("都发一遍", f"{thousands(total)} 条{money}", f"符合条件的 {thousands(likely)} 人，每人一条短信")
        )  # fmt: skip
    return found


def _rendered(draft: Draft) -> list[str]:
    try:
        return [draft.text(number) for number in range(len(draft.examples))]
    except Invalid:
        return []


def previews(draft: Draft) -> tuple[tuple[str, Shown], ...]:
    """As an ordinary reader has it, and with the longest names where that is another text."""
    found = [("", shown(draft))]
    if len(draft.examples) > 1:
        long = shown(draft, 1)
        if not long.problem and long.text != found[0][1].text:
            found.append(("名字、地名最长的时候", long))
    return tuple(found)


def plainly(draft: Draft) -> tuple[str, tuple[str, ...]]:
    """How plainly it is written, in points, and what costs how many; nothing for another script."""
    texts = _rendered(draft)
    found = plainness(texts[0]) if texts else None
    if found is None:
        return "", ()
    return f"{found.score} 分（满分 100）", tuple(
        _part(one) for one in found.parts if one.lost >= 1
    )


def _part(part: Part) -> str:
    words = "、".join(f"“{place.words[:16]}”" for place in part.places)
    return f"{part.name()} 扣 {round(part.lost)} 分：{words}。{part.meaning()}"
