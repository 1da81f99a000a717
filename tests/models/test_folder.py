from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from dcgan.errors import CheckpointError, DCGANError
from dcgan.models import Library, Model, ModelConfig, Synthesizer, read_model, write_model
from dcgan.models.fold import fold_batch_norm
from dcgan.models.library import describe
from dcgan.networks import discriminator, generator
from dcgan.networks.builder import build
from dcgan.networks.init import initialise


def tiny(prior: str = "normal", image_range: tuple[float, float] = (-1.0, 1.0)) -> Model:
    """A 16 px model with batch norm statistics that matter."""
    up = initialise(build(generator("dcgan", 16, 1, 4, 8)), torch.Generator().manual_seed(0))
    down = initialise(build(discriminator("dcgan", 16, 1, 4)), torch.Generator().manual_seed(1))
    for _ in range(5):
        up(torch.randn(16, 8, generator=torch.Generator().manual_seed(2)))
    config = ModelConfig(up.spec, down.spec, prior, image_range)  # type: ignore[arg-type]
    return Model(config, up.state_dict(), down.state_dict())


def synthesizer(model: Model) -> Synthesizer:
    return Synthesizer(model, describe("tiny", model.config, None, "own", None))


def test_a_folder_reads_back_as_it_was_written(tmp_path: Path) -> None:
    model = tiny()
    read = write_model(tmp_path / "m", model, "# card", synthesizer(model).generate(range(4)))
    assert sorted(path.name for path in (tmp_path / "m").iterdir()) == sorted(
        ["config.json", "generator.safetensors", "discriminator.safetensors", "README.md", "preview.png"]
    )
    assert read.config == model.config
    for name, tensor in model.generator.items():
        stored = load_file(tmp_path / "m" / "generator.safetensors")[name]
        assert stored.dtype == (torch.float16 if tensor.dim() >= 2 else torch.float32)
        torch.testing.assert_close(read.generator[name], tensor, atol=1e-3, rtol=1e-3)
    assert read.build_discriminator()(torch.zeros(1, 1, 16, 16)).shape == (1, 1)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_model(tmp_path / name, tiny(), "card")
    for file in ("config.json", "generator.safetensors"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_an_existing_folder_stays_unless_forced(tmp_path: Path) -> None:
    write_model(tmp_path / "m", tiny(), "first")
    with pytest.raises(DCGANError, match="--force"):
        write_model(tmp_path / "m", tiny(), "second")
    assert (tmp_path / "m" / "README.md").read_text() == "first"
    write_model(tmp_path / "m", tiny(), "second", force=True)
    aside = [path for path in tmp_path.iterdir() if ".old-" in path.name]
    assert (tmp_path / "m" / "README.md").read_text() == "second" and (aside[0] / "README.md").read_text() == "first"


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    model = tiny()
    spoilt = {name: tensor * float("inf") for name, tensor in model.generator.items()}
    with pytest.raises(CheckpointError, match="not finite"):
        write_model(tmp_path / "m", replace(model, generator=spoilt), "card")
    assert list(tmp_path.iterdir()) == []


def _spoil(folder: Path, how: str) -> None:
    path, config = folder / "generator.safetensors", folder / "config.json"
    record = json.loads(config.read_text())
    if how == "truncated":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "garbage":
        path.write_bytes(b"not a model")
    elif how == "missing":
        path.unlink()
    elif how == "other weights":
        save_file({name: tensor + 1 for name, tensor in load_file(path).items()}, path)
    elif how == "integers":
        record["sha256"] = {}
        save_file({name: tensor.to(torch.int32) for name, tensor in load_file(path).items()}, path)
    elif how == "renamed":
        record["sha256"] = {}
        save_file({f"x{name}": tensor for name, tensor in load_file(path).items()}, path)
    elif how == "version":
        record["format_version"] = 99
    elif how == "size":
        record["image"]["width"] = 999
    elif how == "layer":
        record["generator"]["layers"][0]["type"] = "exec"
    elif how == "prior":
        record["z"]["prior"] = "cauchy"
    elif how == "no z":
        del record["z"]
    config.write_text("{" if how == "json" else json.dumps(record))


SPOILT = ["truncated", "garbage", "missing", "other weights", "integers", "renamed", "version", "size", "layer", "prior", "no z", "json"]


@pytest.mark.parametrize("how", SPOILT)
def test_every_spoilt_folder_is_one_sentence_with_the_file(tmp_path: Path, how: str) -> None:
    write_model(tmp_path / "m", tiny(), "card")
    _spoil(tmp_path / "m", how)
    with pytest.raises(CheckpointError, match=r"generator\.safetensors|config\.json"):
        read_model(tmp_path / "m")


def test_pictures_do_not_depend_on_the_batch() -> None:
    maker = synthesizer(tiny())
    z = maker.z(range(70))
    together = maker.raw(z)
    for index in (0, 33, 69):
        np.testing.assert_allclose(together[index], maker.raw(z[index : index + 1])[0], atol=1e-5)


def test_folding_batch_norm_changes_no_picture() -> None:
    model = tiny()
    spec, tensors = fold_batch_norm(model.config.generator, model.generator)
    assert all(layer.type != "batch_norm" for layer in spec.layers)
    folded = build(spec)
    folded.load(tensors)
    z = torch.randn(5, 8)
    torch.testing.assert_close(folded.eval()(z), model.build_generator()(z), atol=1e-5, rtol=1e-4)


def test_a_device_that_cannot_make_a_picture_leaves_it_to_the_cpu() -> None:
    """Of a tensor on `meta` there are no numbers to bring back."""
    here = synthesizer(tiny())
    elsewhere = Synthesizer(here.model, here.info, "meta")
    assert np.array_equal(elsewhere.generate(range(3)), here.generate(range(3)))


def test_sampling_changes_nothing() -> None:
    model = tiny()
    before = {name: tensor.clone() for name, tensor in model.generator.items()}
    maker = synthesizer(model)
    first = maker.generate([3])
    maker.generate(range(200))
    np.testing.assert_array_equal(first, maker.generate([3]))
    assert all(torch.equal(before[name], tensor) for name, tensor in model.generator.items())


def test_the_stored_range_decides_the_pixels() -> None:
    model = tiny()
    half = synthesizer(replace(model, config=replace(model.config, image_range=(0.0, 1.0))))
    raw = half.raw(half.z([0]))
    expected = np.rint(np.clip(raw, 0, 1) * 255).astype(np.uint8).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(half.generate([0]).astype(int), expected, atol=1)


def test_z_of_another_shape_or_not_finite_is_refused() -> None:
    maker = synthesizer(tiny())
    for z in (np.zeros(8), np.zeros((1, 9)), np.full((1, 8), np.nan)):
        with pytest.raises(DCGANError):
            maker.generate(z=z)


def test_library_finds_by_name_folder_and_run(home: Path) -> None:
    write_model(home / "models" / "mine", tiny(), "card")
    write_model(home / "runs" / "r1" / "snapshots" / "000010", tiny(), "card")
    write_model(home / "runs" / "r1" / "snapshots" / "000009", tiny(), "card")
    library = Library()
    sources = {info.name: info.source for info in library.models()}
    assert sources["mine"] == "own" and sources["r1"] == "run"
    assert library.synthesizer("mine").info.z_dim == 8
    assert library.find("r1")[0].path == home / "runs" / "r1" / "snapshots" / "000010"
    assert library.synthesizer(str(home / "models" / "mine")).info.name == "mine"
    with pytest.raises(CheckpointError, match="mine"):
        library.synthesizer("nothing")
    with pytest.raises(CheckpointError):
        library.synthesizer(str(home / "models" / "mine"), allow_paths=False)


def test_a_spoilt_folder_does_not_hide_the_others(home: Path) -> None:
    for name in ("good", "bad"):
        write_model(home / "models" / name, tiny(), "card")
    _spoil(home / "models" / "bad", "json")
    names = [info.name for info in Library().models()]
    assert "good" in names and "bad" not in names


def test_untrained_is_a_model() -> None:
    library = Library()
    maker = library.synthesizer("untrained-dcgan-16-grey-3")
    assert maker.generate([0]).shape == (1, 16, 16, 1)
    assert not np.array_equal(maker.generate([0]), library.synthesizer("untrained-dcgan-16-grey-4").generate([0]))
    for name in ("untrained", "untrained-dcgan-17", "untrained-x-64"):
        with pytest.raises(CheckpointError):
            library.synthesizer(name)
