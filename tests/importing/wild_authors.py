"""Generators with what a neutral look at public code found most often unread: each from its description, as those of `authors`."""

from __future__ import annotations

from collections import OrderedDict

import torch
from authors import Author, labelled, up
from torch import Tensor, nn
from torch.nn import functional as F


class Added(nn.Module):
    """The label's embedding is added to z, and stands beside a part that is called a generator."""

    def __init__(self, z: int = 64) -> None:
        super().__init__()
        self.label_emb = nn.Embedding(10, z)
        self.cnn_gen = nn.Sequential(*up(z, 48, 4, 1, 0), *up(48, 24, 4, 2, 1), nn.ConvTranspose2d(24, 3, 4, 2, 1), nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        return self.cnn_gen((z + self.label_emb(labels))[:, :, None, None])


class TwoLinears(nn.Module):
    """Linear layers of the one-hot label and of z, joined label first; relu before each norm."""

    def __init__(self, w: int = 12, classes: int = 10) -> None:
        super().__init__()
        self.w, self.classes = w, classes
        self.linear1, self.bn1 = nn.Linear(classes, w * 49), nn.BatchNorm1d(w * 49)
        self.linear2, self.bn2 = nn.Linear(100, w * 49), nn.BatchNorm1d(w * 49)
        self.deconv1, self.bn3 = nn.ConvTranspose2d(w * 2, w * 2, 3, padding=1), nn.BatchNorm2d(w * 2)
        self.deconv2, self.bn4 = nn.ConvTranspose2d(w * 2, w, 4, 2, 1), nn.BatchNorm2d(w)
        self.deconv3 = nn.ConvTranspose2d(w, 1, 4, 2, 1)

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = self.bn1(F.relu(self.linear1(F.one_hot(labels, self.classes).float())))
        x = torch.cat([told, self.bn2(F.relu(self.linear2(z)))], 1).view(-1, self.w * 2, 7, 7)
        x = self.bn4(F.relu(self.deconv2(self.bn3(F.relu(self.deconv1(x))))))
        return torch.tanh(self.deconv3(x))


class TwoWidths(nn.Module):
    """Two deconvolutions of one width, of z and of the one-hot label: fewer inputs tell which is the label's."""

    def __init__(self, w: int = 40) -> None:
        super().__init__()
        self.deconv1_1, self.deconv1_1_bn = nn.ConvTranspose2d(64, w, 4, 1, 0), nn.BatchNorm2d(w)
        self.deconv1_2, self.deconv1_2_bn = nn.ConvTranspose2d(10, w, 4, 1, 0), nn.BatchNorm2d(w)
        self.rest = nn.Sequential(*up(w * 2, w, 4, 2, 1), nn.ConvTranspose2d(w, 3, 4, 2, 1), nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = F.relu(self.deconv1_2_bn(self.deconv1_2(F.one_hot(labels, 10).float()[:, :, None, None])))
        return self.rest(torch.cat([F.relu(self.deconv1_1_bn(self.deconv1_1(z[:, :, None, None]))), told], 1))


def grown_pixel() -> nn.Module:
    """A plain 4x4 convolution pads one pixel by 3; blocks begin with their upsampling; instance norms leave neither weights nor biases."""

    def block(a: int, b: int) -> nn.Module:
        return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 3, 1, 1, bias=False), nn.InstanceNorm2d(b), nn.ReLU())

    first = nn.Sequential(nn.Conv2d(64, 32, 4, 1, 3, bias=False), nn.InstanceNorm2d(32), nn.ReLU())
    last = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(12, 3, 3, 1, 1), nn.Tanh())
    blocks = {"up_conv1": first, "up_conv2": block(32, 24), "up_conv3": block(24, 12), "up_conv4": last}
    return nn.Sequential(OrderedDict(blocks))


def bare() -> nn.Module:
    """Norms without an activation behind any of them."""
    widths = ((64, 48, 1, 0), (48, 32, 2, 1), (32, 16, 2, 1))
    layers = [each for a, b, s, p in widths for each in (nn.ConvTranspose2d(a, b, 4, s, p), nn.BatchNorm2d(b))]
    return nn.Sequential(OrderedDict(blocks=nn.Sequential(*layers, nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())))


WILD: dict[str, Author] = {
    "label added to z": Author(Added, 64, (16, 16), classes=10, call=labelled),
    "two linears": Author(TwoLinears, 100, (28, 28), classes=10, call=labelled),
    "two deconvolutions of one width": Author(TwoWidths, 64, (16, 16), classes=10, call=labelled),
    "a pixel grown by a plain kernel": Author(grown_pixel, 64, (32, 32)),
    "no activations": Author(bare, 64, (32, 32)),
}


def settled(network: nn.Module) -> nn.Module:
    """Return a network after some of an optimiser's first steps: its statistics lag behind weights that all drift one way."""
    torch.manual_seed(0)
    adam = torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999))
    target = F.interpolate(torch.randn(32, 1, 4, 4), size=(28, 28), mode="bilinear").tanh()
    for _ in range(25):
        loss = (network(torch.randn(32, 100)[:, :, None, None]) - target).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return network.eval()


def seven(act: nn.Module) -> nn.Module:
    """Default weights, biases, 7x7 pixels first."""
    hidden = [*up(100, 64, 7, 1, 0, act=act, bias=True), *up(64, 48, 4, 2, 1, act=act, bias=True)]
    return nn.Sequential(OrderedDict(main=nn.Sequential(*hidden, nn.ConvTranspose2d(48, 1, 4, 2, 1), nn.Tanh())))
