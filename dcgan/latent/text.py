"""z as text: in links, recipes and requests."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt


def z_to_text(z: npt.NDArray[np.floating[Any]]) -> str:
    """Return the numbers of z, of any shape, row by row: base64url, without padding, of float32 in little endian."""
    return base64.urlsafe_b64encode(z.astype("<f4").tobytes()).decode().rstrip("=")


def z_from_text(text: str) -> npt.NDArray[np.float32]:
    """Return the numbers (n,) that `z_to_text` wrote, whatever they are. Raises ValueError where `text` is nothing of that kind."""
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    return np.frombuffer(content, "<f4").astype(np.float32)
