"""What somebody answers to a text: no more of this, no more at all, or again please.

Only a whole message that is nothing but such a wish counts. A sentence about something else (a flight to be cancelled,
a T-shirt) is left alone, and so is a question how it is done.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Wish(StrEnum):
    """What a text asks for."""

    NONE = "none"
    STOP_PUBLICITY = "stop-publicity"  # R, TD, 退订: what the line at the end of a message offers
    STOP_SMS = "stop-sms"  # 全部退订: also what is about the person's own benefit
    RESUBSCRIBE = "resubscribe"  # 恢复, 订阅, START


_LETTERS = re.compile(r"[^\w]|_")
"""Everything that is neither a letter, a Han character nor a digit: spaces, 【】, punctuation, emoji."""

_POLITE = r"(?:您好|你好|请问?|麻烦(?:您|你)?|谢谢(?:您|你)?|我想要?|我要|我)*"
_AFTER = r"(?:吧|了|啦|啊|呀|哈|谢谢(?:您|你)?|拜托)*"
_THING = r"(?:(?:这个|这种|此|该|本|你们的?|您们的?|政策|宣传|通知){0,3}(?:短信|信息|消息|通知|服务|号码?))?"
_REPLY = r"(?:请?(?:直接)?(?:回复?|发送?|编辑|输入))"
_NO = r"(?:不要|不用|不需要|别|勿|请勿|不想|不愿意?|停止)"
_TO_ME = r"(?:给我们?|向我们?|跟我|对我|往这里)?"
_NOW = r"(?:再|继续|以后)?"

_CODE = "(?:TD|T|R|N)"
_ENGLISH_STOP = "STOP|UNSUBSCRIBE|CANCEL|QUIT|END"
_REFUSE = "(?:退订|退訂|退定|拒收|取消订阅|屏蔽)"  # as a keyboard of another kind, or a slip of it, writes it

_STOP = (
    rf"{_REPLY}?{_CODE}(?:{_REFUSE}{_THING})?",
    rf"{_REFUSE}{_THING}{_REPLY}?{_CODE}",
    rf"{_REPLY}?(?:{_ENGLISH_STOP}){_THING}",
    rf"{_POLITE}{_REPLY}?{_REFUSE}{_THING}{_AFTER}",
    rf"{_POLITE}(?:以后)?{_NO}{_NOW}{_TO_ME}(?:发送?|推送){_TO_ME}{_THING}{_AFTER}",
    rf"{_POLITE}(?:以后)?{_NO}{_NOW}(?:收到?|接收){_THING}{_AFTER}",
    rf"{_POLITE}停发{_THING}{_AFTER}",
)
_EVERY = r"(?:全部|所有的?|一切|任何)"
_STOP_ALL = (
    "STOPALL",
    rf"{_POLITE}{_EVERY}{_THING}都?{_REFUSE}{_THING}{_AFTER}",
    rf"{_POLITE}{_REFUSE}{_EVERY}{_THING}{_AFTER}",
    rf"{_POLITE}{_EVERY}{_THING}都?{_NO}{_NOW}{_TO_ME}(?:发送?|收到?|接收|推送)?{_TO_ME}{_AFTER}",
    rf"{_POLITE}(?:什么|一条)(?:短信|信息|消息)?(?:都|也){_NO}{_NOW}{_TO_ME}发{_TO_ME}{_AFTER}",
)
_AGAIN = (
    "START|UNSTOP|SUBSCRIBE",
    rf"{_REPLY}?DY(?:订阅)?",
    rf"订阅{_THING}{_REPLY}?DY",
    rf"{_POLITE}{_REPLY}?(?:恢复|重新|继续)(?:订阅|接收|发送?|推送|收){_TO_ME}{_THING}{_AFTER}",
    rf"{_POLITE}{_REPLY}?(?:恢复|订阅){_THING}{_AFTER}",
    rf"{_POLITE}(?:取消|撤销|撤回)(?:退订|拒收){_AFTER}",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))


_KNOWN = (
    (Wish.STOP_SMS, _any(_STOP_ALL)),
    (Wish.STOP_PUBLICITY, _any(_STOP)),
    (Wish.RESUBSCRIBE, _any(_AGAIN)),
)

_LONGEST = 40
"""Characters of the longest wish; a longer text is a letter, whatever stands in it."""


def read(text: str) -> Wish:
    """What a reply asks for; Wish.NONE when it is anything but an opt-out or a wish to come back.

    Full width, spaces, punctuation, 【】 and case do not matter.
    """
    bare = _LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not bare or len(bare) > _LONGEST:
        return Wish.NONE
    return next((wish for wish, words in _KNOWN if words.fullmatch(bare)), Wish.NONE)
