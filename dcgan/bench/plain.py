"""The training loop as the tutorials write it: what ours is compared with.

fp32, contiguous, Sigmoid and BCELoss, a loss read at every step, Adam as it comes, a DataLoader that transforms picture by picture.
The networks are written down a second time, as modules, so that nothing of ours is in the loop that ours is measured by.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.utils.data import DataLoader, Dataset

from dcgan.config import Recipe
from dcgan.data.dataset import Images
from dcgan.errors import ConfigError

REAL, FAKE = 1.0, 0.0


class PlainLoop:
    """The tutorial's objects, in its order; `step()` is the body of its loop.

    Parameters
    ----------
    recipe
        Without gaps. Sizes, batch, learning rates and betas are taken from it, and nothing else: BCE with plain Adam, unconditional.
    images
        uint8 (n, h, w, c), n at least the batch.
    workers
        Processes of the DataLoader.
    """

    def __init__(self, recipe: Recipe, images: Images, device: str, workers: int) -> None:
        assert recipe.batch_size is not None
        self.device, self.batch_size, self.z_dim = device, recipe.batch_size, recipe.z_dim
        generator, discriminator = plain_networks(recipe)
        self.net_g, self.net_d = generator.to(device).apply(_initialise), discriminator.to(device).apply(_initialise)
        betas = (recipe.beta1, recipe.beta2)
        self.optimizer_d = Adam(self.net_d.parameters(), lr=recipe.learning_rate_d, betas=betas)
        self.optimizer_g = Adam(self.net_g.parameters(), lr=recipe.learning_rate_g, betas=betas)
        self.criterion = nn.BCELoss()
        # The tutorials keep the last, smaller batch of an epoch; here every step must be as large as the others.
        self.loader = DataLoader(_Transformed(images), self.batch_size, shuffle=True, num_workers=workers, drop_last=True)
        self._batches = self._endless()

    def _endless(self) -> Iterator[Tensor]:
        while True:
            yield from self.loader

    def step(self) -> tuple[float, ...]:
        """Make one step; return both losses, D(x), and D(G(z)) before and after D's update."""
        self.net_d.zero_grad()
        real = next(self._batches).to(self.device)
        label = torch.full((len(real),), REAL, device=self.device)
        output = self.net_d(real).view(-1)
        loss_real = self.criterion(output, label)
        loss_real.backward()
        d_real = output.mean().item()

        fake = self.net_g(torch.randn(len(real), self.z_dim, 1, 1, device=self.device))
        label.fill_(FAKE)
        output = self.net_d(fake.detach()).view(-1)
        loss_fake = self.criterion(output, label)
        loss_fake.backward()
        d_fake = output.mean().item()
        self.optimizer_d.step()

        self.net_g.zero_grad()
        label.fill_(REAL)
        output = self.net_d(fake).view(-1)
        loss_g = self.criterion(output, label)
        loss_g.backward()
        d_fake_after = output.mean().item()
        self.optimizer_g.step()
        return (loss_real + loss_fake).item(), loss_g.item(), d_real, d_fake, d_fake_after


class _Transformed(Dataset[Tensor]):
    """Pictures, each transformed when it is asked for."""

    def __init__(self, images: Images) -> None:
        from torchvision import transforms

        half = (0.5,) * images.shape[3]
        self.images = images
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(half, half)])

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        x: Tensor = self.transform(np.asarray(self.images[index]))
        return x


def plain_networks(recipe: Recipe) -> tuple[nn.Sequential, nn.Sequential]:
    """Return the tutorial's generator, z (n, z_dim, 1, 1) -> x, and discriminator, x -> probability (n, 1, …), at the recipe's sizes."""
    size, channels, width = recipe.image_size, recipe.image_channels, recipe.base_channels
    assert size and channels and width
    if recipe.preset == "dcgan":
        return _pytorch_generator(recipe.z_dim, size, channels, width), _pytorch_discriminator(size, channels, width)
    if recipe.preset == "tensorflow-tutorial":
        return _tensorflow_generator(recipe.z_dim, channels, width), _tensorflow_discriminator(channels, width)
    raise ConfigError(f"no tutorial has the network {recipe.preset}: there is no plain loop to compare with; try --recipe pytorch-tutorial")


def _pytorch_generator(z_dim: int, size: int, channels: int, ngf: int) -> nn.Sequential:
    """https://docs.pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html, for any power of two."""
    now = ngf * size // 8
    layers: list[nn.Module] = [nn.ConvTranspose2d(z_dim, now, 4, 1, 0, bias=False), nn.BatchNorm2d(now), nn.ReLU(True)]
    while now > ngf:
        layers += [nn.ConvTranspose2d(now, now // 2, 4, 2, 1, bias=False), nn.BatchNorm2d(now // 2), nn.ReLU(True)]
        now //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(ngf, channels, 4, 2, 1, bias=False), nn.Tanh())


def _pytorch_discriminator(size: int, channels: int, ndf: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(channels, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    now = ndf
    while now < ndf * size // 8:
        layers += [nn.Conv2d(now, now * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(now * 2), nn.LeakyReLU(0.2, inplace=True)]
        now *= 2
    return nn.Sequential(*layers, nn.Conv2d(now, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def _tensorflow_generator(z_dim: int, channels: int, width: int) -> nn.Sequential:
    """https://www.tensorflow.org/tutorials/generative/dcgan, in PyTorch; 28 pixels a side, its width is 64."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(z_dim, 7 * 7 * 4 * width, bias=False),
        nn.BatchNorm1d(7 * 7 * 4 * width),
        nn.LeakyReLU(0.3),
        nn.Unflatten(1, (4 * width, 7, 7)),
        nn.ConvTranspose2d(4 * width, 2 * width, 5, 1, 2, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(2 * width, width, 5, 2, 2, output_padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(width, channels, 5, 2, 2, output_padding=1, bias=False),
        nn.Tanh(),
    )


def _tensorflow_discriminator(channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, 5, 2, 2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Conv2d(width, 2 * width, 5, 2, 2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(2 * width * 7 * 7, 1),
        nn.Sigmoid(),
    )


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
