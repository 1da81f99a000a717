"""Which way each convolution is computed: the fastest of `networks.convolution`, timed on random numbers of the layer's own sizes.

By processor seconds, as `training.tuning` has it: only a CPU has several ways.
"""

from __future__ import annotations

import time

import torch

from dcgan.config import Recipe
from dcgan.networks.convolution import METHODS, Method, double, halve, takes
from dcgan.networks.layers import Conv, ConvTranspose, Shape
from dcgan.networks.weighted import halves_or_doubles
from dcgan.system import release_memory
from dcgan.training.trainer import SHORT_TYPES, Networks

REPEATS = 3  # after a first one, which also warms up
ENOUGH = 3.0  # processor seconds of a layer: no more repeats after that; large layers, whose ways differ by more than noise
HOPELESS = 2.5  # times the fastest: not timed again
MARGIN = 0.95  # of the time that torch's own kernels take; less is not worth another order of rounding
Pass = tuple[bool, bool]  # which gradients a pass computes: x's, the weight's
IN_G: tuple[Pass, ...] = ((True, True),)
IN_D: tuple[Pass, ...] = ((True, True), (True, True), (True, False))  # on real pictures, on fakes, and for G
AT_PICTURES: tuple[Pass, ...] = ((False, True), (False, True), (True, False))  # D's first layer


def fastest_kernels(recipe: Recipe, networks: Networks, device: str) -> str:
    """Return `Recipe.kernels` with the fastest way for every layer that has several, "native" where none is faster than torch."""
    if device != "cpu" or recipe.layout == "contiguous":
        return "native"
    found = []
    for part, spec in (("g", networks.generator), ("d", networks.discriminator)):
        for index, (layer, shape) in enumerate(zip(spec.layers, (spec.input_shape, *spec.shapes), strict=False)):
            if halves_or_doubles(layer):
                passes = IN_G if part == "g" else IN_D if index else AT_PICTURES
                method = _fastest(layer, shape, passes, recipe)
                found += [f"{part}{index}={method}"] if method != "native" else []
                release_memory()
    return ",".join(found) or "native"


def _fastest(layer: Conv | ConvTranspose, shape: Shape, passes: tuple[Pass, ...], recipe: Recipe) -> Method:
    assert recipe.batch_size is not None
    dtype, layout = SHORT_TYPES.get(recipe.precision, torch.float32), torch.channels_last
    generator = torch.Generator().manual_seed(0)
    sizes = ((recipe.batch_size, *shape), layer.tensors()["weight"], (recipe.batch_size, *layer.out_shape(shape)))
    x, weight, gradient = (torch.randn(size, generator=generator).to(dtype).contiguous(memory_format=layout) for size in sizes)
    function = halve if isinstance(layer, Conv) else double
    fine = shape if isinstance(layer, Conv) else layer.out_shape(shape)

    def seconds(method: Method) -> float:
        start = time.process_time()
        for for_x, for_weight in passes:
            y = function(x.detach().requires_grad_(for_x), weight.detach().requires_grad_(for_weight), method, layer.padding[0])
            y.backward(gradient)  # type: ignore[no-untyped-call]
        return time.process_time() - start

    start = time.process_time()
    best = {method: seconds(method) for method in METHODS if takes(method, fine, layer.kernel[0])}
    for _ in range(REPEATS):  # in turns, so that a busy moment hits all
        if time.process_time() - start > ENOUGH:
            break
        limit = HOPELESS * min(best.values())
        best |= {method: min(taken, seconds(method)) for method, taken in best.items() if taken < limit}
    fastest = min(best, key=best.__getitem__)
    return fastest if best[fastest] < MARGIN * best["native"] else "native"
