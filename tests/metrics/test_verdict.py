"""Good generators pass, and each kind of failed one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from dcgan.metrics.portrait import nearest_other, portrait, spread
from dcgan.metrics.verdict import judge
from dcgan.models import Library, Model
from dcgan.models.library import SHIPPED
from dcgan.networks.layers import BatchNorm


@pytest.mark.parametrize("name", [path.name for path in sorted(SHIPPED.iterdir()) if (path / "config.json").exists()])
def test_silent_on_the_shipped_models(name: str) -> None:
    verdict = judge(Library().find(name)[0])
    assert verdict.findings == () and verdict.portrait is not None


def weights(model: Model, wanted: Callable[[str, Tensor], bool]) -> list[Tensor]:
    """The tensors in the order of the layers."""
    ordered = sorted(model.generator.items(), key=lambda item: int(item[0].partition(".")[0]))
    return [tensor for name, tensor in ordered if wanted(name, tensor)]


def ignore_z(model: Model) -> None:
    """Let the first layer say nearly the same whatever it is told."""
    first = model.config.generator.layers.index(next(layer for layer in model.config.generator.layers if isinstance(layer, BatchNorm)))
    scale, shift = (model.generator[f"{first}.{name}"] for name in ("weight", "bias"))
    shift.add_(scale * torch.randn(scale.shape, generator=torch.Generator().manual_seed(0)))
    scale.mul_(0.02)


def lose(model: Model) -> None:
    weights(model, lambda name, tensor: tensor.dim() > 1)[1].flatten()[7] = float("nan")


def overflow(model: Model) -> None:
    for variance in weights(model, lambda name, tensor: name.endswith("running_var")):
        variance.fill_(-1.0)


def go_out(model: Model) -> None:
    weights(model, lambda name, tensor: tensor.dim() > 1)[-1].zero_()


def scramble(model: Model) -> None:
    random = torch.Generator().manual_seed(0)
    for weight in weights(model, lambda name, tensor: tensor.dim() > 1):
        weight.copy_(torch.randn(weight.shape, generator=random) * weight.std())


@pytest.mark.parametrize(
    ("harm", "finding"),
    [(ignore_z, "mode-collapse"), (lose, "not-finite"), (overflow, "not-finite"), (go_out, "dead"), (scramble, "noise")],
)
@pytest.mark.parametrize("name", ["fashion-mnist-32", "celeba-64"])
def test_a_failed_generator_is_named(name: str, harm: Callable[[Model], None], finding: str) -> None:
    model = Library().find(name)[0]
    model = replace(model, generator={key: tensor.clone() for key, tensor in model.generator.items()})
    harm(model)
    verdict = judge(model)
    assert [one.finding for one in verdict.findings] == [finding] and verdict.findings[0].sentence
    assert not verdict.to_json()["healthy"]


def test_an_untrained_generator_is_named() -> None:
    (finding,) = judge(Library().find("untrained-dcgan-32")[0]).findings
    assert finding.finding == "dead"


def test_spread_is_the_mean_over_all_pairs() -> None:
    x = torch.rand(7, 2, 4, 4, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([0, 0, 0, 1, 1, 1, 2])
    pairs = [(a, b) for a in range(7) for b in range(a)]
    slow = [float((x[a] - x[b]).square().mean()) for a, b in pairs]
    assert spread(x) == pytest.approx((sum(slow) / len(slow)) ** 0.5, rel=1e-5)
    alike = [value for value, (a, b) in zip(slow, pairs, strict=True) if labels[a] == labels[b]]
    assert spread(x, labels) == pytest.approx((sum(alike) / len(alike)) ** 0.5, rel=1e-5)
    closest = [min(float((x[a] - x[b]).square().mean()) for b in range(7) if b != a) ** 0.5 for a in range(7)]
    assert nearest_other(x).tolist() == pytest.approx(closest, rel=1e-4)
    assert len(nearest_other(x, labels)) == 6  # the only one of its class has no other


def test_a_few_pictures_over_and_over() -> None:
    random = torch.Generator().manual_seed(2)
    ramp = torch.rand(5, 3, 4, 4, generator=random).repeat_interleave(8, 2).repeat_interleave(8, 3) * 2 - 1
    few = ramp[torch.randint(5, (256,), generator=random)] + 0.02 * torch.randn(256, 3, 32, 32, generator=random)
    seen = portrait(few)
    assert seen.twin < 0.1 < 0.5 < seen.variety and seen.smoothness > 0.7


def test_noise_and_even_areas() -> None:
    random = torch.Generator().manual_seed(3)
    assert abs(portrait(torch.randn(64, 1, 32, 32, generator=random)).smoothness) < 0.1
    assert portrait(torch.rand(64, 3, 1, 1, generator=random).expand(64, 3, 16, 16)).contrast < 1e-5  # of any colour
