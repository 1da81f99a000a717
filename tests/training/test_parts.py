"""A step with the parts of a recipe, against plain loops; exact resume with all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from test_loop import kept, states
from test_objectives import expected, toward
from test_trainer import assert_same_weights, copy_weights, one_step, plain_discriminator, plain_generator
from tiny import RECIPE, config
from torch import Tensor, nn

from dcgan.data import Dataset, load
from dcgan.errors import ConfigError
from dcgan.networks import NetworkSpec, discriminator, generator
from dcgan.networks.layers import Activation, Dropout
from dcgan.training.draws import BatchOrder, draw_labels, draw_z
from dcgan.training.loop import Start, train
from dcgan.training.trainer import Networks, Trainer

STEPS = 3
OPTIMISERS: dict[str, Any] = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999)),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=2e-4, momentum=0.5),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, lr=2e-4, alpha=0.999),
}


def plain_steps(g: nn.Module, d: nn.Module, data: Dataset, parts: dict[str, Any]) -> None:
    """The tutorial's loop, with parts."""
    recipe = replace(RECIPE, **parts)
    order = BatchOrder(recipe.seed, len(data.images), 6)
    optimisers = {net: OPTIMISERS[recipe.optimizer](net.parameters()) for net in (g, d)}
    for update in range(STEPS * recipe.d_steps):
        real = torch.from_numpy(data.images)[order.indices(update)].permute(0, 3, 1, 2).float() / 127.5 - 1
        fake = g(draw_z(recipe.seed, update, 6, 8, "normal")[:, :, None, None])
        optimisers[d].zero_grad()
        plain_loss(d, real, fake.detach(), parts).backward()
        optimisers[d].step()
        if recipe.weight_clip:
            for parameter in d.parameters():
                parameter.data.clamp_(-recipe.weight_clip, recipe.weight_clip)
        if (update + 1) % recipe.d_steps == 0:
            optimisers[g].zero_grad()
            answer = d(torch.cat([real, fake])).split(6)[1] if recipe.joint_batch else d(fake)
            expected(recipe.objective, answer, answer)[1].backward()
            optimisers[g].step()


def plain_loss(d: nn.Module, real: Tensor, fake: Tensor, parts: dict[str, Any]) -> Tensor:
    real = real.requires_grad_()
    if parts.get("joint_batch"):
        out_real, out_fake = d(torch.cat([real, fake])).split(6)
    else:
        out_real, out_fake = d(real), d(fake)
    loss = expected(parts.get("objective", "non-saturating"), out_real, out_fake)[0]
    if "label_smoothing" in parts:
        loss = toward(out_real, 1 - parts["label_smoothing"]) + toward(out_fake, 0)
    if "r1" in parts:
        gradient = torch.autograd.grad(out_real.sum(), real, create_graph=True)[0]
        loss = loss + parts["r1"] / 2 * sum(one.norm() ** 2 for one in gradient) / 6
    return loss


@pytest.mark.parametrize(
    "parts",
    [
        {"objective": "minimax"},
        {"objective": "least-squares", "optimizer": "sgd"},
        {"objective": "hinge", "d_steps": 2},
        {"objective": "wasserstein", "weight_clip": 0.01, "optimizer": "rmsprop", "d_steps": 3},
        {"joint_batch": True},
        {"label_smoothing": 0.1, "layout": "contiguous"},
        {"r1": 10.0},
    ],
    ids=str,
)
def test_a_step_is_the_plain_loops(networks: Networks, data: Dataset, parts: dict[str, Any]) -> None:
    trainer = Trainer(replace(RECIPE, **parts), networks, data, "cpu")
    g, d = plain_generator(), plain_discriminator()
    copy_weights(g, trainer.g)
    copy_weights(d, trainer.d)
    before = trainer.d.state_dict()["0.weight"].clone()
    plain_steps(g, d, data, parts)
    for step in range(STEPS):
        trainer.step(step)
    assert not torch.equal(trainer.d.state_dict()["0.weight"], before)
    assert_same_weights(g, trainer.g, 2e-5)
    assert_same_weights(d, trainer.d, 2e-5)


def test_the_gradient_penalty_is_part_of_ds_loss(networks: Networks, data: Dataset) -> None:
    """With a large lambda D's gradient at points between real and fake comes to length 1, and only then."""
    lengths = []
    for strength in (0.0, 100.0):
        recipe = replace(RECIPE, objective="wasserstein", gradient_penalty=strength, learning_rate_d=5e-3, learning_rate_g=0.0)
        trainer = Trainer(recipe, networks, data, "cpu")
        for step in range(60):
            trainer.step(step)
        x = trainer.batches.real(0).x.requires_grad_()
        (gradient,) = torch.autograd.grad(trainer.d(x).sum(), x)
        lengths.append(float(gradient.flatten(1).norm(dim=1).mean()))
    assert lengths[0] > 2 and 0.5 < lengths[1] < 1.5


def test_all_of_ds_weights_stay_clipped(networks: Networks, data: Dataset) -> None:
    trainer = Trainer(replace(RECIPE, objective="wasserstein", weight_clip=0.01, learning_rate_d=0.1), networks, data, "cpu")
    for step in range(STEPS):
        trainer.step(step)
        assert all(float(parameter.detach().abs().max()) <= 0.01 for parameter in trainer.d.parameters())
    assert max(float(parameter.detach().abs().max()) for parameter in trainer.g.parameters()) > 0.01


def test_noise_has_its_deviation_and_ends(networks: Networks, data: Dataset) -> None:
    trainer = Trainer(replace(RECIPE, instance_noise=0.4, instance_noise_steps=8), networks, data, "cpu")
    x = torch.zeros(50, 3, 16, 16)
    trainer.streams.begin(0)
    for step, deviation in ((0, 0.4), (2, 0.3), (7, 0.05)):
        assert float(trainer.view(x, step).std()) == pytest.approx(deviation, rel=0.02)
    assert trainer.view(x, 8) is x and trainer.view(x, 100) is x
    steady = Trainer(replace(RECIPE, instance_noise=0.4), networks, data, "cpu")
    assert float(steady.view(x, 10**6).std()) == pytest.approx(0.4, rel=0.02)


def test_augmentation_is_for_d_alone(networks: Networks, data: Dataset) -> None:
    plain, changed = (Trainer(replace(RECIPE, augment=augment), networks, data, "cpu") for augment in ("", "color,translation,cutout"))
    assert np.array_equal(plain.samples(), changed.samples())
    first, second = one_step(plain, 0), one_step(changed, 0)
    assert first.diversity == second.diversity  # of what G made
    assert first.d_real != second.d_real and first.d_fake != second.d_fake


def test_no_average_is_the_generator_itself(networks: Networks, data: Dataset) -> None:
    trainer = Trainer(replace(RECIPE, ema_decay=0.0), networks, data, "cpu")
    trainer.step(0)
    for name, tensor in trainer.ema.state_dict().items():
        assert torch.equal(tensor, trainer.g.state_dict()[name]), name


CLASSES = 3


@pytest.fixture
def labelled(data: Dataset) -> Dataset:
    return replace(data, labels=np.arange(20) % CLASSES, label_names=("circle", "square", "star"))


@pytest.fixture
def conditional() -> Networks:
    return Networks(generator("dcgan", 16, 3, 4, 8, CLASSES), discriminator("dcgan", 16, 3, 4, CLASSES))


def test_labels_go_with_their_pictures_and_fakes(conditional: Networks, labelled: Dataset) -> None:
    trainer = Trainer(replace(RECIPE, conditional=True), conditional, labelled, "cpu")
    seen: dict[str, list[Tensor]] = {"g": [], "d": []}
    for name, network in (("g", trainer.g), ("d", trainer.d)):
        network.register_forward_pre_hook(lambda _, inputs, name=name: seen[name].append(inputs[1]))
    trainer.step(4)
    real = torch.from_numpy(np.arange(20) % CLASSES)[BatchOrder(RECIPE.seed, 20, 6).indices(4)]
    fake = draw_labels(RECIPE.seed, 4, 6, CLASSES)
    assert [labels.tolist() for labels in seen["g"]] == [fake.tolist()]
    assert [labels.tolist() for labels in seen["d"]] == [real.tolist(), fake.tolist(), fake.tolist()]


def test_picture_k_of_the_sheet_has_class_k_mod_n(conditional: Networks, labelled: Dataset) -> None:
    trainer = Trainer(replace(RECIPE, conditional=True), conditional, labelled, "cpu")
    for step in range(3):
        trainer.step(step)
    sheet = trainer.samples()
    trainer.fixed_labels = torch.full((64,), 1)
    ones = trainer.samples()
    same = [bool(np.array_equal(one, other)) for one, other in zip(sheet, ones, strict=True)]
    assert same == [k % CLASSES == 1 for k in range(64)]


def test_labels_are_needed(conditional: Networks, data: Dataset) -> None:
    with pytest.raises(ConfigError, match="noise has none"):
        Trainer(replace(RECIPE, conditional=True), conditional, data, "cpu")


def with_dropout(networks: Networks) -> Networks:
    layers = networks.discriminator.layers
    dropped = [part for layer in layers for part in ((layer, Dropout(0.3)) if isinstance(layer, Activation) else (layer,))]
    return replace(networks, discriminator=NetworkSpec(networks.discriminator.input_shape, tuple(dropped)))


@pytest.mark.parametrize(
    "parts",
    [
        {"augment": "color,translation,cutout", "precision": "bf16"},
        {"instance_noise": 0.1, "instance_noise_steps": 5},
        {"r1": 1.0, "d_steps": 2, "flip": True},
        {"gradient_penalty": 10.0, "objective": "wasserstein", "joint_batch": True},
        {"optimizer": "rmsprop", "weight_clip": 0.01, "objective": "wasserstein"},
        {"optimizer": "sgd", "decay_start": 2, "decay_steps": 4},
        {"optimizer": "sgd", "beta1": 0.0, "objective": "hinge"},
        {"precision": "fp16", "r1": 1.0},
        {"conditional": True, "label_smoothing": 0.1, "precision": "bf16"},
        {"spectral_norm": True, "objective": "least-squares", "layout": "contiguous"},
        {"spectral_norm": True, "precision": "bf16"},
    ],
    ids=str,
)
def test_resumed_is_never_stopped(labelled: Dataset, parts: dict[str, Any]) -> None:
    recipe = replace(RECIPE, **parts)
    classes = CLASSES if recipe.conditional else 0
    down = discriminator("dcgan", 16, 3, 4, classes, spectral_norm=recipe.spectral_norm)
    networks = with_dropout(Networks(generator("dcgan", 16, 3, 4, 8, classes), down))
    wanted = config(steps=6, save_every=1, recipe=recipe)
    whole = states(kept(train(wanted, networks, labelled)))
    resumed = states(kept(train(wanted, networks, labelled, start=Start(whole[3], 3, 1.0))))
    assert whole[6].keys() == resumed[6].keys()
    for name, tensor in resumed[6].items():
        assert torch.equal(tensor, whole[6][name]), name
    assert not torch.equal(whole[6]["d.0.weight"], whole[3]["d.0.weight"])


@pytest.mark.parametrize("parts", [{}, {"r1": 10.0}, {"gradient_penalty": 10.0, "augment": "color"}], ids=str)
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_short_numbers_follow_fp32(networks: Networks, data: Dataset, precision: Any, parts: dict[str, Any]) -> None:
    recipe = replace(RECIPE, **parts)
    exact, short = (Trainer(replace(recipe, precision=one), networks, data, "cpu") for one in ("fp32", precision))
    start = short.d.state_dict()["0.weight"].clone()
    for step in range(8):
        found, wanted = one_step(short, step), one_step(exact, step)
        assert found.loss_d == pytest.approx(wanted.loss_d, abs=0.1) and found.loss_d != wanted.loss_d
    assert not torch.equal(short.d.state_dict()["0.weight"], start) and found.grad_norm_d > 0


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"objective": "minimax"},
        {"objective": "least-squares"},
        {"objective": "hinge", "spectral_norm": True},
        {"objective": "wasserstein", "weight_clip": 0.01, "optimizer": "rmsprop", "d_steps": 2},
        {"objective": "wasserstein", "gradient_penalty": 10.0},
        {"r1": 1.0, "augment": "color,translation,cutout"},
        {"label_smoothing": 0.1, "instance_noise": 0.1},
    ],
    ids=str,
)
def test_pictures_come_nearer_to_the_data(parts: dict[str, Any]) -> None:
    """After a few steps the fakes' channel means and deviations are nearer to those of the data than noise is."""
    data = load("shapes", image_size=16)
    data = replace(data, images=data.images[:400])
    parts = {"base_channels": 8, "batch_size": 32, "learning_rate_d": 2e-3, "learning_rate_g": 2e-3, "ema_decay": 0.0, **parts}
    down = discriminator("dcgan", 16, 3, 8, spectral_norm=parts.get("spectral_norm", False))
    trainer = Trainer(replace(RECIPE, **parts), Networks(generator("dcgan", 16, 3, 8, 8), down), data, "cpu")
    before = distance(trainer.samples(), data.images)
    for step in range(30):
        assert bool(torch.isfinite(trainer.step(step)).all())
    assert distance(trainer.samples(), data.images) < before


def distance(images: Any, others: Any) -> float:
    """The root mean square difference of the pixels' means and of their deviations, in [0, 255] units."""
    gaps = [statistic(images, axis=0) - statistic(others, axis=0) for statistic in (np.mean, np.std)]
    return float(np.sqrt(np.mean(np.square(gaps))))
