"""plotly's own `plotly.min.js`, from the installed package: the page's charts need no other host."""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def plotly_route(path: str) -> Route:
    """Return the route that serves plotly.js at `path`; the page adds `?v=<version>`, so it may be cached for ever."""
    return Route(path, _serve)


def _serve(request: Request) -> Response:
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    content = _packed() if packed else _plain()
    return Response(content, media_type="text/javascript", headers={**HEADERS, **({"Content-Encoding": "gzip"} if packed else {})})


def _plain() -> bytes:
    return (files("plotly") / "package_data" / "plotly.min.js").read_bytes()


@lru_cache(maxsize=1)
def _packed() -> bytes:
    """Return the file gzipped (4.8 MB become 1.4 MB): packed once, at the first visit."""
    return gzip.compress(_plain(), compresslevel=6)
