"""The model folder: config.json, generator.safetensors, optionally discriminator.safetensors, README.md and preview.png.

The folder is also a Hub repository. Reading one runs no code; every failure is a CheckpointError that names the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from dcgan.config import Prior
from dcgan.errors import CheckpointError, ConfigError
from dcgan.files import new_folder, write_bytes, write_json
from dcgan.images import Images, grid, png_bytes
from dcgan.networks.builder import Network, build
from dcgan.networks.spec import NetworkSpec

FORMAT_VERSION = 1
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class ModelConfig:
    """What config.json says, but for the hashes.

    `image_range` is the generator's own output range, (-1, 1) for tanh and (0, 1) for sigmoid. `training` is free-form:
    recipe, data, steps, images, seconds, device, versions, seed, threads. `assumed` lists what a foreign file did not say. `labels` names
    the classes of a conditional model, in their order.
    """

    generator: NetworkSpec
    discriminator: NetworkSpec | None = None
    prior: Prior = "normal"
    image_range: tuple[float, float] = (-1.0, 1.0)
    labels: tuple[str, ...] = ()
    training: Mapping[str, Any] | None = None
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.generator.input_shape) != 1 or len(self.generator.output_shape) != 3:
            raise ConfigError(
                f"a generator goes from (z_dim,) to a picture, found {self.generator.input_shape} to {self.generator.output_shape}"
            )
        if self.generator.output_shape[0] not in (1, 3, 4):
            raise ConfigError(f"a picture has 1, 3 or 4 channels, found {self.generator.output_shape[0]}")
        if self.prior not in ("normal", "uniform") or not self.image_range[0] < self.image_range[1]:
            raise ConfigError(f"prior is normal or uniform and the image range rises, found {self.prior!r} and {self.image_range}")
        self._check_labels()

    def _check_labels(self) -> None:
        classes = self.generator.classes
        if len(self.labels) != classes or len(set(self.labels)) != classes:
            raise ConfigError(
                f"its generator has {classes} classes, found {len(self.labels)} labels, {len(set(self.labels))} of them different"
            )
        if self.discriminator is not None and self.discriminator.classes not in (0, classes):
            raise ConfigError(f"its generator has {classes} classes, its discriminator {self.discriminator.classes}")

    @property
    def z_dim(self) -> int:
        return self.generator.input_shape[0]

    def to_json(self) -> dict[str, Any]:
        channels, height, width = self.generator.output_shape
        return {
            "format_version": FORMAT_VERSION,
            "generator": self.generator.to_json(),
            "discriminator": self.discriminator.to_json() if self.discriminator else None,
            "z": {"dim": self.z_dim, "prior": self.prior},
            "image": {"height": height, "width": width, "channels": channels, "range": list(self.image_range)},
            "labels": list(self.labels),
            "training": dict(self.training) if self.training else None,
            "assumed": list(self.assumed),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ModelConfig:
        """Read what `to_json` wrote; anything else is a ConfigError."""
        if record.get("format_version") != FORMAT_VERSION:
            raise ConfigError(f"format_version is {record.get('format_version')!r}, this program reads {FORMAT_VERSION}")
        try:
            discriminator = record.get("discriminator")
            config = cls(
                generator=NetworkSpec.from_json(record["generator"]),
                discriminator=NetworkSpec.from_json(discriminator) if discriminator else None,
                prior=record["z"]["prior"],
                image_range=(float(record["image"]["range"][0]), float(record["image"]["range"][1])),
                labels=_names(record.get("labels") or []),
                training=record.get("training"),
                assumed=tuple(str(line) for line in record.get("assumed") or ()),
            )
            stated = (record["z"]["dim"], record["image"]["channels"], record["image"]["height"], record["image"]["width"])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise ConfigError(f"it lacks or misstates {error}") from None
        actual = (config.z_dim, *config.generator.output_shape)
        if stated != actual:
            raise ConfigError(f"it states z, channels, height, width {stated}, its generator has {actual}")
        return config


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ConfigError(f"labels is a list of names, found {str(value)[:80]}")
    return tuple(value)


@dataclass(frozen=True)
class Model:
    """A generator with its description, in memory: float32 tensors by name. `sha256` is that of generator.safetensors."""

    config: ModelConfig
    generator: Tensors
    discriminator: Tensors | None = None
    sha256: str | None = None
    path: Path | None = None

    def build_generator(self) -> Network:
        return _filled(self.config.generator, self.generator, "generator")

    def build_discriminator(self) -> Network:
        if self.config.discriminator is None or self.discriminator is None:
            raise CheckpointError(f"{self.path or 'the model'} has no discriminator")
        return _filled(self.config.discriminator, self.discriminator, "discriminator")


def _filled(spec: NetworkSpec, tensors: Tensors, what: str) -> Network:
    network = build(spec)
    try:
        network.load(tensors)
    except ConfigError as error:
        raise CheckpointError(f"{what}: {error}") from None
    return network.eval()


def read_model(folder: Path) -> Model:
    """Read a model folder, checking hashes, names, shapes and dtypes."""
    record = read_config(folder)
    try:
        config = ModelConfig.from_json(record)
    except ConfigError as error:
        raise CheckpointError(f"{folder / 'config.json'}: {error}") from None
    hashes = record.get("sha256") or {}
    generator, sha256 = _read_tensors(folder / "generator.safetensors", config.generator, hashes)
    discriminator = None
    if config.discriminator is not None and (folder / "discriminator.safetensors").exists():
        discriminator, _ = _read_tensors(folder / "discriminator.safetensors", config.discriminator, hashes)
    return Model(config, generator, discriminator, sha256, folder)


def read_config(folder: Path) -> dict[str, Any]:
    """Return config.json of a model folder as it stands."""
    path = folder / "config.json"
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from None
    if not isinstance(record, dict):
        raise CheckpointError(f"{path} is not a model's description: expected an object, found {type(record).__name__}")
    return record


def _read_tensors(path: Path, spec: NetworkSpec, hashes: Mapping[str, str]) -> tuple[dict[str, Tensor], str]:
    try:
        content = path.read_bytes()
        tensors = load(content)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be read as safetensors: {error}") from None
    sha256 = hashlib.sha256(content).hexdigest()
    if hashes.get(path.name, sha256) != sha256:
        raise CheckpointError(f"{path} is damaged or was changed: its sha256 is {sha256[:12]}…, config.json says {hashes[path.name][:12]}…")
    return _checked(path, spec, tensors), sha256


def _checked(path: Path, spec: NetworkSpec, tensors: Tensors) -> dict[str, Tensor]:
    missing, extra = sorted(spec.tensors.keys() - tensors.keys()), sorted(tensors.keys() - spec.tensors.keys())
    if missing or extra:
        raise CheckpointError(f"{path}: tensors missing {missing[:4] or 'none'}, not expected {extra[:4] or 'none'}")
    for name, tensor in tensors.items():
        if tuple(tensor.shape) != spec.tensors[name] or tensor.dtype not in (torch.float16, torch.bfloat16, torch.float32):
            raise CheckpointError(f"{path}: {name} is {tuple(tensor.shape)} {tensor.dtype}, expected {spec.tensors[name]} fp16 or fp32")
    return {name: tensor.float() for name, tensor in tensors.items()}


def write_model(folder: Path, model: Model, card: str, preview: Images | None = None, force: bool = False, half: bool = True) -> Model:
    """Write `model` as `folder`, whole or not at all, and return it as it will be read again.

    Parameters
    ----------
    card
        The text of README.md.
    preview
        uint8 images (n, h, w, c) for preview.png, or None.
    half
        Store tensors of two or more dimensions as fp16; a foreign file's weights are kept as they are instead.
    """
    with new_folder(folder, force) as temporary:
        files = {"generator.safetensors": model.generator}
        if model.discriminator is not None:
            files["discriminator.safetensors"] = model.discriminator
        hashes = {}
        for name, tensors in files.items():
            content = save({key: _stored(tensor, half) for key, tensor in tensors.items()})
            hashes[name] = hashlib.sha256(content).hexdigest()
            write_bytes(temporary / name, content)
        write_json(temporary / "config.json", {**model.config.to_json(), "sha256": hashes})
        (temporary / "README.md").write_text(card, "utf-8")
        if preview is not None:
            write_bytes(temporary / "preview.png", png_bytes(grid(preview)))
    return read_model(folder)


def _stored(tensor: Tensor, half: bool) -> Tensor:
    tensor = tensor.detach().cpu()
    stored = tensor.half() if half and tensor.dim() >= 2 else tensor.float()
    if not bool(torch.isfinite(stored).all()):
        raise CheckpointError("a weight is not finite or too large for fp16; nothing was written")
    return stored.contiguous()
