"""What a page shows of a person by default."""

from __future__ import annotations

import re
import unicodedata

_TWO = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空"
    "闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘左丘西门东里即墨达奚褚师"
)
_DOUBLE_SURNAMES = frozenset(_TWO[index : index + 2] for index in range(0, len(_TWO), 2))


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳小明 → 欧阳**, 阿依古丽·买买提 → 阿依古丽·*: the family name stays, the rest is counted."""
    if "·" in name:
        return f"{name.partition('·')[0]}·*"
    keep = 2 if len(name) > 2 and name[:2] in _DOUBLE_SURNAMES else 1
    return name[:keep] + "*" * (len(name) - keep)


def mask_phone(phone: str) -> str:
    """+8613800001234 → 138****1234; a landline keeps its last four digits; '' stays ''."""
    if not phone:
        return ""
    local = phone.removeprefix("+86")
    if len(local) == 11 and local.startswith("1"):
        return f"{local[:3]}****{local[-4:]}"
    return f"****{local[-4:]}"


_ID_CARD = re.compile(r"(?<!\d)(\d{6})(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d(\d{3}[\dXx])")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)")


def holds_number(text: str) -> bool:
    """Whether somebody's identity or mobile number stands in a text."""
    folded = unicodedata.normalize("NFKC", text)
    return bool(_ID_CARD.search(folded) or _MOBILE.search(folded))


def mask_numbers(text: str) -> str:
    """A text with the middle of each identity and mobile number hidden: a cell that slipped into another column."""
    if not holds_number(text):
        return text
    folded = _ID_CARD.sub(r"\1********\2", unicodedata.normalize("NFKC", text))
    return _MOBILE.sub(r"\1****\2", folded)
