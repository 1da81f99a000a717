"""The bytes of a picture request and of its answer; all numbers are little endian.

request   u32 id, u32 n, n * z_dim float32, and for conditional models n u32 labels, which may be left away
answer    u32 id, u32 n, u16 height, u16 width, n * height * width * 3 bytes of RGB
refusal   u32 id, u32 0, one sentence in UTF-8 (WebSocket only; a POST gets status 400 and {"error": sentence})

A page numbers its requests from 1; id 0 in a refusal means the connection as a whole (unknown model, too many connections), which is
then closed. A label is the number of a class; without labels, picture k of a request has class k mod the number of classes. A value
that is not finite or beyond ±16 is refused, never clipped: a picture always belongs to the z that was sent.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcgan.errors import DCGANError

MAX_PICTURES = 64
MAX_VALUE = 16.0
WHOLE_CONNECTION = 0

_REQUEST = struct.Struct("<II")
_ANSWER = struct.Struct("<IIHH")


class RequestRefused(DCGANError):
    """A request that breaks the protocol; `request_id` says which one."""

    def __init__(self, message: str, request_id: int = WHOLE_CONNECTION) -> None:
        self.request_id = request_id
        super().__init__(message)


@dataclass(frozen=True)
class PictureRequest:
    """One checked request: z is float32 (n, z_dim), labels int64 (n,) or None where none were sent."""

    request_id: int
    z: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64] | None = None


def max_request_bytes(z_dim: int, classes: int = 0) -> int:
    """Return the longest frame that is looked at."""
    return MAX_PICTURES * (z_dim + bool(classes)) * 4 + 64


def parse_request(frame: bytes, z_dim: int, classes: int = 0) -> PictureRequest:
    """Read a request for a model of `z_dim` and `classes` (0: not conditional); whatever is wrong with it is a RequestRefused."""
    longest = max_request_bytes(z_dim, classes)
    if len(frame) > longest:
        raise RequestRefused(f"a request has at most {longest} bytes for z of {z_dim}, found {len(frame)}")
    if len(frame) < _REQUEST.size:
        raise RequestRefused(f"a request begins with {_REQUEST.size} bytes of id and n, found {len(frame)}")
    request_id, n = _REQUEST.unpack_from(frame)
    if not 1 <= n <= MAX_PICTURES:
        raise RequestRefused(f"n is from 1 to {MAX_PICTURES}, found {n}", request_id)
    end = _REQUEST.size + n * z_dim * 4
    if len(frame) != end and not (classes and len(frame) == end + n * 4):
        with_labels = f", or {end + n * 4} with labels" if classes else ""
        raise RequestRefused(f"{n} z of {z_dim} numbers need {end} bytes{with_labels}, found {len(frame)}", request_id)
    z = np.frombuffer(frame[:end], "<f4", offset=_REQUEST.size).astype(np.float32).reshape(n, z_dim)
    if not np.all(np.abs(z) <= MAX_VALUE):  # false for NaN as well
        raise RequestRefused(f"z holds a value that is not a number from -{MAX_VALUE:g} to {MAX_VALUE:g}", request_id)
    labels = np.frombuffer(frame[end:], "<u4").astype(np.int64) if len(frame) > end else None
    if labels is not None and labels.max() >= classes:
        raise RequestRefused(f"a label is from 0 to {classes - 1}, found {labels.max()}", request_id)
    return PictureRequest(request_id, z, labels)


def encode_answer(request_id: int, rgb: npt.NDArray[np.uint8]) -> bytes:
    """Return the answer that carries `rgb` (n, h, w, 3)."""
    n, height, width, _ = rgb.shape
    return _ANSWER.pack(request_id, n, height, width) + rgb.tobytes()


def encode_refusal(request_id: int, sentence: str) -> bytes:
    """Return the answer that says why there is no picture."""
    return _REQUEST.pack(request_id, 0) + sentence.encode("utf-8")
