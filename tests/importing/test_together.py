"""Files that come in one drop: the generator is found among them, its discriminator and the notebook's z come with it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from authors import Critic
from gallery import GALLERY
from torch import Tensor

from dcgan.errors import CheckpointError
from dcgan.models.importing import Contents, Options, inspect_together
from dcgan.models.importing.beside import WITHIN


def contents(name: str, tensors: dict[str, Tensor]) -> Contents:
    return Contents(name, "torch", tensors, ordered=True)


@pytest.fixture(scope="module")
def files() -> dict[str, Contents]:
    torch.manual_seed(3)
    return {
        "G": contents("weights_a.pth", GALLERY["no norms"].trained().state_dict()),
        "D": contents("weights_b.pth", Critic(4).state_dict()),
        "z": contents("fixed_noise.pt", {"tensor": torch.randn(5, 64, 1, 1)}),
    }


def test_each_is_found_in_any_order_whatever_it_is_called(files: dict[str, Contents]) -> None:
    pictures = torch.rand(2, 3, 32, 32)
    torch.manual_seed(4)
    judge = Critic(4)
    judge.main[-2] = torch.nn.Conv2d(32, 1, 2, bias=False)  # of 32 px
    beside = contents("weights_b.pth", judge.state_dict())
    with torch.no_grad():
        truth = judge.eval()(pictures).logit()
    for order in permutations((files["G"], beside, files["z"])):
        together = inspect_together(order, Options())
        assert together.found is not None and together.found.file == "weights_a.pth" and together.noise_file == "fixed_noise.pt"
        np.testing.assert_array_equal(together.noise, files["z"].tensors["tensor"].flatten(1))
        with torch.no_grad():
            said = together.found.best.model.build_discriminator()(pictures)
        np.testing.assert_allclose(said.flatten(), truth, atol=1e-4)


@pytest.mark.parametrize("channels", [1, 3])  # grey, and RGB of 64 px, beside RGB of 32 px
def test_a_discriminator_of_other_pictures_is_left_and_said(files: dict[str, Contents], channels: int) -> None:
    other = contents("weights_b.pth", Critic(4, channels=channels).state_dict())
    together = inspect_together([other, files["G"]], Options())
    assert together.found is not None and together.found.best.model.config.discriminator is None
    assert together.found.notes[-1] == "weights_b.pth beside it was not taken along: it cannot be read as its discriminator."


def test_a_discriminator_of_its_own_comes_before_that_in_the_generators_file(files: dict[str, Contents]) -> None:
    judge = Critic(4)
    judge.main[-2] = torch.nn.Conv2d(32, 1, 2, bias=False)  # of 32 px
    parts = {"netG": files["G"].tensors, "netD": judge.state_dict()}
    both = contents("all.pth", {f"{part}/{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()})
    assert (within := inspect_together([both], Options()).found) is not None and within.notes[-1] == WITHIN
    found = inspect_together([both, contents("netD.pth", judge.state_dict())], Options()).found
    assert found is not None and found.notes == (*within.notes[:-1], "netD.pth beside it was taken along as its discriminator.")


def test_two_generators_are_refused_by_name(files: dict[str, Contents]) -> None:
    other = contents("netG_9.pth", files["G"].tensors)
    with pytest.raises(CheckpointError, match=r"^weights_a.pth and netG_9.pth are 2 generators"):
        inspect_together([files["G"], other], Options())


def test_two_discriminators_are_refused_by_name(files: dict[str, Contents]) -> None:
    judge = Critic(4)
    judge.main[-2] = torch.nn.Conv2d(32, 1, 2, bias=False)  # of 32 px
    judges = [contents(name, judge.state_dict()) for name in ("netD_1.pth", "netD_2.pth")]
    with pytest.raises(CheckpointError, match=r"^netD_1.pth and netD_2.pth are 2 discriminators"):
        inspect_together([*judges, files["G"]], Options())


def test_two_files_without_a_generator_are_refused_by_name(files: dict[str, Contents]) -> None:
    other = contents("netD.pth", files["D"].tensors)
    with pytest.raises(CheckpointError, match=r"^no generator is among weights_b.pth, netD.pth: .* do not chain from z"):
        inspect_together([files["D"], other, files["z"]], Options())


def test_z_alone_are_z(files: dict[str, Contents]) -> None:
    together = inspect_together([files["z"]], Options())
    assert together.found is None and together.noise is not None and together.noise.shape == (5, 64)
