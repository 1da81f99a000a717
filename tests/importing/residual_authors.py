"""Generators with residual blocks as other people write them, each from its description, as those of `authors`."""

from __future__ import annotations

from collections import OrderedDict

import torch
from authors import Author, labelled, plain, up
from torch import Tensor, nn
from torch.nn import functional as F


class Wasserstein(nn.Module):
    """Norms and ReLU before each kernel, the first of which takes doubled pixels, as its 1x1 kernel around both does."""

    class Block(nn.Module):
        def __init__(self, a: int, b: int) -> None:
            super().__init__()
            self.conv_shortcut = nn.Conv2d(a, b, 1)
            self.bn1, self.bn2 = nn.BatchNorm2d(a), nn.BatchNorm2d(b)
            self.conv_1, self.conv_2 = nn.Conv2d(a, b, 3, padding=1, bias=False), nn.Conv2d(b, b, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            y = self.conv_1(F.interpolate(F.relu(self.bn1(x)), scale_factor=2))
            return self.conv_2(F.relu(self.bn2(y))) + self.conv_shortcut(F.interpolate(x, scale_factor=2))

    def __init__(self, w: int = 12) -> None:
        super().__init__()
        self.w = w
        self.ln1 = nn.Linear(64, w * 64)
        self.rb1, self.rb2, self.rb3 = self.Block(w * 4, w * 4), self.Block(w * 4, w * 2), self.Block(w * 2, w)
        self.bn, self.conv1 = nn.BatchNorm2d(w), nn.Conv2d(w, 3, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.rb3(self.rb2(self.rb1(self.ln1(z).view(-1, self.w * 4, 4, 4))))
        return torch.tanh(self.conv1(F.relu(self.bn(x))))


class Spectral(nn.Module):
    """Numbered blocks with `c1`, `c2`, `c_sc`, the norms behind them in the file; z may have a label's embedding behind it."""

    class Block(nn.Module):
        def __init__(self, a: int, b: int, normed: bool, mode: str) -> None:
            super().__init__()
            self.mode = mode
            self.c1, self.c2 = nn.Conv2d(a, b, 3, 1, 1), nn.Conv2d(b, b, 3, 1, 1)
            self.b1, self.b2 = (nn.BatchNorm2d(a), nn.BatchNorm2d(b)) if normed else (nn.Identity(), nn.Identity())
            self.c_sc = nn.Conv2d(a, b, 1, 1, 0)

        def forward(self, x: Tensor) -> Tensor:
            wide = F.interpolate(F.relu(self.b1(x)), scale_factor=2, mode=self.mode)
            y = self.c2(F.relu(self.b2(self.c1(wide))))
            return y + self.c_sc(F.interpolate(x, scale_factor=2, mode=self.mode))

    def __init__(self, w: int = 16, classes: int = 0, normed: bool = True, mode: str = "nearest") -> None:
        super().__init__()
        self.w = w
        self.label_emb = nn.Embedding(classes, 16) if classes else None
        self.l1 = nn.Linear(64 + 16 * bool(classes), w * 2 * 16)
        blocks = [self.Block(a, b, normed, mode) for a, b in ((w * 2, w * 2), (w * 2, w), (w, w))]
        self.block2, self.block3, self.block4 = blocks
        self.b5, self.c5 = nn.BatchNorm2d(w) if normed else nn.Identity(), nn.Conv2d(w, 3, 3, 1, 1)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        z = z if self.label_emb is None else torch.cat([z, self.label_emb(labels)], 1)
        x = self.block4(self.block3(self.block2(self.l1(z).view(-1, self.w * 2, 4, 4))))
        return torch.tanh(self.c5(F.relu(self.b5(x))))


class Sequence(nn.Module):
    """Blocks of one width in a Sequential, each a Sequential and a way around it that holds no weights: no name tells it."""

    class Block(nn.Module):
        def __init__(self, w: int) -> None:
            super().__init__()
            kernels = [nn.Conv2d(w, w, 3, padding=1) for _ in range(2)]
            first = [nn.BatchNorm2d(w), nn.ReLU(), nn.Upsample(scale_factor=2), kernels[0]]
            self.model = nn.Sequential(*first, nn.BatchNorm2d(w), nn.ReLU(), kernels[1])
            self.widen = nn.Upsample(scale_factor=2)

        def forward(self, x: Tensor) -> Tensor:
            return self.model(x) + self.widen(x)

    def __init__(self, w: int = 24) -> None:
        super().__init__()
        self.w = w
        self.dense = nn.Linear(64, w * 16)
        blocks = [self.Block(w) for _ in range(3)]
        self.model = nn.Sequential(*blocks, nn.BatchNorm2d(w), nn.ReLU(), nn.Conv2d(w, 3, 3, padding=1), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        return self.model(self.dense(z).view(-1, self.w, 4, 4))


class Behind(nn.Module):
    """Norms behind the kernels, the activation behind the sum; the first block keeps its channels, so nothing stands around it."""

    class Block(nn.Module):
        def __init__(self, a: int, b: int, doubles: bool, normed: bool) -> None:
            super().__init__()
            self.doubles = doubles
            self.conv1, self.bn1 = nn.Conv2d(a, b, 3, 1, 1), nn.BatchNorm2d(b)
            self.conv2, self.bn2 = nn.Conv2d(b, b, 3, 1, 1), nn.BatchNorm2d(b)
            own = [nn.Conv2d(a, b, 1, bias=not normed), *([nn.BatchNorm2d(b)] if normed else [])]
            self.skip = nn.Sequential(*own) if a != b else nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            x = F.interpolate(x, scale_factor=2) if self.doubles else x
            return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.skip(x))

    def __init__(self, w: int = 16, normed: bool = False) -> None:
        super().__init__()
        self.w = w
        self.fc = nn.Linear(32, w * 4 * 49)
        blocks = [(w * 4, w * 4, False), (w * 4, w * 2, True), (w * 2, w, True)]
        self.resblocks = nn.Sequential(*[self.Block(*each, normed) for each in blocks])
        self.final = nn.Conv2d(w, 1, 3, 1, 1)

    def forward(self, z: Tensor) -> Tensor:
        return torch.tanh(self.final(self.resblocks(self.fc(z).view(-1, self.w * 4, 7, 7))))


class Between(nn.Module):
    """Blocks that keep channels and size between transposed convolutions; names alone say that they are residual."""

    class Block(nn.Module):
        def __init__(self, w: int) -> None:
            super().__init__()
            layers = [nn.Conv2d(w, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU(True), nn.Conv2d(w, w, 3, 1, 1, bias=False)]
            self.block = nn.Sequential(*layers, nn.BatchNorm2d(w))

        def forward(self, x: Tensor) -> Tensor:
            return x + self.block(x)

    def __init__(self, name: str = "res", w: int = 12) -> None:
        super().__init__()
        parts = [("up1", nn.Sequential(*up(40, w * 4, 4, 1, 0))), (f"{name}1", self.Block(w * 4))]
        parts += [("up2", nn.Sequential(*up(w * 4, w * 2, 4, 2, 1))), (f"{name}2", self.Block(w * 2))]
        parts += [("up3", nn.Sequential(*up(w * 2, w, 4, 2, 1))), ("last", nn.ConvTranspose2d(w, 3, 4, 2, 1))]
        self.main = nn.Sequential(OrderedDict(parts))

    def forward(self, z: Tensor) -> Tensor:
        return torch.tanh(self.main(z))


class Transposed(nn.Module):
    """A transposed kernel doubles in the body, another one around it."""

    class Block(nn.Module):
        def __init__(self, a: int, b: int) -> None:
            super().__init__()
            self.main = nn.Sequential(*up(a, b, 4, 2, 1, act=nn.LeakyReLU(0.2)), nn.Conv2d(b, b, 3, 1, 1), nn.BatchNorm2d(b))
            self.shortcut = nn.ConvTranspose2d(a, b, 2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return F.leaky_relu(self.main(x) + self.shortcut(x), 0.2)

    def __init__(self, w: int = 16) -> None:
        super().__init__()
        self.start = nn.Sequential(*up(64, w * 2, 4, 1, 0, act=nn.LeakyReLU(0.2)))
        self.blocks = nn.ModuleList([self.Block(w * 2, w * 2), self.Block(w * 2, w)])
        self.to_picture = nn.ConvTranspose2d(w, 3, 4, 2, 1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.start(z)
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.to_picture(x))


RESIDUAL: dict[str, Author] = {
    "wasserstein": Author(Wasserstein, 64, (32, 32), call=plain),
    "spectral, bilinear": Author(lambda: Spectral(mode="bilinear"), 64, (32, 32), call=plain),
    "spectral, labels": Author(lambda: Spectral(classes=5), 64, (32, 32), classes=5, call=labelled),
    "spectral, no norms": Author(lambda: Spectral(normed=False), 64, (32, 32), call=plain),
    "in a sequence, unnamed": Author(Sequence, 64, (32, 32), call=plain),
    "behind": Author(Behind, 32, (28, 28), call=plain),
    "behind, norms around": Author(lambda: Behind(normed=True), 32, (28, 28), call=plain),
    "between": Author(Between, 40, (32, 32)),
    "between, unnamed": Author(lambda: Between("mid"), 40, (32, 32)),
    "transposed": Author(Transposed, 64, (32, 32)),
}
