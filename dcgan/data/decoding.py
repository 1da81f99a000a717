"""One picture file to one square of uint8, whatever its format, mode and orientation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from dcgan.data.dataset import Images

MIDDLE = (0.5, 0.5)
SMALLEST_SIDE = 8  # pixels; below it there is nothing to learn
EXTENSIONS = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".tga"}
    | {".jp2", ".avif", ".heic", ".heif"}  # the last ones are listed as unreadable where Pillow cannot read them
)
# Named one by one: Pillow's other readers start programs (EPS) or are little tried against hostile files.
_FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "BMP", "GIF", "TIFF", "PPM", "TGA", "AVIF", "JPEG2000")
_GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N", "F"})
_TRANSPARENT_MODES = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})
KINDS = ("colour", "grey", "transparent", "palette", "cmyk")  # of pixels, as far as a header tells
_DEEP_MODES = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})


class UnreadablePicture(Exception):
    """A file that gives no usable picture; its text is the reason, for the list of skipped files."""


@dataclass(frozen=True)
class Header:
    """What a file says of its picture before any pixel is decoded: its size in pixels, and Pillow's mode."""

    width: int
    height: int
    mode: str

    @property
    def side(self) -> int:
        return min(self.width, self.height)

    @property
    def grey(self) -> bool:
        return self.mode in _GREY_MODES

    @property
    def kind(self) -> str:
        """One of KINDS."""
        if self.mode in _TRANSPARENT_MODES:
            return "transparent"
        return "grey" if self.grey else {"P": "palette", "CMYK": "cmyk"}.get(self.mode, "colour")


@dataclass(frozen=True)
class Decoded:
    """Pixels (h, w, c), and whether any of them was transparent and so drawn on white."""

    pixels: Images
    transparent: bool


def read_header(stream: IO[bytes]) -> Header:
    """Return the header of the picture in `stream`; raises UnreadablePicture."""
    try:
        with _open(stream) as picture:
            return Header(*picture.size, picture.mode)
    except Exception as error:  # Pillow's readers raise nearly anything at broken files: struct.error, SyntaxError, IndexError, …
        raise _unreadable(error) from None


def decode(stream: IO[bytes], size: int, channels: int, place: tuple[float, float] = MIDDLE) -> Decoded:
    """Return the largest square of the picture in `stream` that lies at `place`, as uint8 (size, size, channels).

    `place` is how much of what is cut away lies to the left and above: (0.5, 0.5) is the middle, (0.5, 0) the top.

    The orientation in its EXIF data is applied, transparency is drawn on white, 16 bits become 8, of an animation the
    first frame is taken. Raises UnreadablePicture.
    """
    try:
        with _open(stream) as picture:
            # JPEG decodes at 1/2, 1/4 or 1/8 for less; twice the wanted size leaves the last step to the better filter.
            picture.draft(None, (2 * size, 2 * size))
            upright = ImageOps.exif_transpose(picture)
            flat, transparent = _flatten(upright, "L" if channels == 1 else "RGB")
            return Decoded(np.asarray(_square(flat, size, place)).reshape(size, size, channels), transparent)
    except Exception as error:  # as above
        raise _unreadable(error) from None


def _open(stream: IO[bytes]) -> Image.Image:
    picture = Image.open(stream, formats=_known_formats())
    width, height = picture.size
    if min(width, height) < SMALLEST_SIDE:
        raise UnreadablePicture(f"too small: {width}x{height}, at least {SMALLEST_SIDE} px a side are needed")
    if Image.MAX_IMAGE_PIXELS and width * height > Image.MAX_IMAGE_PIXELS:  # where Pillow itself only warns
        raise UnreadablePicture(f"too large: {width}x{height} pixels")
    return picture


@cache
def _known_formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)  # AVIF and JPEG 2000 are not in every Pillow


def _unreadable(error: Exception) -> UnreadablePicture:
    if isinstance(error, UnreadablePicture):
        return error
    if isinstance(error, UnidentifiedImageError):
        return UnreadablePicture("not an image of a known format")
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return UnreadablePicture("too large: more pixels than Pillow allows")
    return UnreadablePicture(f"broken: {str(error).splitlines()[0] if str(error) else type(error).__name__}")


def _flatten(picture: Image.Image, mode: str) -> tuple[Image.Image, bool]:
    """Return `picture` in `mode` (L or RGB), and whether it had transparent pixels."""
    if picture.mode in _DEEP_MODES or picture.mode == "F":
        picture = _eight_bits(picture)
    if not picture.has_transparency_data:
        return picture.convert(mode), False
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    opaque = layer.getchannel("A").getextrema()[0] == 255
    return white.convert(mode), not opaque


def _eight_bits(picture: Image.Image) -> Image.Image:
    values: npt.NDArray[np.float32] = np.nan_to_num(np.asarray(picture, dtype=np.float32))
    if picture.mode in _DEEP_MODES:
        values = values / np.float32(257)  # 65535 / 255
    elif values.max() <= 1:
        values = values * np.float32(255)
    return Image.fromarray((values.clip(0, 255) + 0.5).astype(np.uint8))


def _square(picture: Image.Image, size: int, place: tuple[float, float]) -> Image.Image:
    side = min(picture.size)
    left, top = int((picture.width - side) * place[0]), int((picture.height - side) * place[1])  # whole pixels: a crop alone must not blur
    box = (left, top, left + side, top + side)
    if side == size:
        return picture.crop(box)
    better = Image.Resampling.LANCZOS if side > size else Image.Resampling.BICUBIC
    return picture.resize((size, size), better, box=box, reducing_gap=3.0)
