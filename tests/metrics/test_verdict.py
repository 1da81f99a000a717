"""Good generators pass, and each kind of failed one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from dcgan.bench.doctor import as_it_is, harmed
from dcgan.data import Dataset
from dcgan.images import to_images
from dcgan.metrics.portrait import portrait, spread
from dcgan.metrics.references import References
from dcgan.metrics.verdict import judge, judge_pictures
from dcgan.models import Library, Model
from dcgan.models.library import SHIPPED
from dcgan.networks.norms import BatchNorm


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
    shift.add_(scale * torch.randn(scale.shape, generator=torch.Generator().manual_seed(1)))
    scale.mul_(0.02)


def lose(model: Model) -> None:
    weights(model, lambda name, tensor: tensor.dim() > 1)[1].flatten()[7] = float("nan")


def overflow(model: Model) -> None:
    for variance in weights(model, lambda name, tensor: name.endswith("running_var")):
        variance.fill_(-1.0)


def go_out(model: Model) -> None:
    weights(model, lambda name, tensor: tensor.dim() > 1)[-1].zero_()


def scramble(model: Model) -> None:
    random = torch.Generator().manual_seed(1)
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
    assert verdict.findings[0].finding == finding and verdict.findings[0].sentence
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


def heaps(count: int, jitter: float, n: int = 256) -> Tensor:
    """Return smooth pictures, each of which is one of `count` but for some noise."""
    random = torch.Generator().manual_seed(2)
    ramp = torch.rand(count, 3, 4, 4, generator=random).repeat_interleave(8, 2).repeat_interleave(8, 3) * 2 - 1
    return (ramp[torch.arange(n) % count] + jitter * torch.randn(n, 3, 32, 32, generator=random)).clamp(-1, 1)


@pytest.mark.parametrize("count", [2, 5, 16, 64])
def test_pictures_of_a_few_kinds_are_worth_as_many(count: int) -> None:
    seen = portrait(heaps(count, 0.0))
    assert seen.different == pytest.approx(count, rel=0.1)
    assert seen.crowd == pytest.approx(1 / count, rel=0.3)
    (finding,) = judge_pictures(heaps(count, 0.05)).findings
    assert finding.finding == "mode-collapse"


def test_different_pictures_are_worth_their_number() -> None:
    seen = portrait(heaps(64, 0.0, 64))
    assert seen.different == pytest.approx(64, rel=0.05) and seen.gap < 1.3
    assert judge_pictures(heaps(256, 0.02)).findings == ()
    same = portrait(heaps(1, 0.0))
    assert same.different == pytest.approx(1, abs=1e-3) and same.variety < 1e-3 and same.crowd == 1


def test_within_classes() -> None:
    x, labels = heaps(4, 0.02), torch.arange(256) % 4
    assert judge_pictures(x, labels, ("a", "b", "c", "d")).findings[0].finding == "mode-collapse"  # one picture of each class
    varied = heaps(256, 0.02)
    assert judge_pictures(varied, labels, ("a", "b", "c", "d")).findings == ()
    lone = torch.where((labels == 2)[:, None, None, None], x, varied)
    (finding,) = judge_pictures(lone, labels, ("a", "b", "c", "d")).findings
    assert finding.sentence.startswith("Of c it makes one picture")


def data_of(x: Tensor, labels: Tensor | None = None, names: tuple[str, ...] = ()) -> Dataset:
    return Dataset("some", to_images(x), None if labels is None else labels.numpy(), names, "", (), (), "")


def test_beside_real_pictures() -> None:
    random = torch.Generator().manual_seed(4)
    real = heaps(256, 0.0)
    labels = torch.arange(256) % 2
    beside = References(data_of(real, labels, ("even", "odd")))
    copied = judge_pictures((real + 0.01 * torch.randn(real.shape, generator=random)).clamp(-1, 1), beside=beside)
    assert [finding.finding for finding in copied.findings] == ["memorising"] and copied.likeness is not None
    assert copied.likeness.nearness < 0.1 and copied.likeness.classes["odd"][1] == pytest.approx(0.5, abs=0.2)
    lost = judge_pictures(real[::2].repeat(2, 1, 1, 1).flip(2), beside=beside)
    assert "memorising" not in [finding.finding for finding in lost.findings]


def test_a_set_of_like_pictures_makes_the_limits_looser() -> None:
    detail = 0.2 * torch.rand(512, 3, 8, 8, generator=torch.Generator().manual_seed(5)).repeat_interleave(4, 2).repeat_interleave(4, 3)
    x = (heaps(1, 0.0, 512) + detail).clamp(-1, 1)
    assert judge_pictures(x[:256]).findings[0].finding == "mode-collapse"
    assert judge_pictures(x[:256], beside=References(data_of(x[256:]))).findings == ()


@pytest.mark.parametrize("name", ["shapes-32", pytest.param("fashion-mnist-32-labels", marks=pytest.mark.slow)])
def test_every_harm_is_named(name: str) -> None:
    model = Library().find(name)[0]
    assert as_it_is(name, model).is_right
    assert [case.row() for case in harmed(name, model) if not case.is_right] == []


def invaders(n: int = 256) -> Tensor:
    """Return mirrored creatures of two colours, 12 pixels of cells on 16 of white, (n, 3, 16, 16)."""
    random = torch.Generator().manual_seed(6)
    half = torch.rand(n, 1, 12, 6, generator=random)
    colours = torch.rand(n, 3, 2, generator=random) * 2 - 1
    painted = torch.where(half < 0.3, colours[..., :1, None], colours[..., 1:, None])
    x = torch.ones(n, 3, 16, 16)
    x[..., 2:14, 2:8] = torch.where(half < 0.5, painted, torch.ones(()))
    return torch.where(torch.arange(16) < 8, x, x.flip(3))


def strokes(n: int = 256) -> Tensor:
    """Return lines one pixel wide on black, half of them dotted, (n, 3, 16, 16)."""
    random = torch.Generator().manual_seed(7)
    at = torch.randint(1, 15, (n, 4), generator=random)
    colours = torch.rand(n, 3, 4, generator=random) * 2 - 1
    x = -torch.ones(n, 3, 16, 16)
    for k in range(n):
        x[k, :, at[k, 0], 1:15:2], x[k, :, at[k, 1], 1:15] = colours[k, :, 0, None], colours[k, :, 1, None]
        x[k, :, 1:15:2, at[k, 2]], x[k, :, 1:15, at[k, 3]] = colours[k, :, 2, None], colours[k, :, 3, None]
    return x


@pytest.mark.parametrize("drawn", [invaders, strokes])
def test_pixel_art_is_no_noise(drawn: Callable[[], Tensor]) -> None:
    x = drawn()
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(8))
    made = (x + 0.05 * noise).clamp(-1, 1)  # a generator never repeats a colour exactly
    assert portrait(made).smoothness < 0.4  # neighbours differ much
    assert judge_pictures(x).findings == judge_pictures(made).findings == ()
    (finding,) = judge_pictures((x + noise).clamp(-1, 1)).findings
    assert finding.finding == "noise"


@pytest.mark.parametrize("black", [0.5, 0.9])
def test_noise_of_two_colours_is_noise_at_every_size(black: float) -> None:
    for side in (16, 24, 32):
        x = (torch.rand(256, 1, side, side, generator=torch.Generator().manual_seed(9)) > black).float() * 2 - 1
        assert [finding.finding for finding in judge_pictures(x).findings] == ["noise"]


def test_noise_and_even_areas() -> None:
    random = torch.Generator().manual_seed(3)
    assert abs(portrait(torch.randn(64, 1, 32, 32, generator=random)).smoothness) < 0.1
    assert portrait(torch.rand(64, 3, 1, 1, generator=random).expand(64, 3, 16, 16)).contrast < 1e-5  # of any colour
