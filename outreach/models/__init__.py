"""Tables only. Alembic compares the migrations with what is imported here."""

from outreach.models import (
    access,
    audiences,
    campaigns,
    deliveries,
    messages,
    paper,
    people,
    policies,
    surveys,
    work,
)
from outreach.models.base import Base

__all__ = [
    "Base",
    "access",
    "audiences",
    "campaigns",
    "deliveries",
    "messages",
    "paper",
    "people",
    "policies",
    "surveys",
    "work",
]
