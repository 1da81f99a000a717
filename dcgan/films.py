"""Images as films: MP4 and GIF."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from dcgan.errors import ConfigError
from dcgan.images import Images, enlarge, to_rgb

Film = Literal["mp4", "gif"]
MP4_SIDE, GIF_SIDE = 512, 256  # the shorter side has at least so many pixels
MP4_QUALITY = "16"  # x264's constant rate factor: no difference is seen from about 18 on
MOST_FPS = 60


def film_bytes(images: Images, kind: Film, fps: int) -> bytes:
    """Encode images (n, h, w, c) as a film of `fps` images a second."""
    if not 1 <= fps <= MOST_FPS:
        raise ConfigError(f"a film has 1 to {MOST_FPS} images a second, found {fps}")
    return mp4_bytes(images, fps) if kind == "mp4" else gif_bytes(images, fps)


def mp4_bytes(images: Images, fps: int) -> bytes:
    """Encode as H.264 in yuv420p, which phones play: even sides, every pixel enlarged by the same whole number."""
    import av

    rgb = to_rgb(images)
    factor = _enlargement(rgb.shape[1:3], MP4_SIDE, even=True)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": MP4_QUALITY, "preset": "veryfast"})
        stream.height, stream.width, stream.pix_fmt = rgb.shape[1] * factor, rgb.shape[2] * factor, "yuv420p"
        stream.time_base = Fraction(1, fps)
        for image in rgb:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(enlarge(image, factor), format="rgb24")))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def gif_bytes(images: Images, fps: int) -> bytes:
    """Encode as a GIF that repeats; times are rounded to its hundredths of a second, colours to 256 an image."""
    factor = _enlargement(images.shape[1:3], GIF_SIDE)
    frames = [_with_palette(image, factor) for image in (images if images.shape[3] == 1 else to_rgb(images))]
    buffer = io.BytesIO()
    milliseconds = max(20, round(100 / fps) * 10)  # browsers slow anything quicker than 20 ms down to 100 ms
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return buffer.getvalue()


def _with_palette(image: npt.NDArray[np.uint8], factor: int) -> Image.Image:
    """Return one frame; the palette is chosen before pixels are enlarged, which is quicker and equal."""
    if image.shape[2] == 1:
        return Image.fromarray(enlarge(image, factor)[:, :, 0])
    small = Image.fromarray(image).quantize(256, dither=Image.Dither.NONE)
    return small.resize((small.width * factor, small.height * factor), Image.Resampling.NEAREST)


def _enlargement(size: tuple[int, ...], side: int, even: bool = False) -> int:
    """Return the whole number that makes the shorter side at least `side`, and with `even` both sides even."""
    factor = max(1, math.ceil(side / min(size)))
    return factor + 1 if even and factor % 2 and any(length % 2 for length in size) else factor
