"""The one place where tensors become pictures: [-1, 1] <-> uint8, layouts, sheets, files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

if TYPE_CHECKING:
    import torch

Images = npt.NDArray[np.uint8]
BLOCK = 8  # JPEG's blocks, in pixels


def to_images(x: npt.NDArray[np.float32]) -> Images:
    """Convert x in [-1, 1] (n, c, h, w) to uint8 images (n, h, w, c): round((x + 1) * 127.5), clipped."""
    scaled = np.rint((np.asarray(x, np.float32) + 1.0) * 127.5)
    return np.ascontiguousarray(np.clip(scaled, 0, 255).astype(np.uint8).transpose(0, 2, 3, 1))


def to_x(images: torch.Tensor) -> torch.Tensor:
    """Convert a uint8 tensor (n, h, w, c) to float32 x in [-1, 1] (n, c, h, w), in channels_last strides, on its device."""
    return images.permute(0, 3, 1, 2).float().mul_(1 / 127.5).sub_(1.0)


def to_signed(x: torch.Tensor, image_range: tuple[float, float]) -> torch.Tensor:
    """Convert a generator's output x in `image_range` to [-1, 1]; what is there already is returned as it is."""
    low, high = image_range
    return x if (low, high) == (-1.0, 1.0) else (x - low) * (2.0 / (high - low)) - 1.0


def to_rgb(images: Images) -> Images:
    """Return (n, h, w, 3): grey is repeated, RGBA drawn on white."""
    channels = images.shape[3]
    if channels == 1:
        return np.repeat(images, 3, axis=3)
    if channels == 4:
        alpha = images[..., 3:].astype(np.float32) / 255
        return np.rint(images[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return images


def grid(images: Images, columns: int | None = None, padding: int = 2) -> npt.NDArray[np.uint8]:
    """Lay images (n, h, w, c) out by rows, on black; return one uint8 sheet (H, W, 3).

    `columns` is by default the square root of n, rounded up. Pixels are not scaled and not normalised.
    """
    rgb = to_rgb(images)
    n, h, w, _ = rgb.shape
    columns = columns or max(1, int(np.ceil(np.sqrt(n))))
    rows = max(1, -(-n // columns))
    sheet = np.zeros((rows * (h + padding) + padding, columns * (w + padding) + padding, 3), np.uint8)
    for index, image in enumerate(rgb):
        top = padding + index // columns * (h + padding)
        left = padding + index % columns * (w + padding)
        sheet[top : top + h, left : left + w] = image
    return sheet


def captioned(sheets: Sequence[npt.NDArray[np.uint8]], captions: Sequence[str], across: int, gap: int = 4) -> npt.NDArray[np.uint8]:
    """Lay sheets (h, w, 3) of any sizes out by rows, `across` in each, every one under its caption; on white, as (H, W, 3)."""
    font = ImageFont.load_default(12)
    rows = -(-len(sheets) // across)
    high = 16 + max(sheet.shape[0] for sheet in sheets) + gap
    wide = gap + max(*(sheet.shape[1] for sheet in sheets), *(int(font.getlength(caption)) + 2 for caption in captions))
    whole = Image.new("RGB", (min(across, len(sheets)) * wide - gap, rows * high - gap), "white")
    for index, (sheet, caption) in enumerate(zip(sheets, captions, strict=True)):
        left, top = index % across * wide, index // across * high
        ImageDraw.Draw(whole).text((left + 1, top + 1), caption, "black", font)
        whole.paste(Image.fromarray(sheet), (left, top + 16))
    return np.asarray(whole)


def png_bytes(picture: npt.NDArray[np.uint8], text: Mapping[str, str] | None = None) -> bytes:
    """Encode (h, w, 3) as PNG, with text chunks; equal input gives equal bytes."""
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def jpeg_bytes(picture: npt.NDArray[np.uint8], quality: int = 90) -> bytes:
    """Encode (h, w, 3) as JPEG without chroma subsampling, which would smear small pictures."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def film_sheet(images: Images, columns: int) -> bytes:
    """Encode images (n, h, w, c) as one JPEG, by rows without gaps; cells are filled up to multiples of 8 pixels, JPEG's own blocks.

    So no picture smears into its neighbour, and a page can cut the frames of a film out of it.
    """
    rgb = to_rgb(images)
    n, height, width, _ = rgb.shape
    rows = -(-n // columns)
    filled = np.pad(rgb, ((0, rows * columns - n), (0, -height % BLOCK), (0, -width % BLOCK), (0, 0)), mode="edge")
    cells = filled.reshape(rows, columns, *filled.shape[1:]).transpose(0, 2, 1, 3, 4)  # (rows, h, columns, w, 3)
    return jpeg_bytes(np.ascontiguousarray(cells).reshape(rows * filled.shape[1], columns * filled.shape[2], 3), quality=95)


def enlarge(picture: npt.NDArray[np.uint8], factor: int) -> npt.NDArray[np.uint8]:
    """Repeat every pixel of (h, w, c) `factor` times a side."""
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)
