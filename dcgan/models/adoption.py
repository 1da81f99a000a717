"""Checkpoint files from elsewhere become an own model."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dcgan.aside import Aside
from dcgan.errors import CheckpointError, DCGANError
from dcgan.files import plain_stem, read_json, sha256_of, write_json
from dcgan.images import grid, png_bytes
from dcgan.latent import z_to_text
from dcgan.models.card import model_card
from dcgan.models.folder import Model, write_model
from dcgan.models.importing import Contents, Inspection, Options, Reading, Together, apply_options, inspect_together, read_contents
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

PREVIEW = 64  # seeds on the preview
SHEET = 8  # on that of a reading
SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")
OWNER = "owner.json"  # in a model's folder: whose it is, and the files that it was read from, as their sha256, and how
MOST_NOISE = 64  # z that a page shows of a file


@dataclass(frozen=True)
class Upload:
    """A file that came, at `path`, and what its user calls it."""

    path: Path
    name: str


@dataclass(frozen=True)
class Adopted:
    """What files brought: an own model `name` with its report, or z that a notebook kept, or both."""

    name: str | None
    together: Together


def adopt(uploads: Sequence[Upload], models: Path, allow_pickle: bool, settings: Sequence[str] = (), owner: str = "") -> Adopted:
    """Read the generator that came, with the discriminator and the z that came with it, into a new folder of `models`.

    The same files with the same `settings`, as `import --set` takes them, are the same model, whatever it is called by now. The uploads
    are used up. The folder says which files it was read from and how, and whose it is: the digest of the `owner`'s key.

    Raises
    ------
    DCGANError
        They are something else, in the names that their user knows; or a setting is wrong.
    """
    options = apply_options(Options(), settings)
    files = sorted(sha256_of(upload.path) for upload in uploads)
    together = inspect_together([_read(upload, allow_pickle) for upload in uploads], options)
    if together.found is None:
        return Adopted(None, together)
    said = "\n".join([*settings, *files]).encode()
    name = f"{model_name(together.found.file)}-{sha256(said).hexdigest()[:6]}"
    record = {"key_sha256": owner, "files": files, "settings": list(settings)}
    if (renamed := _named_anew(record, models)) and not (models / name).exists():
        return Adopted(renamed, together)
    folder, aside = models / name, Aside(models)
    try:
        if not folder.exists() and (ticket := aside.newest(name)):
            aside.bring_back(ticket)  # with what was saved beside it
        elif not folder.exists():
            keep(together.found.best.model, folder)
            write_json(folder / OWNER, record)
    except (DCGANError, OSError):
        if not folder.exists():  # else the same file came twice at once
            raise
    return Adopted(name, together)


def _named_anew(record: dict[str, Any], models: Path) -> str | None:
    """Return the model of `models` with this record of where it is from, None where there is none."""
    return next((path.parent.name for path in sorted(models.glob(f"[!.]*/{OWNER}")) if read_json(path) == record), None)


def other_readings(model: str, models: Path) -> list[str]:
    """Return the models of `models` that were read from the same files in another way."""
    files = read_json(models / model / OWNER).get("files")
    records = sorted(models.glob(f"[!.]*/{OWNER}")) if files else []
    return [path.parent.name for path in records if path.parent.name != model and read_json(path).get("files") == files]


def page_answer(adopted: Adopted) -> dict[str, Any]:
    """Return what a page is told of a file: {model, report}, {noise} or all three."""
    found, noise = adopted.together.found, adopted.together.noise
    model = {"model": adopted.name, "report": _report(found)} if found is not None else {}
    return model if noise is None else {**model, "noise": {"file": adopted.together.noise_file, **_noise(noise)}}


def _noise(z: npt.NDArray[np.float32]) -> dict[str, Any]:
    """Return the first z of a file as a recipe holds them."""
    return {"z": z_to_text(z[:MOST_NOISE]), "z_dim": z.shape[1], "shown": len(z[:MOST_NOISE]), "count": len(z)}


def _report(found: Inspection) -> dict[str, Any]:
    """Return what a page shows of a file, its readings each with a sheet (PNG, base64)."""
    return {
        "proved": list(found.proved),
        "supported": list(found.best.supported),
        "assumed": [asdict(item) for item in found.best.assumed],
        "notes": list(found.notes),
        "convolutions": [asdict(row) for row in found.best.rows],
        "readings": [_reading(reading) for reading in found.readings],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    _, height, width = reading.model.config.generator.output_shape
    return {"size": f"{width}x{height}", "layers": list(reading.layers), "sheet": _sheet(reading.model)}


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


def _read(upload: Upload, allow_pickle: bool) -> Contents:
    """Return what stands in an upload, by its user's name; of that only a plain suffix touches the disk."""
    suffix = Path(upload.name).suffix.lower()
    named = upload.path.with_name(f"{upload.path.stem}{suffix}" if SUFFIX.fullmatch(suffix) else upload.path.stem)
    upload.path.rename(named)
    try:
        return replace(read_contents(named, allow_pickle), name=upload.name)
    except CheckpointError as error:
        raise CheckpointError(str(error).replace(named.name, upload.name)) from None
    finally:
        named.unlink(missing_ok=True)
