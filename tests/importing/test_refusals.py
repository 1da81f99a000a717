"""What is no convolutional generator is refused in one sentence that names the file and says what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch
from authors import Critic
from safetensors.torch import save_file
from torch import nn

from dcgan.errors import CheckpointError
from dcgan.models.importing import Options, apply_options, inspect_file


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(100, 256), nn.LeakyReLU(0.2), nn.Linear(256, 512), nn.BatchNorm1d(512), nn.Linear(512, 784), nn.Tanh())


def classifier() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.Conv2d(16, 32, 3), nn.Flatten(), nn.Linear(32, 10))


def autoencoder() -> nn.Module:
    both = nn.ModuleDict()
    both["encoder"] = nn.Sequential(nn.Conv2d(3, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1))
    both["fc_mu"], both["fc_var"] = nn.Linear(2048, 16), nn.Linear(2048, 16)
    both["decoder"] = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 3, 4, 2, 1))
    return both


def attention() -> nn.Module:
    unet = nn.ModuleDict()
    unet["conv_in"], unet["time_embedding"] = nn.Conv2d(3, 16, 3, 1, 1), nn.Linear(16, 64)
    unet["mid"], unet["to_q"] = nn.Conv2d(16, 16, 3, 1, 1), nn.Linear(16, 16, bias=False)
    unet["norm"], unet["conv_out"] = nn.GroupNorm(4, 16), nn.Conv2d(16, 3, 3, 1, 1)
    return unet


NETWORKS = {"dense": dense, "classifier": classifier, "autoencoder": autoencoder, "diffusion": attention, "discriminator": Critic}


def translating() -> nn.Module:
    """Residual blocks between layers that begin and end with a picture."""
    block = nn.ModuleDict({"conv1": nn.Conv2d(16, 16, 3, 1, 1), "conv2": nn.Conv2d(16, 16, 3, 1, 1)})
    return nn.ModuleDict({"first": nn.Conv2d(3, 16, 7), "resblock1": block, "last": nn.Conv2d(16, 3, 7)})


def joined() -> nn.Module:
    """What skips is joined behind the channels, not added."""
    kernels = {"up1": nn.Conv2d(32, 16, 3, 1, 1), "skip": nn.Conv2d(32, 16, 1), "up2": nn.Conv2d(32, 16, 3, 1, 1)}
    return nn.ModuleDict({"fc": nn.Linear(8, 512), "block": nn.ModuleDict(kernels), "last": nn.Conv2d(16, 3, 3, 1, 1)})


def steered() -> nn.Module:
    block = nn.ModuleDict({"conv1": nn.Conv2d(16, 16, 3, 1, 1), "conv2": nn.Conv2d(16, 16, 3, 1, 1), "shortcut": nn.Conv2d(16, 16, 1)})
    block["bn1"] = nn.ModuleDict({"bn": nn.BatchNorm2d(16, affine=False), "embed_gamma": nn.Embedding(10, 16)})
    return nn.ModuleDict({"linear": nn.Linear(64, 256), "block2": block, "last": nn.Conv2d(16, 3, 3, 1, 1)})


def normed_twice() -> nn.Module:
    norms = {f"bn{k}": nn.BatchNorm2d(16) for k in range(4)}
    block = nn.ModuleDict({"conv1": nn.Conv2d(16, 16, 3, 1, 1), "conv2": nn.Conv2d(16, 16, 3, 1, 1), **norms})
    return nn.ModuleDict({"linear": nn.Linear(64, 256), "res_block": block, "last": nn.Conv2d(16, 3, 3, 1, 1)})


def attentive() -> nn.Module:
    attention = nn.ModuleDict({"to_qkv": nn.Conv2d(16, 48, 1), "to_out": nn.Conv2d(16, 16, 1)})  # of several heads, without a scale
    return nn.ModuleDict({"l1": nn.ConvTranspose2d(64, 16, 4), "attn1": attention, "last": nn.ConvTranspose2d(16, 3, 4, 2, 1)})


def layer_normed() -> nn.Module:
    return nn.Sequential(nn.ConvTranspose2d(64, 16, 4), nn.LayerNorm([16, 4, 4]), nn.ReLU(), nn.ConvTranspose2d(16, 3, 4, 2, 1))


def flat_normed() -> nn.Module:
    """A layer norm of all numbers before they become a picture, and a batch norm."""
    kernels = [nn.Linear(64, 256), nn.ConvTranspose2d(16, 16, 4, 2, 1), nn.ConvTranspose2d(16, 3, 4, 2, 1)]
    return nn.Sequential(kernels[0], nn.LayerNorm(256), nn.Unflatten(1, (16, 4, 4)), kernels[1], nn.BatchNorm2d(16), nn.ReLU(), kernels[2])


def shuffled() -> nn.Module:
    kernels = [nn.Conv2d(32, 64, 3, 1, 1), nn.PixelShuffle(2), nn.Conv2d(16, 64, 3, 1, 1), nn.PixelShuffle(2), nn.Conv2d(16, 3, 3, 1, 1)]
    return nn.ModuleDict({"fc": nn.Linear(64, 512), "net": nn.Sequential(*kernels)})


def encoder() -> nn.Module:
    kernels = nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1))
    return nn.ModuleDict({"conv": kernels, "fc_mu": nn.Linear(1568, 16), "fc_logvar": nn.Linear(1568, 16)})


def picture_first() -> nn.Module:
    """By names alone, its decoder would come first and draw RGBA for the encoder."""
    kernels = {"conv1": nn.Conv2d(3, 16, 3, 1, 1), "conv2": nn.Conv2d(16, 4, 3, 1, 1)}
    return nn.ModuleDict({**kernels, "t_conv1": nn.ConvTranspose2d(4, 16, 2, 2), "t_conv2": nn.ConvTranspose2d(16, 3, 2, 2)})


def recurrent() -> nn.Module:
    return nn.ModuleDict({"embedding": nn.Embedding(100, 16), "lstm": nn.LSTM(16, 32), "fc": nn.Linear(32, 100)})


def one_dimensional() -> nn.Module:
    return nn.ModuleDict({"fc": nn.Linear(100, 256), "conv": nn.ConvTranspose1d(16, 1, 4, 2, 1), "out": nn.Linear(32, 64)})


def diverged() -> nn.Module:
    network = nn.Sequential(nn.ConvTranspose2d(64, 16, 4), nn.BatchNorm2d(16), nn.ReLU(), nn.ConvTranspose2d(16, 3, 4, 2, 1))
    nn.init.constant_(network[3].bias, float("nan"))
    return network


def detector() -> nn.Module:
    """Its channels would chain from 3 numbers to a picture."""
    branches = nn.ModuleDict({f"cv{k}": nn.ModuleDict({"conv": nn.Conv2d(16, 16, 1)}) for k in (1, 2)})
    return nn.ModuleDict({"0": nn.ModuleDict({"conv": nn.Conv2d(3, 16, 3)}), "2": branches})


NAMED = {
    "its layers begin with a picture, as a discriminator's": translating,
    "the channels of its layers do not chain": joined,
    "norms steered by a label (block2.bn1.embed_gamma": steered,
    "its residual blocks (res_block.conv1) are of no kind": normed_twice,
    "self-attention (attn1": attentive,
    "1, a layer norm": layer_normed,
    "a layer norm behind a linear layer (1)": flat_normed,
    "an autoencoder's encoder": encoder,
    "--set network=decoder reads": autoencoder,
    "pixel shuffles": shuffled,
    "it is a YOLO detector": detector,
    "its layers begin with a picture": picture_first,
    "it is a recurrent network": recurrent,
    "its convolutions are of sounds or sequences, not of pictures": one_dimensional,
    "not finite (3.bias): its training had diverged": diverged,
}


@pytest.mark.parametrize("what", NAMED)
def test_what_no_chain_of_layers_does_is_named(tmp_path: Path, what: str) -> None:
    save_file(NAMED[what]().state_dict(), tmp_path / "it.safetensors")
    assert what in assert_refused(tmp_path / "it.safetensors")


def test_what_could_be_read_nevertheless_says_under_which_setting(tmp_path: Path) -> None:
    save_file(autoencoder().state_dict(), tmp_path / "it.safetensors")
    with pytest.raises(CheckpointError) as caught:
        inspect_file(tmp_path / "it.safetensors")
    found = inspect_file(tmp_path / "it.safetensors", options=apply_options(Options(), [caught.value.setting]))
    assert found.network == "decoder" and found.best.model.config.z_dim == 32


@pytest.mark.parametrize(("name", "channels"), [("resize", 16), ("result", 16), ("resconv", 16), ("res", 8)])
def test_a_chain_whose_names_sound_like_residual_blocks_is_read(tmp_path: Path, name: str, channels: int) -> None:
    kernels = nn.ModuleList([nn.Conv2d(16, channels, 3, 1, 1), nn.Conv2d(channels, 16, 3, 1, 1)])
    network = nn.ModuleDict({"fc": nn.Linear(8, 256), name: kernels, "to_picture": nn.ConvTranspose2d(16, 3, 4, 2, 1)})
    save_file(network.state_dict(), tmp_path / "it.safetensors")
    assert inspect_file(tmp_path / "it.safetensors").best.model.config.generator.output_shape[0] == 3


def assert_refused(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        inspect_file(path)
    message = str(caught.value)
    assert message.startswith(path.name) and "\n" not in message and len(message) < 400
    return message


@pytest.mark.parametrize("name", NETWORKS)
def test_other_networks(tmp_path: Path, name: str) -> None:
    save_file(NETWORKS[name]().state_dict(), tmp_path / "it.safetensors")
    said = assert_refused(tmp_path / "it.safetensors")
    assert "torch.save(netG.state_dict()" in said or "by the names of its layers" in said


FILES = {
    "net.onnx": (b"\x08\x07\x12\x07pytorch\x1a\x03", "ONNX"),
    "model.ckpt.index": (b"\x00\x00\x01\x05model", "TensorFlow"),
    "checkpoint": (b'model_checkpoint_path: "ckpt-1"', "TensorFlow"),
    "net.pth": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "page.pth": (b"<!DOCTYPE html>", "web page"),
    "pic.pt": (b"\x89PNG\r\n\x1a\n", "picture"),
    "nothing.pt": (b"", "empty"),
    "net.pth.gz": (b"\x1f\x8b\x08", "gzip"),
    "notes.pth": (("Verlust für die erste Epoche: 0.3\n" * 20).encode(), "text"),
    "train.ipynb": (b'{"cells": []}', "text"),
    "weights.bin": (bytes(range(128, 256)), "does not begin as any of the files that are read here"),
    "noise.pth": (bytes(range(128, 256)), "whatever its name"),
}


@pytest.mark.parametrize("name", FILES)
def test_other_files(tmp_path: Path, name: str) -> None:
    content, word = FILES[name]
    (tmp_path / name).write_bytes(content)
    assert word in assert_refused(tmp_path / name)


@pytest.mark.parametrize(
    ("member", "word"),
    [
        ("notes.txt", "zip of something else"),
        ("faces/1.JPG", "zip of pictures"),
        ("net/saved_model.pb", "SavedModel"),
        ("a/constants.pkl", "TorchScript"),
    ],
)
def test_other_archives(tmp_path: Path, member: str, word: str) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        archive.writestr(member, b"x")
        if "constants" in member:
            archive.writestr("a/code/net.py", b"x")
    assert word in assert_refused(tmp_path / "it.zip")


@pytest.mark.usefixtures("read_here")
def test_fixed_noise_is_named_as_such(tmp_path: Path) -> None:
    torch.save(torch.randn(64, 100, 1, 1), tmp_path / "fixed_noise.pt")
    assert "fixed noise" in assert_refused(tmp_path / "fixed_noise.pt")


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize(("content", "what"), [(torch.ones(4, 3, 8, 8), "(4, 3, 8, 8), no network"), ([torch.ones(3)], "losses or a list")])
def test_other_contents_are_called_what_they_are(tmp_path: Path, content: object, what: str) -> None:
    torch.save(content, tmp_path / "it.pt")
    assert what in assert_refused(tmp_path / "it.pt")


FAMILIES = {
    "a StyleGAN": ("mapping.fc0.weight", "synthesis.b4.conv1.affine.weight", "synthesis.b4.torgb.weight"),
    "a diffusion model": ("time_embedding.linear_1.weight", "down_blocks.0.resnets.0.conv1.weight", "mid_block.attentions.0.to_q.weight"),
    "a YOLO detector": ("model.2.cv1.conv.weight", "model.2.m.0.cv1.conv.weight", "model.2.cv2.conv.weight"),
    "a transformer": ("encoder.layer.0.attention.self.query.weight", "encoder.layer.0.output.LayerNorm.weight"),
    "a ResNet": ("conv1.weight", "layer1.0.conv1.weight", "layer2.0.conv1.weight", "fc.weight"),
}


@pytest.mark.parametrize("kind", FAMILIES)
def test_well_known_networks_are_called_what_they_are(tmp_path: Path, kind: str) -> None:
    """Their usual names; the shapes, three-dimensional, are those of no generator."""
    save_file({name: torch.ones(4, 4, 3) for name in FAMILIES[kind]}, tmp_path / "it.safetensors")
    assert f"by the names of its layers it is {kind}" in assert_refused(tmp_path / "it.safetensors")
