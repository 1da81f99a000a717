"""Pictures for the Morph page: many in one JPEG, which the page cuts up.

{"count", "columns", "width", "height" of a picture, "cell": [w, h] of the room that it takes, top left, "sheet": base64 of the JPEG}
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dcgan.images import BLOCK, Images, film_sheet
from dcgan.web.keys import parse_labels, parse_points

if TYPE_CHECKING:
    from dcgan.models import Synthesizer

COLUMNS = 16


def sheet_record(images: Images) -> dict[str, Any]:
    """Return images (n, h, w, c) as the page takes them."""
    count, height, width = images.shape[:3]
    return {
        "count": count,
        "columns": COLUMNS,
        "width": width,
        "height": height,
        "cell": [width + -width % BLOCK, height + -height % BLOCK],
        "sheet": base64.b64encode(film_sheet(images, COLUMNS)).decode(),
    }


def pictures(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Make the pictures of any points."""
    return sheet_record(synthesizer.images(parse_points(asked, "points", synthesizer), parse_labels(asked, synthesizer)))
