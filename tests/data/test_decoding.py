from __future__ import annotations

import io

import numpy as np
import pytest
from making import encode, picture_bytes, png_claiming
from PIL import Image

from dcgan.data.decoding import UnreadablePicture, decode, read_header

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def pixels(data: bytes, size: int = 16, channels: int = 3) -> np.ndarray:
    return decode(io.BytesIO(data), size, channels).pixels


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_picture_of_the_right_size_is_untouched() -> None:
    values = noise(16, 16)
    assert np.array_equal(pixels(encode(Image.fromarray(values))), values)


@pytest.mark.parametrize(("height", "width"), [(16, 31), (37, 16)])
def test_the_middle_square_is_taken_pixel_for_pixel(height: int, width: int) -> None:
    values = noise(height, width)
    top, left = (height - 16) // 2, (width - 16) // 2
    assert np.array_equal(pixels(encode(Image.fromarray(values))), values[top : top + 16, left : left + 16])


def test_downscaling_averages_and_does_not_pick() -> None:
    checks = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    inner = pixels(encode(Image.fromarray(checks)), channels=1)[2:-2, 2:-2]
    assert np.abs(inner.astype(int) - 127).max() <= 3


# What EXIF orientation k means (EXIF 2.3, table of tag 0x0112): how the stored rows and columns are to be turned for showing.
TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    quarters = np.zeros((16, 16, 3), np.uint8)
    quarters[:8, :8], quarters[:8, 8:], quarters[8:, :8], quarters[8:, 8:] = RED, GREEN, BLUE, WHITE
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = pixels(encode(Image.fromarray(quarters), kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {})))
    shown = TURNS[orientation](quarters)
    assert np.abs(found[3::8, 3::8].astype(int) - shown[3::8, 3::8]).max() < 30


def test_transparency_is_drawn_on_white() -> None:
    values = np.zeros((16, 16, 4), np.uint8)
    values[:, 8:] = (255, 0, 0, 255)
    values[:8, :8] = (0, 0, 0, 128)
    result = decode(io.BytesIO(encode(Image.fromarray(values))), 16, 3)
    assert result.transparent
    assert result.pixels[12, 2].tolist() == [255, 255, 255]
    assert result.pixels[12, 12].tolist() == [255, 0, 0]
    assert result.pixels[2, 2] == pytest.approx([127, 127, 127], abs=1)


def test_an_opaque_alpha_channel_is_not_told() -> None:
    assert not decode(io.BytesIO(picture_bytes((1, 2, 3, 255), mode="RGBA")), 16, 3).transparent


def test_a_transparent_palette_is_drawn_on_white() -> None:
    picture = Image.new("P", (16, 16), 0)
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.paste(1, (8, 0, 16, 16))
    result = decode(io.BytesIO(encode(picture, transparency=0)), 16, 3)
    assert result.transparent
    assert result.pixels[3, 3].tolist() == [255, 255, 255]
    assert result.pixels[3, 12].tolist() == [200, 100, 50]


def test_sixteen_bits_become_eight() -> None:
    values = np.linspace(0, 65535, 256).reshape(16, 16).astype(np.uint16)
    assert np.array_equal(pixels(encode(Image.fromarray(values)), channels=1)[..., 0].ravel(), np.arange(256))


def test_floats_of_0_to_1_fill_the_range() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    values[0, 0] = np.nan
    found = pixels(encode(Image.fromarray(values), "TIFF"), channels=1).astype(int).ravel()
    assert np.abs(found - np.arange(256)).max() <= 1


def test_cmyk_is_turned_into_rgb() -> None:
    found = pixels(picture_bytes((0, 255, 255, 0), mode="CMYK", kind="JPEG"))
    assert np.abs(found.astype(int) - RED).max() < 12


def test_grey_and_colour_are_turned_into_each_other() -> None:
    assert pixels(picture_bytes(77, mode="L"))[5, 5].tolist() == [77, 77, 77]
    assert pixels(picture_bytes((200, 40, 90)), channels=1)[5, 5].tolist() == [round(0.299 * 200 + 0.587 * 40 + 0.114 * 90)]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_modes_are_seen_in_the_header(mode: str) -> None:
    header = read_header(io.BytesIO(encode(Image.new(mode, (20, 30)))))
    assert header.grey
    assert header.side == 20
    assert not read_header(io.BytesIO(picture_bytes())).grey


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    found = pixels(encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
    assert np.abs(found.astype(int) - RED).max() < 12


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "TGA"])
def test_formats(kind: str) -> None:
    assert np.abs(pixels(picture_bytes(kind=kind)).astype(int) - (200, 40, 90)).max() <= 4


def test_a_large_jpeg_keeps_its_colours_through_the_fast_path() -> None:
    values = np.zeros((512, 512, 3), np.uint8)
    values[:, :256], values[:, 256:] = RED, BLUE
    found = pixels(encode(Image.fromarray(values), "JPEG")).astype(int)
    assert np.abs(found[:, :7] - RED).max() < 12
    assert np.abs(found[:, 9:] - BLUE).max() < 12


UNREADABLE = {
    "empty": (b"", "not an image"),
    "text": (b"these are words, not pixels", "not an image"),
    "1 px": (picture_bytes(size=(1, 1)), "too small: 1x1"),
    "7 px high": (picture_bytes(size=(64, 7)), "too small: 64x7"),
    "cut JPEG": (encode(Image.fromarray(noise(64, 64)), "JPEG")[:900], "broken"),
    "cut PNG": (encode(Image.fromarray(noise(64, 64)))[:900], "broken"),
    "huge claim": (png_claiming(50_000, 50_000), "too large"),
    "claim without pixels": (png_claiming(500, 500), "broken"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\n", "not an image"),
}


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadablePicture, match=reason):
        pixels(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_size_that_pillow_only_warns_of_is_refused() -> None:
    with pytest.raises(UnreadablePicture, match="too large: 12000x9000"):
        pixels(png_claiming(12_000, 9_000))
