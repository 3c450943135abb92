"""/healthz: the process answers. /readyz: the database answers and is migrated."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from outreach.errors import Misconfigured
from outreach.models.access import User
from outreach.web.guard import TheServices, guarded_router, public

router = guarded_router()


@router.get("/healthz")
@public
def healthz() -> Response:
    """Alive."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
@public
def readyz(services: TheServices) -> Response:
    """Ready to serve; 503 with problem details otherwise."""
    try:
        with services.store.read() as connection:
            connection.execute(select(User.id).limit(1)).first()
    except SQLAlchemyError as error:
        raise Misconfigured("web.not_ready") from error
    return JSONResponse({"status": "ready"})
