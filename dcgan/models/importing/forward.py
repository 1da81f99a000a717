"""What goes through the layers of a reading, in training mode: the statistics of a file came about so."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.models.importing.alone import normed_alone
from dcgan.models.importing.around import Around, way_around
from dcgan.models.importing.attention import attended
from dcgan.models.importing.branches import planes
from dcgan.models.importing.evidence import History, Kernel, activate, error, latents, moments, normalise, without_chance
from dcgan.models.importing.found import Choice, Entry, Found
from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import NO_ACT, Act, Pair
from dcgan.models.importing.parts import Shortcut, Skeleton, Stage
from dcgan.models.importing.trials import affordable

COUNT = 256  # z that a reading is tried with


class Forward:
    """The layers of one skeleton, to be applied one by one."""

    def __init__(self, network: Skeleton) -> None:
        self._network, self.stages = network, network.stages
        self._ends = {shortcut.end: shortcut for shortcut in network.shortcuts}
        self._starts = {shortcut.start: shortcut for shortcut in network.shortcuts}
        self._table = network.table.weight.float() if network.table is not None else None
        self._first_norm = next((index for index, stage in enumerate(network.stages) if stage.has_statistics), None)
        self._kept: Tensor | None = None  # what these came of
        self._arounds: dict[tuple[Around, int], Tensor] = {}
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
        return Found(entry, start, history, cost=entry.cost + cost, network=self._network, y=z)

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

    def step(self, index: int, found: Found, choice: Choice, eps: float, work: int) -> Found:
        """Return the reading behind kernel `index`, applied by `choice` with `eps` before it, of as many examples as `work` allows."""
        stage, move = self.stages[index], choice.move
        x = self.input(index, found, choice.act, eps, work)
        weight, bias = stage.kernel.weight.float(), stage.kernel.tensors.get("bias")
        y = activate(Kernel(x, weight, None if bias is None else bias.float())(move), choice.early)
        size = move.size(self.before(index, found), stage.size) if move.way != "linear" else found.start
        kept = self.kept(index, found, x)
        around = self._around(index, found, kept, choice.move, len(y))
        is_raw = around is not None and self._ends[index].is_raw
        return replace(
            found,
            choices=(*found.choices, choice),
            size=size,
            y=y + around if around is not None and is_raw else y,
            kept=None if around is not None else kept,
            added=None if is_raw else around,
        )

    def kept(self, index: int, found: Found, x: Tensor) -> Tensor | None:
        """Return what the way around a block takes where kernel `index` is in one; x is what goes into that."""
        shortcut = self._starts.get(index)
        if shortcut is None or not shortcut.is_raw:
            return x if shortcut is not None else found.kept
        assert found.y is not None
        return found.y.reshape(len(found.y), *x.shape[1:])

    def closes(self, index: int, found: Found, move: Move) -> bool:
        """Say whether a block that ends with kernel `index` has a way around it to what `move` gives; True where none ends."""
        shortcut = self._ends.get(index)
        before = self.before(index, found)
        if shortcut is None:
            return True
        kept = before if found.kept is None else (found.kept.shape[2], found.kept.shape[3])
        return way_around(shortcut, self._moves(found, shortcut, move), kept, move.size(before, self.stages[index].size)) is not None

    def with_around(self, index: int, found: Found, x: Tensor, y: Tensor, move: Move, channels: Tensor | None) -> Tensor:
        """Return what kernel `index` gives, y, of these channels, with what comes around where that is added before the norm."""
        shortcut = self._ends.get(index)
        if shortcut is None or not shortcut.is_raw:
            return y
        around = self._around(index, found, self.kept(index, found, x), move, len(y))
        assert around is not None
        return y + (around if channels is None else around[:, channels])

    def _around(self, index: int, found: Found, kept: Tensor | None, move: Move, count: int) -> Tensor | None:
        """Return what comes around the block that ends with kernel `index`, applied by `move`, for `count` examples, once for many."""
        shortcut = self._ends.get(index)
        if shortcut is None or kept is None:
            return None
        size = move.size(self.before(index, found), self.stages[index].size)
        way = way_around(shortcut, self._moves(found, shortcut, move), (kept.shape[2], kept.shape[3]), size)
        assert way is not None
        if self._kept is not kept:
            self._kept, self._arounds = kept, {}
        if (way, count) in self._arounds:
            return self._arounds[way, count]
        x = kept[:count]
        if shortcut.kernel is not None and way.move is not None:
            bias = shortcut.kernel.tensors.get("bias")
            x = Kernel(x, shortcut.kernel.weight.float(), None if bias is None else bias.float())(way.move)
        if shortcut.norm is not None:
            x = normalise(x, moments(x), shortcut.norm.tensors, found.eps)
        if way.scale > 1:
            x = F.interpolate(x, scale_factor=float(way.scale), mode=way.mode)
        self._arounds[way, count] = x
        return x

    @staticmethod
    def _moves(found: Found, shortcut: Shortcut, last: Move) -> list[Move]:
        return [*(choice.move for choice in found.choices[shortcut.start : shortcut.end]), last]

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
            normed = normed_alone(self.stages[index - 1], picture[:count], act if found.added is None else NO_ACT)
            x = normed if found.added is None else activate(normed + found.added[:count], act)
            return x[..., : found.size[0], : found.size[1]]
        if norm is not None:
            x = normalise(x[:count], self._statistics(y, x), norm.tensors, eps)
        x = x[:count].reshape(count, *picture.shape[1:])
        x = activate(x if found.added is None else x + found.added[:count], act)
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
