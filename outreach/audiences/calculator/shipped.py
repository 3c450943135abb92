"""The policies that come with the product, for those who ask without an installation."""

from __future__ import annotations

from outreach.policies import documents, service
from outreach.policies.schemas import PolicyView
from segments.parse import parse_rule


def shipped() -> list[PolicyView]:
    """The starter catalogue by name: live, but verified by nobody, and without what a region fills in."""
    views = []
    for number, path in enumerate(sorted(service.starter_catalogue()), 1):
        read = service.read_file(path)
        facts = documents.plain({key: value for key, value in read.items() if key != "rule"})
        views.append(
            PolicyView(
                id=number,
                ref=str(read["id"]),
                status="live",
                version_id=number,
                number=1,
                hash="",
                facts=facts,
                rule=parse_rule(read["rule"]),
                valid_from=None,
                valid_to=None,
                verified_by="",
            )
        )
    return views
