"""What goes through the layers of a reading, in training mode: the statistics of a file came about so."""

from __future__ import annotations

import torch
from torch import Tensor

from dcgan.models.importing.alone import normed_alone
from dcgan.models.importing.attention import attended
from dcgan.models.importing.branches import planes
from dcgan.models.importing.evidence import History, Kernel, activate, error, latents, moments, normalise, without_chance
from dcgan.models.importing.found import Choice, Entry, Found
from dcgan.models.importing.options import Act, Pair
from dcgan.models.importing.parts import Skeleton, Stage
from dcgan.models.importing.trials import affordable

COUNT = 256  # z that a reading is tried with


class Forward:
    """The layers of one skeleton, to be applied one by one."""

    def __init__(self, network: Skeleton) -> None:
        self.stages = network.stages
        self._table = network.table.weight.float() if network.table is not None else None
        self._first_norm = next((index for index, stage in enumerate(network.stages) if stage.has_statistics), None)
        self._last: tuple[Tensor, tuple[Tensor, Tensor]] | None = None

    def begin(self, entry: Entry, start: Pair, history: History, cost: float) -> Found:
        """Return a reading of no layers yet, with what goes into the first."""
        count = COUNT if self._table is None else max(COUNT, 2 * entry.z_dim)
        z = latents(count, entry.z_dim, entry.prior)
        if entry.classes and entry.joined != "planes":
            labels = torch.arange(count) % entry.classes
            joined = torch.eye(entry.classes)[labels] if self._table is None else activate(self._table, entry.act)[labels]
            if entry.joined == "multiplied":
                z = without_chance(z * joined, z.std(0) * joined.square().mean(0).sqrt())
            elif entry.joined == "added":
                z = z + joined
            else:
                z = torch.cat([joined, z] if entry.joined == "before" else [z, joined], 1)
        return Found(entry, start, history, cost=entry.cost + cost, y=z)

    def before(self, index: int, found: Found) -> Pair:
        """Return (height, width) of what kernel `index` is applied to, before it is resized."""
        after_linear = index > 0 and self.stages[index - 1].kernel.weight.dim() == 2
        return found.start if after_linear or index == 0 else found.size

    def input(self, index: int, found: Found, act: Act, eps: float, work: int, channels: Tensor | None = None) -> Tensor:
        """Return what kernel `index` is applied to, a label's planes included where they are joined here.

        There are as many examples as `work` allows for these output channels, or all.
        """
        x, branch = self._own_input(index, found, act, eps, work, channels), self.stages[index].branch
        if (block := self.stages[index].attention) is not None:
            x = attended(x, block, work)
        joined = None if branch is None else planes(branch, self.before(index, found), found.planes, training=True)
        if branch is None or joined is None:
            return x
        labels = joined[torch.arange(len(x)) % branch.classes]
        return torch.cat([labels, x] if found.planes.first else [x, labels], 1)

    def output(self, index: int, found: Found, choice: Choice, eps: float, work: int) -> tuple[Tensor, Pair]:
        """Return what kernel `index` gives by `choice` with `eps` before it, of as many examples as `work` allows; and its size."""
        return self.applied(index, found, self.input(index, found, choice.act, eps, work), choice)

    def applied(self, index: int, found: Found, x: Tensor, choice: Choice) -> tuple[Tensor, Pair]:
        """Return what kernel `index` gives of this x by `choice`; and its size."""
        stage, move = self.stages[index], choice.move
        weight, bias = stage.kernel.weight.float(), stage.kernel.tensors.get("bias")
        y = Kernel(x, weight, None if bias is None else bias.float())(move)
        size = move.size(self.before(index, found), stage.size) if move.way != "linear" else found.start
        return activate(y, choice.early), size

    def _own_input(self, index: int, found: Found, act: Act, eps: float, work: int, channels: Tensor | None) -> Tensor:
        """Return norm and activation of the stage before, reshaped where a picture begins."""
        assert found.y is not None
        y, weight = found.y, self.stages[index].kernel.weight
        norm = self.stages[index - 1].norm if index else None
        shape = (-1, *(found.start if index else (1, 1))) if y.dim() == 2 and weight.dim() == 4 else y.shape[1:]
        picture = y.reshape(len(y), *shape)
        x = y if norm is None or norm.channels == y.shape[1] else picture  # a norm can stand before the picture begins
        count = affordable(picture, weight, channels, work)
        if index and self.stages[index - 1].alone is not None:
            return normed_alone(self.stages[index - 1], picture[:count], act)[..., : found.size[0], : found.size[1]]
        if norm is not None:
            x = normalise(x[:count], self._statistics(y, x), norm.tensors, eps)
        x = activate(x[:count].reshape(count, *picture.shape[1:]), act)
        return x[..., : found.size[0], : found.size[1]] if index and x.dim() == 4 else x  # what an author cuts, he cuts behind the norm

    def _statistics(self, key: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the (mean, variance) of y; those of the last `key` are kept, as many trials in a row ask for them."""
        if self._last is None or self._last[0] is not key:
            mean, variance = moments(y)
            count = y.numel() // y.shape[1]
            self._last = key, (mean, variance * ((count - 1) / count))
        return self._last[1]

    def error(self, index: int, found: Found, y: Tensor, channels: Tensor | None = None) -> float:
        """Return the squared error of kernel `index`'s outputs, or of these channels of them, behind which its norm stands."""
        norm = self.stages[index].norm
        assert norm is not None
        return error(y, norm.tensors, found.history[index != self._first_norm], channels, first=index == 0)

    def as_normed(self, stage: Stage, y: Tensor, channels: Tensor | None, start: Pair) -> tuple[Tensor, Tensor | None]:
        """Return a linear layer's output as the picture whose channels its norm counts."""
        assert stage.norm is not None
        if y.dim() == 2 and stage.shape is not None and stage.norm.channels == stage.shape[0] != stage.kernel.weight.shape[0]:
            return y.reshape(len(y), stage.shape[0], *start), None
        return y, channels
