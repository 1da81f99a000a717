"""The first layers of a generator, where z is still near: their matrix, and what they answer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from dcgan.data import Progress
from dcgan.errors import ConfigError
from dcgan.models.folder import Model
from dcgan.networks.blocks import Residual
from dcgan.networks.builder import Network, build
from dcgan.networks.layers import Activation, Conv, ConvTranspose, Flatten, JoinLabel, Linear, Reshape, Resize
from dcgan.networks.spec import NetworkSpec

BATCH = 500
HARMLESS = (JoinLabel, Reshape, Flatten, Resize)  # layers that only rearrange z

Floats = npt.NDArray[np.float32]
Classes = npt.NDArray[np.int64]


@torch.inference_mode()
def first_matrix(model: Model) -> Floats:
    """Return the first weighted layer as a matrix (outputs, z_dim), of a conditional model the part that meets z.

    It is what the layer makes of each unit vector, less what it makes of nothing, so any kind of layer can be asked.
    """
    spec = model.config.generator
    network = _beginning(model, _first_weighted(spec) + 1)
    z = torch.cat([torch.zeros(1, model.config.z_dim), torch.eye(model.config.z_dim)])
    answers = network(z, torch.zeros(len(z), dtype=torch.int64) if spec.classes else None).flatten(1)
    return np.asarray((answers[1:] - answers[0]).T.numpy(), np.float32)


@torch.inference_mode()
def early_features(model: Model, z: Floats, labels: Classes | None, progress: Progress | None = None) -> Floats:
    """Return the first activations (n, features) for z (n, z_dim), less the mean of each label of a conditional model."""
    spec = model.config.generator
    first = _first_weighted(spec)
    behind = ((k, layer) for k, layer in enumerate(spec.layers) if k > first and isinstance(layer, Activation | Residual))
    end = next((k + isinstance(layer, Activation) for k, layer in behind), first + 1)  # a block's sum is no activation
    network = _beginning(model, end)
    features = np.empty((len(z), int(np.prod(network.spec.output_shape))), np.float32)
    for start in range(0, len(z), BATCH):
        part = slice(start, start + BATCH)
        classes = None if labels is None else torch.from_numpy(labels[part])
        features[part] = network(torch.from_numpy(z[part]), classes).flatten(1).numpy()
        if progress:
            progress(min(len(z), part.stop), len(z), "reading early activations")
    for label in np.unique(labels) if labels is not None else ():
        features[labels == label] -= features[labels == label].mean(0)
    return features


def feature_count(model: Model) -> int:
    """Return how many numbers `early_features` gives a z."""
    spec = model.config.generator
    return int(np.prod(spec.shapes[_first_weighted(spec)]))


def _first_weighted(spec: NetworkSpec) -> int:
    for index, layer in enumerate(spec.layers):
        if isinstance(layer, Linear | Conv | ConvTranspose):
            return index
        if not isinstance(layer, HARMLESS):
            raise ConfigError(f"layer {index}, {layer.type}, stands before the first weights, which therefore do not meet z as it is")
    raise ConfigError("the generator has no layer with weights")


def _beginning(model: Model, count: int) -> Network:
    """Return the first `count` layers, in eval mode."""
    spec = model.config.generator
    network = build(NetworkSpec(spec.input_shape, spec.layers[:count]))
    network.load({name: model.generator[name] for name in network.spec.tensors})
    return network.eval().requires_grad_(False)
