"""接口 · The HTTP API: one blueprint per audience, one edge for all. Start reading at `policy`, then `edge`.

policy        who may do what, in one table        tokens   a signed token → the caller
edge          before and after every endpoint      bodies   strict models, limits
problems      every failure, as problem+json       pages    lists by cursor, within an area
reach         what is within the caller's area and authority
revoked       tokens that hold no longer
rates         how many requests a caller may send
looks         who looked at whom, on record        repeats  Idempotency-Key
citizens, grid_workers, officers, objections, limits, files, feeds   the endpoints
status        what a person is told                openapi  all of it described for machines
"""

from typing import Any, Final

from chalice.app import Chalice

from chalicelib.api import middleware, openapi
from chalicelib.api.citizens import citizens
from chalicelib.api.feeds import feeds
from chalicelib.api.files import dropped_files
from chalicelib.api.grid_workers import grid_workers
from chalicelib.api.limits import limits
from chalicelib.api.middleware import method_not_allowed, unknown_route
from chalicelib.api.objections import objections
from chalicelib.api.officers import officers
from chalicelib.observability import protect

__all__ = ["AUDIENCES", "described", "method_not_allowed", "register", "unknown_route"]

_ENDPOINTS: Final = (citizens, grid_workers, officers, objections, limits, dropped_files, feeds)
AUDIENCES: Final = (*_ENDPOINTS, openapi.describing(_ENDPOINTS))


def register(app: Chalice) -> None:
    """Put the whole API on an app: every route, and what surrounds every request."""
    protect(app.log)
    app.register_middleware(middleware.around, "http")
    for audience in AUDIENCES:
        app.register_blueprint(audience.blueprint())


def described() -> dict[str, Any]:
    """The API as an OpenAPI document."""
    return openapi.document(AUDIENCES)
