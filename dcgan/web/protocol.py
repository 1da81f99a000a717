"""The bytes of a picture request and of its answer; all numbers are little endian.

request   u32 id, u32 n, n * z_dim float32
answer    u32 id, u32 n, u16 height, u16 width, n * height * width * 3 bytes of RGB
refusal   u32 id, u32 0, one sentence in UTF-8 (WebSocket only; a POST gets status 400 and {"error": sentence})

A page numbers its requests from 1; id 0 in a refusal means the connection as a whole (unknown model, too many connections), which is
then closed. A value that is not finite or beyond ±16 is refused, never clipped: a picture always belongs to the z that was sent.
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
    """One checked request: z is float32 (n, z_dim)."""

    request_id: int
    z: npt.NDArray[np.float32]


def max_request_bytes(z_dim: int) -> int:
    """Return the longest frame that is looked at."""
    return MAX_PICTURES * z_dim * 4 + 64


def parse_request(frame: bytes, z_dim: int) -> PictureRequest:
    """Read a request for a model of `z_dim`; whatever is wrong with it is a RequestRefused."""
    if len(frame) > max_request_bytes(z_dim):
        raise RequestRefused(f"a request has at most {max_request_bytes(z_dim)} bytes for z of {z_dim}, found {len(frame)}")
    if len(frame) < _REQUEST.size:
        raise RequestRefused(f"a request begins with {_REQUEST.size} bytes of id and n, found {len(frame)}")
    request_id, n = _REQUEST.unpack_from(frame)
    if not 1 <= n <= MAX_PICTURES:
        raise RequestRefused(f"n is from 1 to {MAX_PICTURES}, found {n}", request_id)
    expected = _REQUEST.size + n * z_dim * 4
    if len(frame) != expected:
        raise RequestRefused(f"{n} z of {z_dim} numbers need {expected} bytes, found {len(frame)}", request_id)
    z = np.frombuffer(frame, "<f4", offset=_REQUEST.size).astype(np.float32).reshape(n, z_dim)
    if not np.all(np.abs(z) <= MAX_VALUE):  # false for NaN as well
        raise RequestRefused(f"z holds a value that is not a number from -{MAX_VALUE:g} to {MAX_VALUE:g}", request_id)
    return PictureRequest(request_id, z)


def encode_answer(request_id: int, rgb: npt.NDArray[np.uint8]) -> bytes:
    """Return the answer that carries `rgb` (n, h, w, 3)."""
    n, height, width, _ = rgb.shape
    return _ANSWER.pack(request_id, n, height, width) + rgb.tobytes()


def encode_refusal(request_id: int, sentence: str) -> bytes:
    """Return the answer that says why there is no picture."""
    return _REQUEST.pack(request_id, 0) + sentence.encode("utf-8")
