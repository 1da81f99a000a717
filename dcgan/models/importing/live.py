"""A generator that lives in a notebook: what its state dict is read as, checked against the module itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.errors import CheckpointError
from dcgan.latent import sample_z
from dcgan.models.folder import Model
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.formats import SAVE_LINE
from dcgan.models.importing.options import OUTPUTS, Options
from dcgan.models.importing.reader import inspect_contents
from dcgan.models.importing.report import Reading
from dcgan.networks.layers import Activation
from dcgan.networks.spec import NetworkSpec

COUNT = 8  # z that are tried
TOLERANCE = 1e-3  # of the generator's own output


def read_live(network: nn.Module, name: str) -> tuple[Model, float]:
    """Return the reading of a module's state dict that makes the module's own pictures, and how far they differ at most.

    The module is called in eval mode, without gradients, and left as it was.

    Raises
    ------
    CheckpointError
        It is no convolutional generator, cannot be called with z, or no reading of its state dict makes its pictures.
    """
    if not isinstance(network, nn.Module):
        kind = type(network).__name__
        raise CheckpointError(f"{name} is a {kind}, not a torch module: hand in the generator itself, as in dcgan.explore(netG)")
    tensors = {key: tensor.detach().cpu() for key, tensor in network.state_dict().items()}
    best: tuple[float, Model] | None = None
    for reading in _readings(Contents(name, "torch", tensors, ordered=True)):
        best = min(filter(None, (best, _compared(network, name, reading.model))), key=lambda pair: pair[0], default=None)
        if best is not None and best[0] <= TOLERANCE:
            return best[1], best[0]
    how = "are of another shape than those of any reading of its layers" if best is None else f"differ from ours by {best[0]:.2g}"
    raise CheckpointError(
        f"{name} does something that its state dict does not show: its pictures {how}; "
        f"save it with {SAVE_LINE} and say what is different: python -m dcgan import netG.pth --set …"
    )


def _readings(contents: Contents) -> Iterator[Reading]:
    """Yield the readings, and last those with the other axis of self-attention where that was assumed."""
    found = inspect_contents(contents, Options())
    yield from found.readings
    if any(assumption.key == "attention" for assumption in found.best.assumed):
        yield from inspect_contents(contents, Options(attention="queries")).readings


def _compared(network: nn.Module, name: str, model: Model) -> tuple[float, Model] | None:
    """Return how far a reading's pictures are from the module's, and the reading with the activation at its end that fits best."""
    z = torch.from_numpy(sample_z(range(COUNT), model.config.z_dim, model.config.prior))
    labels = torch.arange(COUNT) % model.config.generator.classes if model.config.generator.classes else None
    truth = _called(network, name, z, labels)
    if truth.shape[1:] != model.config.generator.output_shape:
        return None
    with torch.inference_mode():
        each = [(float((one.build_generator()(z, labels) - truth).abs().max()), one) for one in _with_outputs(model)]
    return min(each, key=lambda pair: pair[0])


def _with_outputs(model: Model) -> Iterator[Model]:
    """Yield the model as it was read, then with each other activation at its end."""
    layers = model.config.generator.layers
    body = layers[:-1] if isinstance(layers[-1], Activation) else layers
    yield model
    for output, image_range in OUTPUTS.items():
        ending = () if output == "none" else (Activation(output),)  # type: ignore[arg-type]
        if (*body, *ending) != layers:
            spec = NetworkSpec(model.config.generator.input_shape, (*body, *ending))
            yield replace(model, config=replace(model.config, generator=spec, image_range=image_range))


@torch.no_grad()
def _called(network: nn.Module, name: str, z: Tensor, labels: Tensor | None) -> Tensor:
    """Return the module's own pictures of z, flat or as a picture of one pixel, with labels as numbers or one-hot."""
    parameter = next(network.parameters(), z)
    told: list[tuple[Tensor, ...]] = [()]
    if labels is not None:
        one_hot = F.one_hot(labels).float()
        told = [(labels,), (one_hot,), (one_hot[:, :, None, None],)]
    complaint = ""
    with _evaluating(network):
        for shaped in (z, z[:, :, None, None]):
            for more in told:
                try:
                    given = [tensor.to(parameter.device) for tensor in (shaped, *more)]
                    x = network(given[0].to(parameter.dtype), *given[1:])
                except Exception as error:  # whatever the author's forward raises
                    complaint = str(error).partition("\n")[0][:120]
                    continue
                if isinstance(x, Tensor) and x.dim() == 4 and len(x) == len(z):
                    return x.float().cpu()
    raise CheckpointError(
        f"{name} cannot be called with z of the shape {tuple(z.shape)} or (n, {z.shape[1]}, 1, 1): {complaint or 'no pictures'}"
    )


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
