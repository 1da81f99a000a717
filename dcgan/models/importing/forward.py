"""What goes through the layers of a reading, in training mode: the statistics of a file came about so."""

from __future__ import annotations

import torch
from torch import Tensor

from dcgan.models.importing.branches import planes
from dcgan.models.importing.evidence import Kernel, activate, latents, normalise, without_chance
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

    def begin(self, entry: Entry, start: Pair, cost: float) -> Found:
        """Return a reading of no layers yet, with what goes into the first."""
        z = latents(COUNT, entry.z_dim, entry.prior)
        if entry.classes and entry.joined != "planes":
            labels = torch.arange(COUNT) % entry.classes
            joined = torch.eye(entry.classes)[labels] if self._table is None else self._table[labels]
            if entry.joined == "multiplied":
                z = without_chance(z * joined, z.std(0) * joined.square().mean(0).sqrt())
            else:
                z = torch.cat([joined, z] if entry.joined == "before" else [z, joined], 1)
        return Found(entry, start, cost=entry.cost + cost, y=z)

    def before(self, index: int, found: Found) -> Pair:
        """Return (height, width) of what kernel `index` is applied to, before it is resized."""
        after_linear = index > 0 and self.stages[index - 1].kernel.weight.dim() == 2
        return found.start if after_linear or index == 0 else found.size

    def input(self, index: int, found: Found, act: Act, eps: float) -> Tensor:
        """Return what kernel `index` is applied to, a label's planes included where they are joined here."""
        x, branch = self._own_input(index, found, act, eps), self.stages[index].branch
        joined = None if branch is None else planes(branch, self.before(index, found), found.planes.act, training=True)
        if branch is None or joined is None:
            return x
        labels = joined[torch.arange(len(x)) % branch.classes]
        return torch.cat([labels, x] if found.planes.first else [x, labels], 1)

    def output(self, index: int, found: Found, choice: Choice, eps: float, work: int) -> tuple[Tensor, Pair]:
        """Return what kernel `index` gives by `choice` with `eps` before it, of as many examples as `work` allows; and its size."""
        stage, move = self.stages[index], choice.move
        weight, bias = stage.kernel.weight.float(), stage.kernel.tensors.get("bias")
        x = self.input(index, found, choice.act, eps)
        y = Kernel(x[: affordable(x, weight, None, work)], weight, None if bias is None else bias.float())(move)
        size = move.size(self.before(index, found), stage.size) if move.way != "linear" else found.start
        return activate(y, choice.early), size

    def _own_input(self, index: int, found: Found, act: Act, eps: float) -> Tensor:
        """Return norm and activation of the stage before, reshaped where a picture begins."""
        assert found.y is not None
        x, stage = found.y, self.stages[index]
        is_picture = stage.kernel.weight.dim() == 4
        if index == 0:
            return x[:, :, None, None] if is_picture else x
        before = self.stages[index - 1]
        if x.dim() == 2 and is_picture:
            if before.norm is not None and before.norm.channels == x.shape[1]:
                x = normalise(x, before.norm.tensors, eps)
                return activate(x.reshape(len(x), -1, *found.start), act)
            x = x.reshape(len(x), -1, *found.start)
        return activate(normalise(x, before.norm.tensors, eps) if before.norm is not None else x, act)

    def as_normed(self, stage: Stage, y: Tensor, channels: Tensor | None, start: Pair) -> tuple[Tensor, Tensor | None]:
        """Return a linear layer's output as the picture whose channels its norm counts."""
        assert stage.norm is not None
        if y.dim() == 2 and stage.shape is not None and stage.norm.channels == stage.shape[0] != stage.kernel.weight.shape[0]:
            return y.reshape(len(y), stage.shape[0], *start), None
        return y, channels
