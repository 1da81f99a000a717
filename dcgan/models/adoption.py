"""A checkpoint file from elsewhere becomes an own model."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from dcgan.errors import CheckpointError, DCGANError
from dcgan.models.card import model_card
from dcgan.models.folder import Model, write_model
from dcgan.models.importing import read_foreign
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

PREVIEW = 64  # seeds on the preview
PIECE = 1 << 20  # bytes read at once
SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")


def adopt(file: Path, filename: str, models: Path, allow_pickle: bool) -> str:
    """Read the upload `file`, which its user calls `filename`, into a new folder of `models`; return the model's name.

    The same file again is the same model. The upload is used up.

    Raises
    ------
    CheckpointError
        The file is something else; the message speaks of it as `filename`.
    """
    name = f"{model_name(filename)}-{_digest(file)[:6]}"
    folder = models / name
    if folder.exists():
        return name
    model = _read(file, filename, allow_pickle)
    try:
        keep(model, folder)
    except (DCGANError, OSError):
        if not folder.exists():  # else the same file came twice at once
            raise
    return name


def keep(model: Model, folder: Path, force: bool = False) -> Model:
    """Write a model from elsewhere as the model folder `folder`, its weights as they are, with card and preview."""
    name = folder.name
    preview = Synthesizer(model, describe(name, model.config, None, "own", None)).generate(range(PREVIEW))
    return write_model(folder, model, model_card(name, model.config), preview, force, half=False)


def model_name(filename: str) -> str:
    """Return a model's name for a file's."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", Path(filename).stem).strip("-")[:40] or "model"


def _read(file: Path, filename: str, allow_pickle: bool) -> Model:
    """Read an upload; of its name only a plain suffix touches the disk."""
    suffix = Path(filename).suffix.lower()
    named = file.with_name(f"upload{suffix}" if SUFFIX.fullmatch(suffix) else "upload")
    file.rename(named)
    try:
        return read_foreign(named, allow_pickle)
    except CheckpointError as error:
        raise CheckpointError(str(error).replace(named.name, filename)) from None
    finally:
        named.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    """Return the sha256 of a file that may be larger than the memory."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
