"""A checkpoint file from elsewhere becomes an own model."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dcgan.errors import CheckpointError, DCGANError
from dcgan.files import plain_stem, sha256_of
from dcgan.images import grid, png_bytes
from dcgan.models.card import model_card
from dcgan.models.folder import Model, write_model
from dcgan.models.importing import Inspection, Options, apply_options, inspect_contents, noise_of, read_contents
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

PREVIEW = 64  # seeds on the preview
SHEET = 8  # on that of a reading
SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")
MOST_NOISE, FAR = 64, 16.0  # z that a page shows of a file, and numbers that no z has


@dataclass(frozen=True)
class Adopted:
    """What a file brought: an own model `name` with its report, or z (n, z_dim) that a notebook kept, or both."""

    name: str | None = None
    found: Inspection | None = None
    noise: npt.NDArray[np.float32] | None = None


def adopt(file: Path, filename: str, models: Path, allow_pickle: bool, settings: Sequence[str] = ()) -> Adopted:
    """Read the upload `file`, which its user calls `filename`, a generator into a new folder of `models`.

    The same file with the same `settings`, as `import --set` takes them, is the same model. The upload is used up.

    Raises
    ------
    DCGANError
        The file is something else, which the message calls `filename`; or a setting is wrong.
    """
    options = apply_options(Options(), settings)
    before = "\n".join(settings).encode()
    name = f"{model_name(filename)}-{sha256_of(file, before)[:6]}"
    folder = models / name
    found, noise = _read(file, filename, allow_pickle, options)
    if found is None:
        return Adopted(noise=noise)
    try:
        if not folder.exists():
            keep(found.best.model, folder)
    except (DCGANError, OSError):
        if not folder.exists():  # else the same file came twice at once
            raise
    return Adopted(name, found, noise)


def page_answer(adopted: Adopted) -> dict[str, Any]:
    """Return what a page is told of a file: {model, report}, {noise} or all three."""
    model = {"model": adopted.name, "report": _report(adopted.found)} if adopted.found is not None else {}
    return model if adopted.noise is None else {**model, "noise": _noise(adopted.noise)}


def _noise(z: npt.NDArray[np.float32]) -> dict[str, Any]:
    """Return the first z of a file as a recipe holds them: float32, little endian, base64url without padding."""
    content = base64.urlsafe_b64encode(z[:MOST_NOISE].astype("<f4").tobytes()).decode().rstrip("=")
    return {"z": content, "z_dim": z.shape[1], "shown": len(z[:MOST_NOISE]), "count": len(z)}


def _report(found: Inspection) -> dict[str, Any]:
    """Return what a page shows of a file: what it proves, what was assumed, and a sheet (PNG, base64) of each reading that fits."""
    return {
        "proved": [*found.proved, *found.best.supported],
        "assumed": [asdict(item) for item in found.best.assumed],
        "notes": list(found.notes),
        "readings": [{"title": reading.title, "sheet": _sheet(reading.model)} for reading in found.readings],
    }


def _sheet(model: Model) -> str:
    images = Synthesizer(model, describe("it", model.config, None, "file", None)).generate(range(SHEET))
    return base64.b64encode(png_bytes(grid(images, SHEET // 2))).decode()


def keep(model: Model, folder: Path, force: bool = False) -> Model:
    """Write a model from elsewhere as the model folder `folder`, its weights as they are, with card and preview."""
    name = folder.name
    preview = Synthesizer(model, describe(name, model.config, None, "own", None)).generate(range(PREVIEW))
    return write_model(folder, model, model_card(name, model.config), preview, force, half=False)


def model_name(filename: str) -> str:
    """Return a model's name for a file's."""
    return plain_stem(filename, "model")


def _read(file: Path, filename: str, allow_pickle: bool, options: Options) -> tuple[Inspection | None, npt.NDArray[np.float32] | None]:
    """Return the network and the z of an upload; of its name only a plain suffix touches the disk."""
    suffix = Path(filename).suffix.lower()
    named = file.with_name(f"upload{suffix}" if SUFFIX.fullmatch(suffix) else "upload")
    file.rename(named)
    try:
        contents = read_contents(named, allow_pickle)
        noise = noise_of(contents)
        if noise is not None and not (np.abs(noise) <= FAR).all():
            noise = None  # no prior drew that
        try:
            return inspect_contents(contents, options), noise
        except CheckpointError:
            if noise is None:
                raise
            return None, noise
    except CheckpointError as error:
        raise CheckpointError(str(error).replace(named.name, filename)) from None
    finally:
        named.unlink(missing_ok=True)
