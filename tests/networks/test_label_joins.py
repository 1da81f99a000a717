"""Labels in networks, against plain modules written from Mirza and Osindero 2014: the label joined to z and to the image."""

from __future__ import annotations

import json

import pytest
import torch
from torch import Tensor, nn

from dcgan.errors import ConfigError
from dcgan.networks import NetworkSpec, discriminator, generator
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Conv, JoinLabel, Layer, Linear, Reshape

CLASSES = 5
LABELS = torch.tensor([4, 0, 2, 2])
Shape = tuple[int, ...]


def seeded(spec: NetworkSpec) -> Network:
    return initialise(build(spec), torch.Generator().manual_seed(0))


def joined(x: Tensor, labels: Tensor, table: Tensor | None) -> Tensor:
    """Join example by example and plane by plane."""
    examples = []
    for picture, label in zip(x, labels.tolist(), strict=True):
        one_hot = [torch.full(picture.shape[1:], float(label == k)) for k in range(CLASSES)]
        examples.append(torch.stack([*picture, *(one_hot if table is None else table[label])]))
    return torch.stack(examples)


@pytest.mark.parametrize(
    ("shape", "embedding"),
    [((6,), None), ((6,), (3,)), ((2, 4, 5), None), ((2, 4, 5), (1, 4, 5)), ((2, 4, 5), (3, 4, 5))],
)
def test_a_join_puts_each_examples_label_behind_it(shape: Shape, embedding: Shape | None) -> None:
    spec = NetworkSpec(shape, (JoinLabel(CLASSES, embedding),))
    network = seeded(spec)
    x = torch.randn(4, *shape, generator=torch.Generator().manual_seed(1))
    found = network(x, LABELS)
    assert torch.equal(found, joined(x, LABELS, network.state_dict().get("0.weight")))
    assert tuple(found.shape[1:]) == spec.output_shape
    assert NetworkSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} == spec.tensors
    assert torch.equal(network(x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x, LABELS), found)


class PlainGenerator(nn.Module):
    """The PyTorch tutorial's generator at 16 px, with one-hot labels behind z."""

    def __init__(self, z_dim: int, width: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(z_dim + CLASSES, 2 * width, 4, 1, 0, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        y = nn.functional.one_hot(labels, CLASSES).float()
        return self.main(torch.cat([z, y], 1)[:, :, None, None])


class PlainDiscriminator(nn.Module):
    """The tutorial's discriminator at 16 px, with a learned plane behind the picture."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.plane = nn.Embedding(CLASSES, 16 * 16)
        self.main = nn.Sequential(
            nn.Conv2d(2, width, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 1, 4, 1, 0, bias=False),
        )

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        plane = self.plane(labels).view(-1, 1, 16, 16)
        return self.main(torch.cat([x, plane], 1)).view(-1, 1)


def with_weights_of(truth: nn.Module, network: Network) -> nn.Module:
    slots = [tensor for name, tensor in truth.state_dict().items() if "num_batches" not in name]
    for slot, value in zip(slots, network.state_dict().values(), strict=True):
        slot.copy_(value.reshape(slot.shape))
    return truth


def test_the_conditional_generator_equals_the_plain_one() -> None:
    network = seeded(generator("dcgan", 16, 1, 4, 8, CLASSES))
    truth = with_weights_of(PlainGenerator(8, 4), network)
    z = torch.randn(4, 8, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(network(z, LABELS), truth(z, LABELS))


def test_the_conditional_discriminator_equals_the_plain_one_in_values_and_gradients() -> None:
    network = seeded(discriminator("dcgan", 16, 1, 4, CLASSES))
    truth = with_weights_of(PlainDiscriminator(4), network)
    x = torch.randn(4, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    found, expected = network(x, LABELS), truth(x, LABELS)
    torch.testing.assert_close(found, expected)
    for output in (found, expected):
        output.square().sum().backward()
    for own, plain in zip(network.parameters(), truth.parameters(), strict=True):
        assert own.grad is not None and plain.grad is not None
        torch.testing.assert_close(own.grad, plain.grad.reshape(own.grad.shape))
    table = network[0].weight.grad
    assert [bool(row.any()) for row in table] == [True, False, True, False, True]  # the classes 0, 2 and 4 were seen


@pytest.mark.parametrize(("preset", "size"), [("dcgan", 16), ("dcgan", 64), ("paper", 32), ("tensorflow-tutorial", 28)])
def test_every_preset_takes_labels_and_lets_gradients_through(preset: str, size: int) -> None:
    up, down = seeded(generator(preset, size, 3, 4, 7, CLASSES)), seeded(discriminator(preset, size, 3, 4, CLASSES))  # type: ignore[arg-type]
    down.use_generator(torch.Generator().manual_seed(0))
    assert up.spec.classes == down.spec.classes == CLASSES and up.spec.input_shape == (7,) and down.spec.input_shape == (3, size, size)
    down(up(torch.randn(4, 7), LABELS), LABELS).sum().backward()
    for network in (up, down):
        assert all(parameter.grad is not None and bool(parameter.grad.any()) for parameter in network.parameters())


def test_a_label_changes_the_picture_and_only_its_own() -> None:
    network = seeded(generator("dcgan", 16, 1, 4, 8, CLASSES)).eval()
    z = torch.randn(4, 8, generator=torch.Generator().manual_seed(2))
    before, after = network(z, LABELS), network(z, torch.tensor([4, 0, 3, 2]))
    assert [torch.equal(a, b) for a, b in zip(before, after, strict=True)] == [True, True, False, True]


def test_a_learned_entry_starts_as_large_as_its_surroundings() -> None:
    table = seeded(discriminator("dcgan", 64, 3, 4, CLASSES)).state_dict()["0.weight"]
    assert table.std() == pytest.approx(1, rel=0.03) and table.mean() == pytest.approx(0, abs=0.03)


def test_labels_are_asked_for_and_refused_in_one_sentence() -> None:
    with_labels, without = seeded(generator("dcgan", 16, 1, 4, 8, CLASSES)), seeded(generator("dcgan", 16, 1, 4, 8))
    z = torch.randn(4, 8)
    with pytest.raises(ConfigError, match="takes a label, below 5, with each example, found none"):
        with_labels(z)
    with pytest.raises(ConfigError, match=r"4 examples need labels of the shape \(4,\), found \(3,\)"):
        with_labels(z, LABELS[:3])
    with pytest.raises(ConfigError, match="takes no label with each example, found some"):
        without(z, LABELS)


@pytest.mark.parametrize(
    ("shape", "layers", "said"),
    [
        ((6,), (JoinLabel(3), JoinLabel(4)), "sets of 3 and 4 classes"),
        ((2, 4, 4), (JoinLabel(3, (1, 4, 5)),), r"layer 0: join_label with entries of \(1, 4, 5\)"),
        ((6,), (JoinLabel(3, (1, 4, 4)),), "join_label"),
        ((6,), (JoinLabel(3), Linear(6, 2)), "layer 1: linear takes"),
    ],
)
def test_joins_that_do_not_fit_are_named(shape: Shape, layers: tuple[Layer, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        NetworkSpec(shape, layers)


@pytest.mark.parametrize("change", [{"classes": 0}, {"classes": "3"}, {"embedding": [1, "4"]}, {"embedding": 4}, {"embedding": []}])
def test_a_spoilt_join_is_a_config_error(change: dict[str, object]) -> None:
    record = NetworkSpec((6,), (JoinLabel(3, (2,)),)).to_json()
    record["layers"][0] |= change
    with pytest.raises(ConfigError):
        NetworkSpec.from_json(record)


def test_a_network_without_labels_is_drawn_as_ever() -> None:
    spec = NetworkSpec((8,), (Reshape((8, 1, 1)), Conv(8, 3, (1, 1), bias=False)))
    expected = torch.randn(3, 8, 1, 1, generator=torch.Generator().manual_seed(0)) * 0.02
    assert spec.classes == 0 and torch.equal(seeded(spec).state_dict()["1.weight"], expected)
