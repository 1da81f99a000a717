"""Files that a notebook saved after a minute: batch norm statistics lag behind weights that move fast, and tell activations poorly."""

from __future__ import annotations

import pytest
import torch
from authors import Critic, tutorial
from torch import Tensor, nn
from torch.nn import functional as F
from wild_authors import settled, seven

from dcgan.models.importing import Contents, Options, inspect_contents
from dcgan.models.importing.evidence import error

STEPS, BATCH, WIDTH, Z = 40, 32, 16, 100


def trained(generator: nn.Module) -> nn.Module:
    """Return the generator after a few of the tutorial's steps with blurred pictures, in eval mode."""
    critic = Critic(WIDTH)
    for module in (*generator.modules(), *critic.modules()):
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
    adams = [torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999)) for network in (critic, generator)]
    for _ in range(STEPS):
        real = F.interpolate(torch.randn(BATCH, 3, 8, 8), scale_factor=8.0, mode="bilinear").tanh()
        fake = generator(torch.randn(BATCH, Z, 1, 1))
        step(adams[0], judged(critic, real, 1.0) + judged(critic, fake.detach(), 0.0))
        step(adams[1], judged(critic, fake, 1.0))
    return generator.eval()


def judged(critic: nn.Module, x: Tensor, wanted: float) -> Tensor:
    answer = critic(x)
    return F.binary_cross_entropy(answer, torch.full_like(answer, wanted))


def step(adam: torch.optim.Optimizer, loss: Tensor) -> None:
    adam.zero_grad()
    loss.backward()
    adam.step()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "act"),
    [
        pytest.param("main", nn.ReLU(), id="the tutorial's own"),
        pytest.param("main", nn.LeakyReLU(0.2), id="its names, with LeakyReLU, as its statistics say"),
        pytest.param("layers", nn.LeakyReLU(0.2), id="other names"),
    ],
)
def test_the_activations_of_a_file_after_few_steps(name: str, act: nn.Module) -> None:
    torch.manual_seed(1)
    generator = trained(tutorial(Z, WIDTH, name=name, act=act))
    found = inspect_contents(Contents("netG.pth", "torch", generator.state_dict(), ordered=True), Options())
    z = torch.randn(4, Z)
    with torch.inference_mode():
        torch.testing.assert_close(found.best.model.build_generator()(z), generator(z[:, :, None, None]), rtol=0, atol=1e-3)


@pytest.mark.parametrize("act", [pytest.param(nn.ReLU(), id="relu"), pytest.param(nn.LeakyReLU(0.2), id="leaky", marks=pytest.mark.slow)])
def test_activations_where_all_means_lag_behind(act: nn.Module) -> None:
    torch.manual_seed(2)
    generator = settled(seven(act))
    found = inspect_contents(Contents("netG.pth", "torch", generator.state_dict(), ordered=True), Options())
    z = torch.randn(4, Z)
    with torch.inference_mode():
        torch.testing.assert_close(found.best.model.build_generator()(z), generator(z[:, :, None, None]), rtol=0, atol=1e-3)


def test_statistics_may_lag_behind_but_rather_not() -> None:
    torch.manual_seed(3)
    y = torch.randn(4096, 16) * torch.rand(16).exp() + torch.randn(16)
    kept = {"running_mean": y.mean(0), "running_var": y.var(0)}
    few, many = ({**kept, "num_batches_tracked": torch.tensor(count)} for count in (300, 30_000))
    grown = (y - y.mean(0)) * 1.02 + y.mean(0) * 1.02
    assert error(y, few, 0.1) < error(grown, few, 0.1) < error(grown, many, 0.1)
