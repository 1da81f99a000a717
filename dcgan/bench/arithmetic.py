"""What a step has to compute, and the fastest that this machine multiplies."""

from __future__ import annotations

import time

import torch

from dcgan.networks import NetworkSpec
from dcgan.training.trainer import Networks

SIZES = (1024, 2048, 4096)  # rows of the square matrices; an accelerator gets one more
LARGEST = 8192
LONGEST = 1.0  # seconds that one multiplication may be expected to take


def step_multiply_adds(networks: Networks, d_steps: int = 1) -> int:
    """Count the multiply-adds that one step must do for each picture of its batch: convolutions and linear layers.

    A layer's backward pass costs once its forward pass for the gradient of its weights, and once for that of its input, which the first
    layer of G never needs, and that of D only on the way to G. With g and d for one forward pass, g1 and d1 for that of the first layer:

    - D's step, `d_steps` times: G forward g, D forward on real and fake 2 d, backward on both 2 (2 d - d1)
    - G's step: D forward d, D backward to its input d, G backward 2 g - g1

    The plain loop also computes gradients for D's weights in G's step, d more, and throws them away. Penalties are not counted.
    """
    g, d = networks.generator.multiply_adds, networks.discriminator.multiply_adds
    g1, d1 = (_first(spec) for spec in (networks.generator, networks.discriminator))
    return d_steps * (g + 6 * d - 2 * d1) + 2 * d + 2 * g - g1


def _first(spec: NetworkSpec) -> int:
    """Return the multiply-adds of the first layer that has any."""
    before = (spec.input_shape, *spec.shapes)
    return next((count for layer, shape in zip(spec.layers, before, strict=False) if (count := layer.multiply_adds(shape))), 0)


def matmul_peak(dtype: torch.dtype, device: str, seconds: float = 0.3, sizes: tuple[int, ...] | None = None) -> float:
    """Return the most operations a second (2 n³ for n x n matrices) over `sizes`, each tried for `seconds` and at least twice.

    A size is left out where the one before says that one multiplication would take more than LONGEST seconds.
    """
    best = 0.0
    for size in sizes or (SIZES if device == "cpu" else (*SIZES, LARGEST)):
        operations = 2 * size**3
        if best and operations / best > LONGEST:
            break
        a, b = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
        out = a @ b
        end, tries = time.perf_counter() + seconds, 0
        while tries < 2 or time.perf_counter() < end:
            best = max(best, operations / _seconds_of(a, b, out))
            tries += 1
    return best


def _seconds_of(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> float:
    synchronize(a.device.type)
    start = time.perf_counter()
    torch.mm(a, b, out=out)
    synchronize(a.device.type)
    return time.perf_counter() - start


def synchronize(device: str) -> None:
    """Wait for all that an accelerator was given to do."""
    if device != "cpu":
        torch.accelerator.synchronize()
