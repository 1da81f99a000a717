"""A discriminator that lies beside its generator is taken along."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from authors import Critic
from gallery import GALLERY

from dcgan.models.importing import inspect_file
from dcgan.models.importing.beside import WITHIN, partner


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("netG.pth", "netD.pth"),
        ("netG_epoch_24.pth", "netD_epoch_24.pth"),
        ("Generator.pt", "Discriminator.pt"),
        ("wgan_gen_9.pt", "wgan_critic_9.pt"),
        ("G.pth", "D.pth"),
    ],
)
def test_names_of_a_pair(tmp_path: Path, own: str, other: str) -> None:
    for name in (own, other, f"other-{other}", "netD_epoch_3.pth", "notes.txt"):
        (tmp_path / name).touch()
    assert partner(tmp_path / own) == tmp_path / other


@pytest.mark.parametrize("own", ["netG_epoch_24.pth", "model.pth", "netD.pth"])
def test_no_pair(tmp_path: Path, own: str) -> None:
    for name in (own, "netD.pth", "netD_epoch_3.pth"):
        (tmp_path / name).touch()
    assert partner(tmp_path / own) is None


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize("where", ["beside", "within", "both"])
def test_it_judges_the_pictures(tmp_path: Path, where: str) -> None:
    torch.manual_seed(0)
    author, judge = GALLERY["no norms"].trained(), Critic(4)
    judge.main[-2] = torch.nn.Conv2d(32, 1, 2, bias=False)  # of 32 px
    parts = {"netG": author.state_dict()} if where == "beside" else {"netG": author.state_dict(), "netD": judge.state_dict()}
    torch.save(parts, tmp_path / "netG.pth")
    if where != "within":
        torch.save(judge.state_dict(), tmp_path / "netD.pth")
    found = inspect_file(tmp_path / "netG.pth")
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        said, truth = found.best.model.build_discriminator()(pictures), judge.eval()(pictures).logit()
    np.testing.assert_allclose(said.flatten().numpy(), truth.numpy(), atol=1e-3)
    said_of_it = "netD.pth beside it was taken along as its discriminator." if where == "beside" else WITHIN
    assert [note for note in found.notes if "discriminator" in note] == [said_of_it]


@pytest.mark.usefixtures("read_here")
def test_what_is_none_is_left_and_said(tmp_path: Path) -> None:
    torch.save(GALLERY["no norms"].trained().state_dict(), tmp_path / "netG.pth")
    (tmp_path / "netD.pth").write_bytes(b"nothing")
    found = inspect_file(tmp_path / "netG.pth")
    assert found.best.model.config.discriminator is None and "netD.pth beside it was not taken along" in found.notes[-1]
