"""What leaves as PyTorch: the tutorial's own class and a program without our package are the judges."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from odd_models import odd_network, random_model, synthesizer, with_pixel_norm
from tiny_app import LABELS, conditional_model
from torch import nn

import dcgan
from dcgan.cli import main
from dcgan.errors import ConfigError
from dcgan.models import Model, ModelConfig, write_model
from dcgan.models.exporting import export
from dcgan.models.importing import inspect_file
from dcgan.networks import generator

pytestmark = pytest.mark.usefixtures("read_here")

RUN = """
import pathlib, runpy, sys, numpy as np, torch
for script in pathlib.Path().glob("*.py"):
    names, given = runpy.run_path(str(script)), np.load(script.with_suffix(".npz"))
    with torch.inference_mode():
        x = names["netG"](torch.from_numpy(given["z"]), *([torch.from_numpy(given["labels"])] if "LABELS" in names else []))
    np.save(script.with_suffix(".npy"), x.numpy())
assert not any(name.partition(".")[0] == "dcgan" for name in sys.modules)
"""


class TutorialGenerator(nn.Module):
    """The class of the PyTorch tutorial's notebook, from its description."""

    def __init__(self, nz: int, ngf: int, nc: int) -> None:
        super().__init__()
        widths = [nz, ngf * 8, ngf * 4, ngf * 2, ngf]
        blocks: list[nn.Module] = []
        for depth in range(4):
            stride, padding = (1, 0) if depth == 0 else (2, 1)
            blocks += [nn.ConvTranspose2d(widths[depth], widths[depth + 1], 4, stride, padding, bias=False)]
            blocks += [nn.BatchNorm2d(widths[depth + 1]), nn.ReLU(True)]
        self.main = nn.Sequential(*blocks, nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x: torch.Tensor = self.main(z)
        return x


def test_the_tutorial_s_class_loads_it_and_so_do_we(tmp_path: Path) -> None:
    model = random_model(generator("dcgan", 64, 3, 4, 12))
    written = export(model, "mine", tmp_path / "netG.pth")
    assert written.files == (tmp_path / "netG.pth",) and "nz = 12, ngf = 4, nc = 3" in written.notes[0]
    net = TutorialGenerator(12, 4, 3)
    net.load_state_dict(torch.load(tmp_path / "netG.pth", weights_only=True))  # strict
    ours, z = synthesizer(model), synthesizer(model).z(range(5))
    with torch.inference_mode():
        theirs = net.eval()(torch.from_numpy(z)[:, :, None, None]).numpy()
    np.testing.assert_allclose(theirs, ours.raw(z), atol=1e-5)
    again = dcgan.load(tmp_path / "netG.pth")
    assert np.abs(again.images(z).astype(int) - ours.images(z)).max() <= 1


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (random_model(generator("dcgan", 32, 3, 4, 12)), "32x32"),
        (random_model(generator("paper", 64, 3, 4, 12)), "layers"),
        (random_model(generator("dcgan", 64, 3, 4, 12, 3)), "label"),
        (random_model(generator("dcgan", 64, 3, 4, 12), (0.0, 1.0)), "from 0 to 1"),
    ],
)
def test_what_does_not_fit_the_tutorial_is_said(model: Model, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        export(model, "mine", tmp_path / "netG.pth", form="tutorial")
    assert "--form plain" in str(refused.value) and not list(tmp_path.iterdir())
    assert words in export(model, "mine", tmp_path / "netG.pth").notes[0]


def test_the_scripts_make_the_same_pictures_without_our_package(tmp_path: Path) -> None:
    models = {
        "dcgan": random_model(generator("dcgan", 16, 1, 4, 12)),
        "paper": random_model(generator("paper", 32, 3, 2, 12)),
        "tensorflow": random_model(generator("tensorflow-tutorial", 28, 1, 4, 12, 4)),
        "odd": random_model(odd_network(), (0.0, 1.0)),
    }
    for name, model in models.items():
        written = export(model, f'the "{name}"', tmp_path / f"{name}.pth", form="plain")
        assert written.files == (tmp_path / f"{name}.pth", tmp_path / f"{name}.py")
        ours = synthesizer(model)
        labels = {} if not model.config.labels else {"labels": ours.labels(6)}
        np.savez(tmp_path / f"{name}.npz", z=ours.z(range(6)), **labels)
    subprocess.run([sys.executable, "-c", RUN], cwd=tmp_path, check=True, env={"PATH": "", "OMP_NUM_THREADS": "1"})
    for name, model in models.items():
        expected = synthesizer(model).raw(synthesizer(model).z(range(6)))
        assert expected.std() > 0.01
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), expected, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    "model", [random_model(generator("tensorflow-tutorial", 28, 1, 4, 12, 4)), random_model(odd_network(), (0.0, 1.0))]
)
def test_a_plain_file_says_what_it_is(model: Model, tmp_path: Path) -> None:
    export(model, "mine", tmp_path / "mine.pth", form="plain")
    found = inspect_file(tmp_path / "mine.pth")
    again, ours = found.best.model, synthesizer(model)
    assert not found.best.assumed and again.config.labels == model.config.labels
    assert again.config.image_range == model.config.image_range
    np.testing.assert_allclose(synthesizer(again).raw(ours.z(range(6))), ours.raw(ours.z(range(6))), atol=1e-6)


def test_what_plain_pytorch_lacks_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pixel_norm cannot be written as plain PyTorch yet; export a folder"):
        export(random_model(with_pixel_norm(generator("dcgan", 64, 1, 4, 12))), "mine", tmp_path / "mine.pth")


def test_a_description_of_other_tensors_is_not_believed(tmp_path: Path) -> None:
    export(random_model(generator("dcgan", 32, 1, 4, 12)), "mine", tmp_path / "mine.pth")
    state = torch.load(tmp_path / "mine.pth", weights_only=True)
    state["1.weight"] = state["1.weight"][:9]  # a z of 9 numbers
    torch.save(state, tmp_path / "mine.pth")
    found = inspect_file(tmp_path / "mine.pth")
    assert found.best.model.config.z_dim == 9 and found.best.assumed


def test_the_script_runs_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export(conditional_model(), "mine", tmp_path / "mine.pth")
    runpy.run_path(str(tmp_path / "mine.py"), run_name="__main__")
    assert capsys.readouterr().out.startswith("(16, 1, 16, 16)") and str(list(LABELS)) in (tmp_path / "mine.py").read_text()


def test_nothing_is_overwritten_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.pth"
    command = ["export", "untrained-dcgan-16-grey", "--to", str(target)]
    assert main(command) == 0
    assert capsys.readouterr().out.split() == [str(target), str(tmp_path / "mine.py")]
    before = target.read_bytes()
    assert main(command) == 2 and "--force" in capsys.readouterr().err
    target.unlink()
    assert main(command) == 2 and "mine.py" in capsys.readouterr().err and not target.exists()
    target.write_bytes(before)
    assert main([*command, "--force"]) == 0 and len(list(tmp_path.glob("mine*.old-*"))) == 2


@pytest.mark.parametrize(
    ("to", "options", "words"),
    [
        ("mine.zip", [], ".onnx"),
        ("no/such/mine.pth", [], "no/such"),
        ("mine.pth", ["--form", "fancy"], "fancy"),
        ("mine", ["--form", "plain"], ".pth"),
    ],
)
def test_wrong_wishes_are_one_line(to: str, options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "untrained-dcgan-16-grey", "--to", str(tmp_path / to), *options]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and words in err and not list(tmp_path.glob("mine*"))


def test_a_folder_is_the_model_again(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    whole = conditional_model()
    write_model(folder, whole, "the card")
    (folder / "notes.txt").write_text("private")
    (folder / "recording/samples").mkdir(parents=True)
    for name in ("events.jsonl", "samples/000010.jpg", "worker.json"):
        (folder / "recording" / name).write_text("x")
    assert main(["export", str(folder), "--to", str(tmp_path / "copy")]) == 0
    files = {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    model = {"config.json", "generator.safetensors", "discriminator.safetensors", "README.md", "preview.png"}
    assert files == model | {"recording/events.jsonl", "recording/samples/000010.jpg"}
    assert (tmp_path / "copy/README.md").read_text() == "the card"
    a, b = dcgan.load(folder), dcgan.load(tmp_path / "copy")
    assert a.info.sha256 == b.info.sha256 and np.array_equal(a.generate(range(3)), b.generate(range(3)))


def test_a_folder_of_a_file_keeps_its_weights_and_no_paths(tmp_path: Path) -> None:
    model = random_model(generator("dcgan", 16, 1, 4, 12))
    config = ModelConfig(model.config.generator, training={"parent": "/home/someone/runs/first", "data": "shapes"})
    export(Model(config, model.generator), "mine", tmp_path / "folder")
    copied = dcgan.load(tmp_path / "folder")
    assert (copied.model.config.training or {})["parent"] == "first"
    assert np.array_equal(copied.raw(copied.z([1])), synthesizer(model).raw(copied.z([1])))
