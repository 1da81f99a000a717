"""A look at the networks of a training: what steps do not say. It costs a few pictures in eval mode and draws nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from dcgan.data import Dataset
from dcgan.images import to_x
from dcgan.metrics.portrait import spread
from dcgan.metrics.references import REFERENCES, small
from dcgan.metrics.silhouette import Classes
from dcgan.networks.builder import Network
from dcgan.training.optimizers import decay_factor
from dcgan.training.trainer import SHEET, Trainer

EVERY = 50  # steps from one look to the next
COUNTABLE = 256  # at least, for kinds to be counted among them


@dataclass(frozen=True)
class Checkup:
    """What was seen at `step`, `steps` after the last look.

    `change` is the size of what was added to a network's weights since, over their own size then; 0 says that not one has changed, and
    it is left out where the schedule of the learning rates has ended. `fixed_variety` is the distance between the
    fixed-z pictures of G over that between real ones, within classes where G is conditional. `d_spread` is the standard deviation
    of D's outputs over real pictures and fakes. `dead_units` is the share of units of G's layers that no fixed z wakes, by position.
    `nearness` is the median distance of a fixed-z picture to the nearest real one over that of a real one to the nearest other;
    `kinds` counts the different real pictures that are nearest to one, over the same count for as many real pictures (1
    where the data have too few). `classes` are
    the shares of the data's classes among the fixed-z pictures, as their silhouettes name them; {} where there are no labels, or G is
    conditional.
    """

    step: int
    steps: int
    change: dict[str, float]
    fixed_variety: float
    d_spread: float
    dead_units: dict[int, float]
    nearness: float
    kinds: float
    classes: dict[str, float]


class Examiner:
    """Looks at a trainer's networks. The real pictures that it compares with are chosen by the recipe's seed."""

    def __init__(self, trainer: Trainer, data: Dataset, step: int) -> None:
        self._trainer = trainer
        batches = trainer.batches
        count = min(len(batches.pictures), REFERENCES)
        chosen = np.random.default_rng(trainer.recipe.seed).permutation(len(batches.pictures))[:count]
        x = to_x(batches.pictures[torch.from_numpy(chosen)])
        labels = None if batches.labels is None else batches.labels[torch.from_numpy(chosen)]
        self.real_distance = spread(x)
        self._class_distance = self.real_distance if labels is None else spread(x, labels)
        self._real = x[:SHEET].to(trainer.device, copy=True)
        self._labels = None if labels is None else labels[:SHEET].to(trainer.device)
        self._small = small(x)
        distances = torch.cdist(self._small, self._small).fill_diagonal_(torch.inf)
        self._usual_nearness = float(distances.min(1).values.median())
        self._usual_kinds = _count(distances[:SHEET].argmin(1))
        told = None if data.labels is None or trainer.recipe.conditional else torch.from_numpy(np.asarray(data.labels)[chosen])
        self._classes = None if told is None else Classes(data.label_names, told, x)
        self._note(step)

    def is_due(self, step: int) -> bool:
        return step >= self._seen_at + EVERY

    @torch.no_grad()
    def examine(self, step: int) -> Checkup:
        """Look at both networks after `step` steps."""
        trainer = self._trainer
        with at_rest(trainer.g), at_rest(trainer.d), _dead_units(trainer.g) as dead:
            x = trainer.g.forward(trainer.fixed_z, trainer.fixed_labels)
            outputs = torch.cat([trainer.d.forward(self._real, self._labels), trainer.d.forward(x, trainer.fixed_labels)])
        x = x.float().cpu()
        fixed_labels = None if trainer.fixed_labels is None else trainer.fixed_labels.cpu()
        nearest = torch.cdist(small(x), self._small).min(1)
        checkup = Checkup(
            step=step,
            steps=step - self._seen_at,
            change={} if decay_factor(trainer.recipe, self._seen_at) == 0 else self._change(),
            fixed_variety=spread(x, fixed_labels) / max(self._class_distance, 1e-12),
            d_spread=float(outputs.float().std()),
            dead_units=dead,
            nearness=float(nearest.values.median()) / max(self._usual_nearness, 1e-12),
            kinds=_count(nearest.indices) / self._usual_kinds if len(self._small) >= COUNTABLE else 1.0,
            classes=self._classes.shares(x) if self._classes else {},
        )
        self._note(step)
        return checkup

    def _change(self) -> dict[str, float]:
        return {name: _relative_change(before, now) for (name, before), now in zip(self._weights.items(), self._slices(), strict=True)}

    def _note(self, step: int) -> None:
        """Keep a slice of every weight, to see how much it changes."""
        self._seen_at = step
        self._weights = dict(zip(("g", "d"), self._slices(), strict=True))

    def _slices(self) -> list[list[Tensor]]:
        """Return of G and of D the first slice of every weight of two or more dimensions."""
        updaters = (self._trainer.updater_g, self._trainer.updater_d)
        return [[weight.detach()[:1].float().clone() for weight in updater.parameters if weight.dim() > 1] for updater in updaters]


def _relative_change(before: list[Tensor], now: list[Tensor]) -> float:
    """Return the norm of the difference over that of `before`."""
    added = sum(float((b - a).square().sum()) for a, b in zip(before, now, strict=True))
    return float((added / max(sum(float(a.square().sum()) for a in before), 1e-12)) ** 0.5)


@contextmanager
def at_rest(network: Network) -> Iterator[None]:
    """Put a network in eval mode: no statistic changes and no dropout is drawn."""
    network.eval()
    try:
        yield
    finally:
        network.train()


@contextmanager
def _dead_units(network: Network) -> Iterator[dict[int, float]]:
    """Yield a dict that a forward pass fills: the share of units (channels, or features) that stay at 0, of every layer behind a ReLU."""
    found: dict[int, float] = {}

    def noting(index: int) -> nn.Module:
        def note(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            units = output.transpose(0, 1).flatten(1) if output.dim() > 2 else output.T
            found[index] = float((units <= 0).all(1).float().mean())

        return note  # type: ignore[return-value]

    handles = [layer.register_forward_hook(noting(index)) for index, layer in enumerate(network) if isinstance(layer, nn.ReLU)]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _count(indices: Tensor) -> int:
    return len(set(indices.tolist()))
