"""Request bodies of bounded length, and the one form that errors take."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from dcgan.errors import ConfigError, DCGANError

BLOCK = 1 << 20  # bytes that are copied at once


class TooLarge(DCGANError):
    """A body beyond its limit."""


async def bounded(request: Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body's pieces; raise TooLarge at the announced length, or at the byte where the limit is really passed."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(int(announced), limit)
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > limit:
            raise too_large(received, limit)
        yield piece


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body, of at most `limit` bytes."""
    return b"".join([piece async for piece in bounded(request, limit)])


async def save_body(request: Request, limit: int, path: Path) -> None:
    """Write the body, of at most `limit` bytes, to a new file as it comes."""
    with path.open("wb") as file:
        async for piece in bounded(request, limit):
            await asyncio.to_thread(file.write, piece)


def cut(whole: Path, sizes: Sequence[int]) -> list[Path]:
    """Cut a file into pieces of these sizes, or leave it whole where it is one; return their paths. ConfigError: it has another size."""
    if len(sizes) < 2:
        return [whole]
    if sum(sizes) != whole.stat().st_size:
        raise ConfigError(f"the files came incompletely: {whole.stat().st_size} bytes of {sum(sizes)}; send them again")
    pieces = [whole.with_name(f"piece{k}") for k in range(len(sizes))]
    with whole.open("rb") as source:
        for piece, size in zip(pieces, sizes, strict=True):
            with piece.open("wb") as target:
                while size and (block := source.read(min(size, BLOCK))):
                    target.write(block)
                    size -= len(block)
    whole.unlink()
    return pieces


def sent_name(request: Request, otherwise: str) -> str:
    """Return what the sender calls the file that the body is, without folders."""
    return _plain_name(request.query_params.get("filename", "")) or otherwise


def sent_files(request: Request, otherwise: str, most: int) -> tuple[list[str], list[int]]:
    """Return what the sender calls the files that the body is, each name once, and the bytes of each, which one file alone need not say."""
    names = [_plain_name(name) or otherwise for name in request.query_params.getlist("filename")] or [otherwise]
    sizes = request.query_params.getlist("bytes") or ["0"] * (len(names) == 1)
    if len(names) > most:
        raise ConfigError(f"at most {most} files are taken at once, found {len(names)}")
    if len(sizes) != len(names) or len(set(names)) != len(names) or not all(size.isascii() and size.isdigit() for size in sizes):
        raise ConfigError("several files need a filename= and a bytes= each, no name twice")
    return names, [int(size) for size in sizes]


def _plain_name(text: str) -> str:
    return PurePosixPath(text.replace("\\", "/")).name


async def read_object(request: Request, limit: int) -> dict[str, Any]:
    """Return the JSON object that the body is, of at most `limit` bytes; anything else is a ConfigError."""
    try:
        record = json.loads(await read_body(request, limit))
    except (ValueError, RecursionError):
        raise ConfigError("a request is one JSON object; this one cannot be read") from None
    if not isinstance(record, dict):
        raise ConfigError(f"a request is one JSON object, found {type(record).__name__}")
    return record


def failure(sentence: str, status: int) -> JSONResponse:
    """Return an error as our pages read it."""
    return JSONResponse({"error": sentence}, status)


def refusal(error: DCGANError | ClientDisconnect) -> Response:
    """Return what a request is answered that could not be carried out."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)  # nobody reads it
    nevertheless = {"setting": error.setting} if error.setting else {}
    return JSONResponse({"error": str(error), **nevertheless}, 413 if isinstance(error, TooLarge) else 400)


def too_large(found: int, limit: int) -> TooLarge:
    """Return the refusal of a body of `found` bytes, or more."""
    return TooLarge(f"at most {_size(limit)} are taken here, found {_size(found)} or more")


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
