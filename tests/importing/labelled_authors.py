"""Generators of labelled pictures in which label and z have layers of their own, and those whose input holds more than z."""

from __future__ import annotations

import torch
from authors import Author, Linden, labelled, plain, up
from torch import Tensor, nn
from torch.nn import functional as F


class TwoDeconvolutions(nn.Module):
    """deconv1_1 of z and deconv1_2 of the one-hot label, each with its norm; their planes joined."""

    def __init__(self, w: int = 8, z: int = 100, classes: int = 10) -> None:
        super().__init__()
        self.classes = classes
        self.deconv1_1, self.deconv1_1_bn = nn.ConvTranspose2d(z, w * 2, 4, 1, 0), nn.BatchNorm2d(w * 2)
        self.deconv1_2, self.deconv1_2_bn = nn.ConvTranspose2d(classes, w * 2, 4, 1, 0), nn.BatchNorm2d(w * 2)
        self.deconv2, self.deconv2_bn = nn.ConvTranspose2d(w * 4, w * 2, 4, 2, 1), nn.BatchNorm2d(w * 2)
        self.deconv3, self.deconv3_bn = nn.ConvTranspose2d(w * 2, w, 4, 2, 1), nn.BatchNorm2d(w)
        self.deconv4 = nn.ConvTranspose2d(w, 1, 4, 2, 1)

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = F.one_hot(labels, self.classes).float()[:, :, None, None]
        x = F.relu(self.deconv1_1_bn(self.deconv1_1(z[:, :, None, None])))
        x = torch.cat([x, F.relu(self.deconv1_2_bn(self.deconv1_2(told)))], 1)
        return torch.tanh(self.deconv4(F.relu(self.deconv3_bn(self.deconv3(F.relu(self.deconv2_bn(self.deconv2(x))))))))


class TwoSequentials(nn.Module):
    """The label's Sequential is declared first, LeakyReLU everywhere."""

    def __init__(self, w: int = 8, z: int = 100, classes: int = 10) -> None:
        super().__init__()
        self.classes, act = classes, nn.LeakyReLU(0.2)
        self.label_conv = nn.Sequential(*up(classes, w * 2, 4, 1, 0, act=act))
        self.noise_conv = nn.Sequential(*up(z, w * 2, 4, 1, 0, act=act))
        last = nn.ConvTranspose2d(w, 1, 4, 2, 1, bias=False)
        self.main = nn.Sequential(*up(w * 4, w * 2, 4, 2, 1, act=act), *up(w * 2, w, 4, 2, 1, act=act), last, nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = F.one_hot(labels, self.classes).float()[:, :, None, None]
        return self.main(torch.cat([self.noise_conv(z[:, :, None, None]), self.label_conv(told)], 1))


class OnePlane(nn.Module):
    """An embedding, through a linear layer or as it is, becomes one plane beside z's; behind those or before them."""

    def __init__(self, side: int, classes: int, linear: bool = True, first: bool = False, w: int = 16, eps: float = 1e-5) -> None:
        super().__init__()
        self.side, self.first, self.w = side, first, w
        places = side * side
        self.label_emb = nn.Sequential(nn.Embedding(classes, 50), nn.Linear(50, places)) if linear else nn.Embedding(classes, places)
        self.latent = nn.Sequential(nn.Linear(100, w * places), nn.LeakyReLU(0.2))
        last = nn.Conv2d(w // 2, 1, 7, 1, 3)
        self.model = nn.Sequential(*up(w + 1, w, 4, 2, 1, eps=eps), *up(w, w // 2, 4, 2, 1, eps=eps), last, nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        x = self.latent(z).view(-1, self.w, self.side, self.side)
        told = self.label_emb(labels).view(-1, 1, self.side, self.side)
        return self.model(torch.cat([told, x] if self.first else [x, told], 1))


class Dense(nn.Module):
    """Joined to z: a label behind an embedding and a linear layer, or one-hot behind a linear layer with LeakyReLU."""

    def __init__(self, one_hot: bool, w: int = 16, z: int = 60, classes: int = 12) -> None:
        super().__init__()
        self.classes = classes if one_hot else 0
        first = [nn.Linear(classes, 5), nn.LeakyReLU(0.2)] if one_hot else [nn.Embedding(classes, 30), nn.Linear(30, 20)]
        self.cond_emb = nn.Sequential(*first)
        kernels = [*up(z + (5 if one_hot else 20), w * 4, 4, 1, 0), *up(w * 4, w * 2, 4, 2, 1), *up(w * 2, w, 4, 2, 1)]
        self.main = nn.Sequential(*kernels, nn.ConvTranspose2d(w, 3, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = self.cond_emb(F.one_hot(labels, self.classes).float() if self.classes else labels)
        return self.main(torch.cat([z, told], 1)[:, :, None, None])


class Unasked(Linden):
    """A label table that forward never looks at, as semi-supervised GANs keep one."""

    def __init__(self) -> None:
        super().__init__()
        self.label_emb = nn.Embedding(10, 100)


class Coded(Author):
    """InfoGAN's input: noise, a one-hot class and two uniform codes, all of it z here."""

    def latents(self, count: int) -> tuple[Tensor, Tensor | None]:
        classes = F.one_hot(torch.randint(10, (count,)), 10).float()
        return torch.cat([torch.randn(count, self.z_dim - 12), classes, torch.rand(count, 2) * 2 - 1], 1), None


LABELLED: dict[str, Author] = {
    "two deconvolutions": Author(TwoDeconvolutions, 100, (32, 32), classes=10, call=labelled),
    "two sequentials": Author(TwoSequentials, 100, (32, 32), classes=10, call=labelled),
    "plane": Author(lambda: OnePlane(7, 10), 100, (28, 28), classes=10, call=labelled),
    "plane of three": Author(lambda: OnePlane(8, 3, eps=0.8), 100, (32, 32), classes=3, call=labelled),
    "plane, straight": Author(lambda: OnePlane(7, 10, linear=False), 100, (28, 28), classes=10, call=labelled),
    "plane, first": Author(lambda: OnePlane(7, 10, first=True), 100, (28, 28), classes=10, call=labelled),
    "linear behind an embedding": Author(lambda: Dense(one_hot=False), 60, (32, 32), classes=12, call=labelled),
    "linear of one-hot labels": Author(lambda: Dense(one_hot=True), 60, (32, 32), classes=12, call=labelled),
    "unasked labels": Author(Unasked, 100, (32, 32), call=plain),
    "codes": Coded(lambda: Linden(74, w=16), 74, (32, 32), call=plain),
}
