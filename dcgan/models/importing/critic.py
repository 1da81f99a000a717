"""A discriminator that came with the generator, where its layers are the usual ones."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from dcgan.errors import ConfigError, DCGANError
from dcgan.models.folder import Model
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.naming import Node, descend, modules, natural, tree
from dcgan.networks.layers import Activation, Conv, Flatten, Layer, Linear, Shape
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec

LEAKY = Activation("leaky_relu", 0.2)


def critic(model: Model, contents: Contents, generator: Node) -> Model:
    """Return `model` with the file's discriminator, or as it is where there is none that can be read."""
    for node in descend(tree(contents.tensors)):
        apart = node.prefix[: len(generator.prefix)] != generator.prefix and generator.prefix[: len(node.prefix)] != node.prefix
        if apart and node.says_discriminator:
            try:
                return _with(model, node, contents.ordered)
            except DCGANError:
                continue
    return model


def critic_alone(model: Model, contents: Contents) -> Model:
    """Return `model` with the discriminator that a file of its own holds; a DCGANError where that cannot be read."""
    return _with(model, tree(contents.tensors), contents.ordered)


def _with(model: Model, node: Node, ordered: bool) -> Model:
    spec, tensors = _read(node, model.config.generator.output_shape, ordered)
    found = replace(model, config=replace(model.config, discriminator=spec), discriminator=tensors)
    found.build_discriminator()
    return found


def _read(node: Node, picture: Shape, ordered: bool) -> tuple[NetworkSpec, dict[str, Tensor]]:
    """Return convolutions that halve the picture, each with its norm and LeakyReLU 0.2, and one logit at the end; else a ConfigError."""
    found = modules(node)
    layers: list[Layer] = []
    tensors: dict[str, Tensor] = {}
    shape = picture
    order = list(found) if ordered else sorted(found, key=natural)
    last = max((k for k, path in enumerate(order) if _is_kernel(found[path])), default=-1)
    for k, path in enumerate(order):
        layer = _layer(found[path], shape, k == last)
        between: list[Layer] = [LEAKY] if layers and not isinstance(layer, BatchNorm) else []
        if isinstance(layer, Linear) and len(shape) == 3:
            between.append(Flatten())
        for added in (*between, layer):
            layers.append(added)
            shape = added.out_shape(shape)
        tensors |= {f"{len(layers) - 1}.{name}": tensor.float() for name, tensor in found[path].items() if tensor.dim()}
    if len(shape) == 3:
        layers.append(Flatten())
    spec = NetworkSpec(picture, tuple(layers))
    if spec.output_shape != (1,):
        raise ConfigError(f"it gives {spec.output_shape}, a discriminator one number")
    return spec, tensors


def _is_kernel(own: dict[str, Tensor]) -> bool:
    return "weight" in own and own["weight"].dim() == 4


def _layer(own: dict[str, Tensor], shape: Shape, is_last: bool) -> Layer:
    weight, bias = own.get("weight"), "bias" in own
    if "running_mean" in own:
        return BatchNorm(own["running_mean"].shape[0], affine=weight is not None)
    if weight is not None and weight.dim() == 2:
        return Linear(weight.shape[1], weight.shape[0], bias)
    if weight is None or weight.dim() != 4 or len(shape) != 3:
        raise ConfigError("it has other layers than a plain discriminator")
    kernel = (weight.shape[2], weight.shape[3])
    if is_last and (kernel[0] > shape[1] or kernel[1] > shape[2]):
        raise ConfigError(f"its last kernel is larger than the {shape[1]}x{shape[2]} that are left: it is of larger pictures")
    is_whole = is_last and kernel == shape[1:]  # 4x4 before that halves a picture of 4x4, too
    sides = (0, 0, 0, 0) if is_whole else ((kernel[0] - 1) // 2,) * 2 + ((kernel[1] - 1) // 2,) * 2
    stride = (1, 1) if is_whole else (2, 2)
    return Conv(weight.shape[1], weight.shape[0], kernel, stride, sides, bias)
