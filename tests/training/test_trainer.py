"""One step, against a plain PyTorch loop written from the tutorial's description."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tiny import RECIPE
from torch import nn
from torch.nn import functional as F

from dcgan.data import Dataset
from dcgan.training.draws import BatchOrder, draw_z
from dcgan.training.measuring import Measures, diversity, measures
from dcgan.training.trainer import Networks, Trainer

STEPS = 4


def plain_generator() -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(8, 8, 4, 1, 0, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip


def plain_discriminator() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 4, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        nn.Conv2d(4, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),
        nn.Conv2d(8, 1, 4, 1, 0, bias=False), nn.Flatten(),
    )  # fmt: skip


def copy_weights(target: nn.Module, source: nn.Module) -> None:
    taken = iter(source.state_dict().values())
    for name, tensor in target.state_dict().items():
        if "num_batches" not in name:
            tensor.copy_(next(taken))


def assert_same_weights(plain: nn.Module, ours: nn.Module, tolerance: float) -> None:
    expected = [tensor for name, tensor in plain.state_dict().items() if "num_batches" not in name]
    for tensor, wanted in zip(ours.state_dict().values(), expected, strict=True):
        torch.testing.assert_close(tensor, wanted, atol=tolerance, rtol=0)


def plain_steps(g: nn.Module, d: nn.Module, data: Dataset) -> list[tuple[float, float]]:
    """The tutorial's loop: BCE with labels 1 and 0, two optimisers."""
    adams = {net: torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for net in (g, d)}
    order, losses = BatchOrder(RECIPE.seed, len(data.images), 6), []
    for step in range(STEPS):
        real = torch.from_numpy(data.images)[order.indices(step)].permute(0, 3, 1, 2).float() / 127.5 - 1
        fake = g(draw_z(RECIPE.seed, step, 6, 8, "normal")[:, :, None, None])
        adams[d].zero_grad()
        logits = d(real), d(fake.detach())
        real_loss = F.binary_cross_entropy(torch.sigmoid(logits[0]), torch.ones(6, 1))
        loss_d = real_loss + F.binary_cross_entropy(torch.sigmoid(logits[1]), torch.zeros(6, 1))
        loss_d.backward()
        adams[d].step()
        adams[g].zero_grad()
        answer = d(fake)
        loss_g = F.binary_cross_entropy(torch.sigmoid(answer), torch.ones_like(answer))
        loss_g.backward()
        adams[g].step()
        losses.append((loss_d.item(), loss_g.item()))
    return losses


def one_step(trainer: Trainer, step: int) -> Measures:
    return measures([trainer.step(step)])


def test_steps_are_the_tutorials(networks: Networks, data: Dataset) -> None:
    trainer = Trainer(RECIPE, networks, data, "cpu")
    g, d = plain_generator(), plain_discriminator()
    copy_weights(g, trainer.g)
    copy_weights(d, trainer.d)
    expected = plain_steps(g, d, data)
    steps = [one_step(trainer, step) for step in range(STEPS)]
    for found, (loss_d, loss_g) in zip(steps, expected, strict=True):
        assert found.loss_d == pytest.approx(loss_d, abs=1e-4)
        assert found.loss_g == pytest.approx(loss_g, abs=1e-4)
    assert_same_weights(g, trainer.g, 2e-5)
    assert_same_weights(d, trainer.d, 2e-5)


def test_the_average_is_the_formula(networks: Networks, data: Dataset) -> None:
    trainer = Trainer(RECIPE, networks, data, "cpu")
    expected = {name: tensor.clone() for name, tensor in trainer.g.state_dict().items()}
    for step in range(STEPS):
        trainer.step(step)
        decay = min(RECIPE.ema_decay, (1 + step) / (10 + step))
        for name, tensor in trainer.g.state_dict().items():
            expected[name] = decay * expected[name] + (1 - decay) * tensor
    for name, tensor in trainer.ema.state_dict().items():
        torch.testing.assert_close(tensor, expected[name], atol=1e-6, rtol=1e-5)


def test_looking_changes_nothing(networks: Networks, data: Dataset) -> None:
    trainer = Trainer(RECIPE, networks, data, "cpu")
    trainer.step(0)
    before = {name: tensor.clone() for name, tensor in trainer.tensors().items()}
    assert trainer.samples().shape == (64, 16, 16, 3)
    for name, tensor in trainer.tensors().items():
        assert torch.equal(tensor, before[name]), name


def test_bf16_follows_fp32(networks: Networks, data: Dataset) -> None:
    exact, short = (Trainer(replace(RECIPE, precision=precision), networks, data, "cpu") for precision in ("fp32", "bf16"))
    for step in range(STEPS):
        found, wanted = one_step(short, step), one_step(exact, step)
        assert found.loss_d == pytest.approx(wanted.loss_d, abs=0.1) and found.loss_d != wanted.loss_d


def test_mirroring_is_seen_by_d_alone(networks: Networks, data: Dataset) -> None:
    plain, mirrored = (one_step(Trainer(replace(RECIPE, flip=flip), networks, data, "cpu"), 0) for flip in (False, True))
    assert plain.d_real != mirrored.d_real and plain.d_fake == mirrored.d_fake


def test_diversity_of_equal_pictures_is_zero() -> None:
    assert float(diversity(torch.ones(4, 3, 8, 8))) == 0
    assert float(diversity(torch.stack([torch.full((1, 2, 2), value) for value in (-1.0, 1.0)]))) == pytest.approx(2)
