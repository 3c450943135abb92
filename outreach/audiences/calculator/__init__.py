"""查政策: what somebody tells, what it means under each policy, and what to ask next. Nothing is kept."""

from outreach.audiences.calculator.asking import Question
from outreach.audiences.calculator.families import (
    Benefit,
    Family,
    Member,
    ask,
    benefits,
    family_answers,
    family_of,
    filled,
)
from outreach.audiences.calculator.figures import Amount, Place
from outreach.audiences.calculator.questions import question_words
from outreach.audiences.calculator.results import TIERS, YEAR, Result, answers
from outreach.audiences.calculator.told import ELSEWHERE, Told, as_facts, told_of

__all__ = [
    "ELSEWHERE", "TIERS", "YEAR", "Amount", "Benefit", "Family", "Member", "Place", "Question", "Result", "Told", "answers",
    "as_facts", "ask", "benefits", "family_answers", "family_of", "filled", "question_words", "told_of",
]  # fmt: skip
