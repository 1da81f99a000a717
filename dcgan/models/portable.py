"""A model as a folder to give away: whole, with card and preview, and without the paths of this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dcgan.errors import CheckpointError
from dcgan.files import new_folder, read_json, write_bytes, write_json
from dcgan.images import grid, png_bytes
from dcgan.models.card import model_card
from dcgan.models.folder import Model, ModelConfig, read_model, write_model
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

PREVIEW = 64  # seeds
WEIGHTS = ("generator.safetensors", "discriminator.safetensors")
MODEL_FILES = ("config.json", *WEIGHTS, "README.md", "preview.png")

# All that a model folder may hold, as paths in it: the model, earlier generators, and the recorded run.
KNOWN = re.compile(
    rf"(snapshots/\d{{1,9}}/)?({'|'.join(map(re.escape, MODEL_FILES))})"
    r"|recording/((config|best)\.json|events\.jsonl|samples/\d{1,9}\.jpg)"
)


def write_portable(model: Model, name: str, folder: Path, force: bool = False) -> None:
    """Write `model` as the new model folder `folder`; of a folder that it was read from, every file of KNOWN goes along as it is.

    Raises
    ------
    DCGANError
        `folder` is there already (see `new_folder`), or the model cannot be read back.
    """
    with new_folder(folder, force) as temporary:
        if model.path is not None:
            copy_known(model.path, temporary)
        else:
            _write_new(model, name, temporary)
        _forget_paths(temporary / "config.json")
        if not (temporary / "preview.png").exists():
            info = describe(name, model.config, None, "file", None)
            write_bytes(temporary / "preview.png", png_bytes(grid(Synthesizer(model, info).generate(range(PREVIEW)))))
        if not (temporary / "README.md").exists():
            (temporary / "README.md").write_text(model_card(name, model.config), "utf-8")
        read_model(temporary)


def copy_known(source: Path, target: Path) -> None:
    """Copy the files of KNOWN, with their folders, from one model folder into another; links to elsewhere are followed."""
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source).as_posix()
        if KNOWN.fullmatch(relative) and path.is_file():
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / relative)
    if not (target / "generator.safetensors").exists():
        raise CheckpointError(f"{source} holds no generator.safetensors")


def _write_new(model: Model, name: str, folder: Path) -> None:
    """Write a model that no folder holds yet, with the weights as they are."""
    write_model(folder / "model", model, model_card(name, model.config), half=False)
    for path in (folder / "model").iterdir():
        path.rename(folder / path.name)
    (folder / "model").rmdir()


def _forget_paths(path: Path) -> None:
    """Cut what config.json says of the model that a training began with to its last part; the weights' hashes stay true."""
    record = read_json(path)
    training = ModelConfig.from_json(record).training or {}
    if training.get("parent"):
        write_json(path, {**record, "training": {**training, "parent": Path(str(training["parent"])).name}})
