"""Invented residents, household by household, in the form in which a town office keeps them.

Ages follow the 2020 census of China (0–14 17.95 %, 15–59 63.35 %, 60 and over 18.70 %: National Bureau of
Statistics, bulletin no. 5 of 2021). Rates of circumstances are plausible, not sourced.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from outreach.demo.county import COUNTY, HOUSEHOLDS_PER_GRID, County, Grid

PER_HOUSEHOLD: Final = 2.86
"""People per household that the sampler below makes on average; only used to size the county."""

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文红梅春燕鹏浩宇欣怡子涵雨晨"
_TROUBLE = ((0.018, "0009"), (0.004, "0008"), (0.006, "0002"), (0.0006, "0003"))
"""Share of numbers that do not exist, are no mobiles, have opted out, or whose answer gets lost (sandbox endings)."""

HEADS_OVER_60 = 0.22
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Resident:
    """One row of the office's sheet."""

    name: str
    id_card: str
    birth: date
    sex: str
    phone: str
    address: str
    grid: str
    household: str
    relation: str
    head_id: str
    guardian_id: str
    hukou: str
    hukou_type: str
    circumstances: str
    size: int


def check_digit(body: str) -> str:
    """The last character of an ID number (GB 11643, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(a) * b for a, b in zip(body, _WEIGHTS, strict=True)) % 11]


class _Maker:
    def __init__(self, seed: int, today: date) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented people, the same every time
        self.today = today
        self._order: dict[tuple[date, str], int] = {}
        self._phones = 0
        self._troubled = 0

    def head_age(self) -> int:
        """Ages of heads of household, chosen so that everybody together has the ages of the census."""
        if self.random.random() < HEADS_OVER_60:
            return min(94, 60 + int(self.random.expovariate(1 / 10)))  # fewer with every year
        return self.random.randint(24, 59)

    def birth(self, age: int) -> date:
        latest = self.today.replace(year=self.today.year - age, day=min(self.today.day, 28))
        return latest - timedelta(days=self.random.randint(0, 364))

    def id_card(self, birth: date, sex: str) -> str:
        used = self._order.get((birth, sex), 0)
        self._order[birth, sex] = used + 1
        order = used * 2 + (1 if sex == "男" else 2)
        body = f"{COUNTY}{birth:%Y%m%d}{order:03d}"
        return body + check_digit(body)

    def phone(self) -> str:
        """Numbers of a range that the sandbox answers for; the endings that mean trouble are given on purpose."""
        roll = self.random.random()
        for share, trouble in _TROUBLE:
            if roll < share:
                self._troubled += 1
                return f"198{self._troubled:04d}{trouble}"
            roll -= share
        self._phones += 1
        return f"199{self._phones // 9000:04d}{self._phones % 9000 + 1000:04d}"

    def name(self, surname: str) -> str:
        return surname + "".join(self.random.sample(_GIVEN, self.random.choice((1, 2, 2))))


def generate(county: County, people: int, today: date, seed: int = 20261123) -> Iterator[Resident]:
    """Exactly `people` residents, in the order of grids and doors."""
    make = _Maker(seed, today)
    made = 0
    number = 0
    while made < people:
        grid = county.grids[min(number // HOUSEHOLDS_PER_GRID, len(county.grids) - 1)]
        household = _household(make, grid, number)
        number += 1
        for resident in household[: people - made]:
            made += 1
            yield resident


def _ages(make: _Maker) -> list[tuple[str, int]]:
    """Who lives together: relation to the head and age; drawn so that the county's ages come out as the census."""
    head = make.head_age()
    home = [("户主", head)]
    if make.random.random() < (0.72 if head < 75 else 0.5):
        home.append(("配偶", max(20, head + make.random.randint(-4, 3))))
    if head < 60:
        if make.random.random() < 0.74:
            children = make.random.choices((1, 2), (0.6, 0.4))[0]
            home += [("子女", max(0, head - make.random.randint(21, 38))) for _ in range(children)]
        if make.random.random() < 0.14:
            home.append(
                (
                    "父亲" if make.random.random() < 0.45 else "母亲",
                    min(94, head + make.random.randint(22, 30)),
                )
            )
    elif make.random.random() < 0.38:
        child = head - make.random.randint(23, 30)
        home.append(("子女", child))
        if make.random.random() < 0.6:
            home.append(("孙子女", max(0, child - make.random.randint(22, 32))))
    return home


def _household(make: _Maker, grid: Grid, number: int) -> list[Resident]:
    surname = make.random.choice(_SURNAMES)
    address = _address(grid, number)
    members = [(relation, *_person(make, surname, relation, age)) for relation, age in _ages(make)]
    head_id = members[0][4]
    adults = [member for member in members if (make.today - member[2]).days >= 18 * 365 + 5]
    shared = ""
    residents = []
    for relation, name, birth, sex, id_card in members:
        years = (make.today - birth).days // 365
        phone = _phone(make, years, shared)
        shared = shared or phone
        guardian = next((adult[4] for adult in adults if years < 14 and adult[4] != id_card), "")
        if years < 14 and make.random.random() < 0.03:
            guardian = ""  # nobody has written it down
        residents.append(
            Resident(
                name=name, id_card=id_card, birth=birth, sex=sex, phone=phone, address=address, grid=grid.code,
                household=f"{number + 1:06d}", relation=_said(relation, sex), head_id=head_id, guardian_id=guardian,
                hukou=COUNTY if make.random.random() < 0.94 else "",
                hukou_type="农业户口" if grid.rural and make.random.random() < 0.8 else "居民户口",
                circumstances="、".join(_circumstances(make, years)), size=len(members),
            )
        )  # fmt: skip
    return residents


def _person(make: _Maker, surname: str, relation: str, age: int) -> tuple[str, date, str, str]:
    birth = make.birth(age)
    sex = {"父亲": "男", "母亲": "女"}.get(relation) or make.random.choice("男女")
    family = surname if relation in ("户主", "子女", "孙子女") else make.random.choice(_SURNAMES)
    return make.name(family), birth, sex, make.id_card(birth, sex)


def _said(relation: str, sex: str) -> str:
    """As a household register says it."""
    male = sex == "男"
    if relation == "子女":
        return "儿子" if male else "女儿"
    return ("孙子" if male else "孙女") if relation == "孙子女" else relation


def _address(grid: Grid, number: int) -> str:
    place = number % HOUSEHOLDS_PER_GRID
    if grid.rural:
        return f"{grid.town}{grid.village}{place // 10 + 1}组{place % 10 + 1}号"
    block = int(grid.code[-2:])
    return f"{grid.town}{grid.village}{block}栋{place // 10 + 1}单元{(place % 10) // 2 + 1}0{place % 2 + 1}室"


def _phone(make: _Maker, years: int, shared: str) -> str:
    if years < 16:
        return ""
    roll = make.random.random()
    if roll < (0.90 if years < 60 else 0.70 if years < 80 else 0.35):
        return make.phone()
    return shared if roll < 0.95 else ""


def _circumstances(make: _Maker, years: int) -> list[str]:
    draw = make.random.random
    found = []
    if 20 <= years < 60 and draw() < 0.34:
        found.append("职工医保")
    if years >= 60 and draw() < 0.22:
        found += ["职工医保", "职工养老保险"]
    found += [
        word
        for word, rate in (("低保", 0.03), ("脱贫户", 0.06), ("退役军人", 0.012))
        if draw() < rate
    ]
    if draw() < (0.035 if years < 60 else 0.11):
        found.append(make.random.choice(("残疾人", "重度残疾人")))
    if years >= 65 and draw() < 0.12:
        found.append("独居老人")
    return found
