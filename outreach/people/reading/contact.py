"""How somebody is reached: the first mobile number of the row is the person's; no other number is lost silently."""

from __future__ import annotations

from outreach.errors import Invalid
from outreach.people.masking import mask_phone
from outreach.people.phones import InvalidPhone, parse_phone, phone_parts, was_number
from outreach.people.reading.context import Context
from outreach.people.schemas import PersonRow


def read_phone(context: Context, person: PersonRow, text: str) -> None:
    """The first mobile number of the row; a fixed line only where there is none."""
    parts = phone_parts(text)
    wrong: list[tuple[str, InvalidPhone]] = []
    good = 0
    for part in parts:
        try:
            number, landline = parse_phone(part)
        except InvalidPhone as error:
            wrong.append((part, error))
            continue
        good += 1
        _take(context, person, number, landline, alone=len(parts) == 1)
        if was_number(part):
            context.remark("phone", Invalid("people.phone_was_number", phone=mask_phone(number)))
    if not good:
        raise wrong[0][1]
    for part, _ in wrong:
        context.remark("phone", Invalid("people.phone_part_unread", part=_hidden(part)))


def _take(context: Context, person: PersonRow, number: str, landline: bool, *, alone: bool) -> None:
    """Keep the better of two numbers, and say which one is not kept."""
    lost, of_line = number, landline
    if not person.phone or (person.landline and not landline):
        lost, of_line = person.phone, person.landline
        person.phone, person.landline = number, landline
    if not lost or lost == person.phone:
        return
    if of_line and alone and not person.landline:
        # A column of fixed lines beside one of mobiles: nobody wants to read this for every row.
        context.remark_once("phone", "\0landline", Invalid("people.landline_not_kept"))
    else:
        kept, other = mask_phone(person.phone), mask_phone(lost)
        context.remark("phone", Invalid("people.phone_second", phone=kept, other=other))


def _hidden(part: str) -> str:
    """What cannot be read, without digits that may be somebody's number."""
    digits = sum(char.isdigit() for char in part)
    return part[:20] if digits < 5 else mask_phone("".join(filter(str.isdigit, part)))
