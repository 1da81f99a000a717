"""How well a reading reproduces the batch norm statistics of a file: the strongest evidence of what the file does not say.

A batch norm's running mean and variance are those of its input in training. A reading that is right gives, from z of the right prior, the
same ones channel by channel; a wrong stride, padding, slope or prior does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log

import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import Act
from dcgan.networks.layers import Sides

History = tuple[float, float]

WEIGHT = 12.0  # nats at most for each factor e of the squared error: halving it counts as much as a choice 4,000 times as usual
FLOOR = 5e-3  # squared error below which little can be told apart: chance, averaged weights, the last steps of a training
CLIP = 3.0  # of a channel's error: a few channels that died in training must not decide
FIRST_FLOOR = 1e-3  # behind the first kernel chance is small: it takes z itself, of exactly the prior's covariance
LEAST_FLOOR = 1e-3  # and elsewhere, where some reading shows that chance is small: the floor is a few times its error
ABOVE_BEST, MOST_FLOOR = 4.0, 2e-2  # or is large: with few examples even the right reading is off, and cost decides between its likes
MOVING = 10.0  # times the growth of variances, by which the floor is higher where they still grow
NOTHING = 0.3  # squared error from which on a reading explains little
HISTORIES: dict[History, float] = {(0.1, 0.1): 0.0, (1.0, 1.0): 3.0, (0.01, 0.01): 4.0, (0.1, 1.0): 4.0}
"""The momentum of running averages, of the first norm and of those behind, and what it costs, as in `geometry`.

0.1 is torch's own; 0.5 to 0.99 and None are as 1, for soon nothing is left of the start; 0.01 is what passes for TensorFlow's 0.99.
Those who give 0.8 copy, as a rule, a generator whose first norm goes without.
"""
LOOK_BACK, MOST_GROWN = 15, 0.4  # batches that averages of torch's own momentum look back on; how far variances grow in them, at the first
BEHIND, MOST_BEHIND = 10, 0.5  # batches that such averages of means are behind where these grow steadily; the share at most
RATHER_NOT = 0.008  # what is left of the squares of both: a reading that needs neither is likelier
LEFT = 0.01  # share of the start below which it does not show
UNTOUCHED = 1e-6

PLAIN: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "mish": F.mish,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def latents(count: int, z_dim: int, prior: str) -> Tensor:
    """Return z (count, z_dim) of the prior, with the mean and, where `count` allows, exactly the covariance of the prior.

    Taking the chance out of the first layer's statistics sharpens the comparison with those of a file.
    """
    random = torch.Generator().manual_seed(0)
    if prior == "uniform":
        z = torch.rand(count, z_dim, generator=random, dtype=torch.float64) * 2 - 1
        deviation = 3**-0.5
    else:
        z = torch.randn(count, z_dim, generator=random, dtype=torch.float64)
        deviation = 1.0
    return without_chance(z, torch.full((z_dim,), deviation, dtype=torch.float64)).float()


def without_chance(z: Tensor, deviations: Tensor) -> Tensor:
    """Return z (n, d), of independent numbers with these standard deviations, with mean 0 and, where n allows, exactly that covariance."""
    z = z - z.mean(0)
    if z.shape[1] * 4 <= len(z) * 3:
        values, vectors = torch.linalg.eigh(z.T @ z / len(z))
        if float(values[0]) > 0:
            z = z @ (vectors * values.rsqrt()) @ vectors.T * deviations
    return z


def error(y: Tensor, statistics: Mapping[str, Tensor], momentum: float, channels: Tensor | None = None, first: bool = False) -> float:
    """Return the mean squared error of y's statistics, (n, c) or (n, c, h, w), from a norm's: means in deviations, logs of variances."""
    mean, variance = settled(statistics, momentum)
    if channels is not None:
        mean, variance = mean[channels], variance[channels]
    small = 1e-3 * float(variance.median()) + 1e-12
    found_mean, found_variance = moments(y)
    spread = torch.log((found_variance + small) / (variance + small))
    behind = 0.0
    if not first:  # z does not grow
        growth, lag = (
            float(spread.median().clamp(0, _grown(statistics))),
            _lag(found_mean / (variance + small), mean, found_mean, statistics),
        )
        spread, found_mean = spread - growth, found_mean * lag
        behind = RATHER_NOT * (growth**2 + (1 - lag) ** 2)
    shift = (found_mean - mean) / (variance + small).sqrt()
    squared = spread.clamp(-CLIP, CLIP).square() / 2 + shift.clamp(-CLIP, CLIP).square()
    kept = squared.sort().values[: max(1, int(len(squared) * 0.95))]
    return float(kept.mean()) + behind


def _grown(statistics: Mapping[str, Tensor]) -> float:
    """Return by how much, as a logarithm, all variances can have grown with their weights since those that an average looks back on."""
    batches = int(statistics.get("num_batches_tracked", 0))
    return min(MOST_GROWN, LOOK_BACK / batches) if batches else 0.0


def _lag(weighted: Tensor, mean: Tensor, found_mean: Tensor, statistics: Mapping[str, Tensor]) -> float:
    """Return by what share averages of means are behind those of now, the same for all channels: 1 where they are not.

    Activations have a mean above 0, so that all that changes in weights alike shifts the means behind them, from one batch to the next.
    """
    batches = int(statistics.get("num_batches_tracked", 0))
    most = min(MOST_BEHIND, BEHIND / batches) if batches else 0.0
    size = float(weighted @ found_mean)
    return min(1.0, max(1 - most, float(weighted @ mean) / size)) if size > 0 else 1.0


def moments(y: Tensor) -> tuple[Tensor, Tensor]:
    """Return (mean, variance without bias) of each channel of (n, c) or (n, c, h, w)."""
    axes = [axis for axis in range(y.dim()) if axis != 1]
    mean = y.mean(axes, keepdim=True)
    return mean.flatten(), (y - mean).square_().sum(axes) / (y.numel() // y.shape[1] - 1)  # torch.var_mean takes ten times as long


def settled(statistics: Mapping[str, Tensor], momentum: float) -> tuple[Tensor, Tensor]:
    """Return (mean, variance) without what is left of the 0 and 1 that a norm starts with."""
    mean, variance = statistics["running_mean"].double(), statistics["running_var"].double()
    left = _left(statistics, momentum)
    return (mean / (1 - left)).float(), ((variance - left) / (1 - left)).clamp(min=0).float()


def histories(norms: Sequence[Mapping[str, Tensor]]) -> dict[History, float]:
    """Return the momenta that the norms of a network can have had, and what they cost; of those that make no difference the usual ones."""
    found: dict[tuple[float, ...], tuple[History, float]] = {}
    for history, cost in HISTORIES.items():
        left = [_left(statistics, history[index > 0]) for index, statistics in enumerate(norms)]
        possible = (float(each["running_var"].min()) >= (1 - 1e-4) * share for each, share in zip(norms, left, strict=True))
        if all(possible):
            found.setdefault(tuple(round(share / LEFT) for share in left), (history, cost))
    return dict(found.values())


def _left(statistics: Mapping[str, Tensor], momentum: float) -> float:
    """Return the share of its start in a running average; none where whoever wrote the file did not count the batches."""
    batches = int(statistics.get("num_batches_tracked", 0))
    return float((1 - momentum) ** batches) if batches else 0.0


def energy(squared: float, channels: int, floor: float = FLOOR) -> float:
    """Return what an error over so many channels weighs, in nats: near 0 where it explains nothing, as other readings may as well."""
    return min(WEIGHT, channels / 2) * log((squared + floor) / (squared + NOTHING))


def floor_for(best: float, statistics: Mapping[str, Tensor]) -> float:
    """Return the floor behind a kernel for which the best of all readings has this squared error: higher where weights still move fast."""
    return min(MOST_FLOOR, max(LEAST_FLOOR, ABOVE_BEST * best * (1 + MOVING * _grown(statistics))))


def is_untouched(statistics: Mapping[str, Tensor]) -> bool:
    """Say whether a norm's statistics are those that it was made with."""
    mean, variance = statistics["running_mean"], statistics["running_var"]
    return bool(mean.abs().max() < UNTOUCHED) and bool((variance - 1).abs().max() < UNTOUCHED)


def activate(x: Tensor, act: Act) -> Tensor:
    kind, slope = act
    if kind == "none":
        return x
    if kind == "leaky_relu":
        return F.leaky_relu(x, slope or 0.0)
    if kind == "elu":
        return F.elu(x, 1.0 if slope is None else slope)
    return PLAIN[kind](x)


def normalise(y: Tensor, statistics: tuple[Tensor, Tensor], tensors: Mapping[str, Tensor], eps: float) -> Tensor:
    """Apply a batch norm with the (mean, variance) of all examples: statistics of the file came about behind norms in training mode."""
    return F.batch_norm(y, *statistics, tensors.get("weight"), tensors.get("bias"), eps=eps)


class Kernel:
    """One layer's weight, to be applied in several ways to the same input; the full transposed product is computed once a stride."""

    def __init__(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
        self._x, self._weight, self._bias = x, weight, bias
        self._full: dict[tuple[int, str, tuple[int, int]], Tensor] = {}
        self._wide: dict[tuple[int, str], Tensor] = {}

    def __call__(self, move: Move, channels: Tensor | None = None) -> Tensor:
        """Return the output before any cut, of these output channels only where they are given."""
        outputs = 1 if move.way == "transposed" else 0
        weight = self._weight if channels is None else self._weight.index_select(outputs, channels)
        bias = self._bias if channels is None or self._bias is None else self._bias[channels]
        if move.way == "linear":
            return F.linear(self._x, weight, bias)
        top, bottom, left, right = sides = move.uncut
        if move.way == "conv":
            kind = "constant" if move.border == "zeros" else move.border
            return F.conv2d(F.pad(self._resized(move), (left, right, top, bottom), kind), weight, bias, move.stride)
        key = (move.scale, move.mode, move.stride)
        if key not in self._full:
            self._full[key] = F.conv_transpose2d(self._resized(move), weight, None, move.stride)
        y = F.pad(self._full[key], (-left, -right, -top, -bottom)) if min(sides) < 0 else _cut(self._full[key], sides)
        return y if bias is None else y + bias[:, None, None]

    def _resized(self, move: Move) -> Tensor:
        if move.scale == 1:
            return self._x
        key = (move.scale, move.mode)
        if key not in self._wide:
            self._wide[key] = F.interpolate(self._x, scale_factor=float(move.scale), mode=move.mode)
        return self._wide[key]


def _cut(x: Tensor, sides: Sides) -> Tensor:
    top, bottom, left, right = sides
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]
