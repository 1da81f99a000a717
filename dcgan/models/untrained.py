"""A network before its first step is a model too: `untrained-PRESET-SIZE[-grey][-SEED]`."""

from __future__ import annotations

import re
from typing import get_args

import torch

from dcgan.config import Preset
from dcgan.errors import CheckpointError, ConfigError
from dcgan.models.folder import Model, ModelConfig
from dcgan.networks import generator
from dcgan.networks.builder import build
from dcgan.networks.init import initialise

PATTERN = re.compile(rf"^untrained-({'|'.join(get_args(Preset))})-(\d+)(-grey)?(?:-(\d{{1,9}}))?$")
SUGGESTED = "untrained-dcgan-64"
WIDTHS: dict[Preset, int] = {"paper": 128}  # of the others 64


def untrained(name: str) -> Model:
    """Return the generator that `name` describes, with the tutorials' width, z of 100 numbers and seeded starting weights."""
    match = PATTERN.match(name)
    if match is None:
        raise CheckpointError(f"an untrained model is called untrained-PRESET-SIZE[-grey][-SEED], such as {SUGGESTED}; found {name!r}")
    preset: Preset = match[1]  # type: ignore[assignment]
    try:
        spec = generator(preset, int(match[2]), 1 if match[3] else 3, WIDTHS.get(preset, 64), 100)
    except ConfigError as error:
        raise CheckpointError(f"{name}: {error}") from None
    network = initialise(build(spec), torch.Generator().manual_seed(int(match[4] or 0)))
    config = ModelConfig(spec, prior="uniform" if preset == "paper" else "normal")
    return Model(config, {key: tensor.detach() for key, tensor in network.state_dict().items()})
