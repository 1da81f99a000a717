"""Picture files as the tests compare them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image


def open_picture(path: Path) -> npt.NDArray[np.uint8]:
    """Read a picture file as RGB (h, w, 3)."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))
