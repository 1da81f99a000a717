"""Write a model in another form."""

from __future__ import annotations

import importlib.util
import io
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.files import write_bytes
from dcgan.latent import repeat_labels, sample_z
from dcgan.models.exporting.plain import plain_modules, plain_script, plain_state
from dcgan.models.exporting.settled import settled
from dcgan.models.exporting.tutorial import TutorialSizes, tutorial_sizes, tutorial_state
from dcgan.models.folder import Model, ModelConfig
from dcgan.models.importing.formats import OWN
from dcgan.models.portable import write_portable
from dcgan.networks.builder import build

Form = Literal["auto", "tutorial", "plain"]
FORMS: tuple[Form, ...] = get_args(Form)
CHECKED, TOLERANCE = 8, 1e-4  # pictures that an ONNX file is checked with, and how far a value may be from ours
PACKAGES = '"onnx>=1.17" "onnxruntime>=1.20"'


@dataclass(frozen=True)
class Exported:
    """The files that were written, and what to know of them: one sentence a line."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def export(model: Model, name: str, to: Path, form: Form = "auto", force: bool = False) -> Exported:
    """Write `model` to a .pth file, an .onnx file or, without a suffix, a model folder.

    Parameters
    ----------
    form
        Of a .pth file: the PyTorch tutorial's state dict, plain PyTorch with a script beside it, or "auto": the first where it fits.
    force
        Move what is there aside instead of refusing to overwrite it.

    Raises
    ------
    DCGANError
        The network does not fit the form, a package is missing, or something is in the way; nothing is written then.
    """
    if form not in FORMS:
        raise ConfigError(f"--form is one of {', '.join(FORMS)}, found {form!r}")
    kind = to.suffix.lower()
    if form != "auto" and kind != ".pth":
        raise ConfigError(f"--form {form} is a form of .pth files, found --to {to}")
    if kind not in ("", ".pth", ".onnx"):
        raise ConfigError(f"--to ends in .pth or .onnx, or is a new folder's name without a dot; found {to}")
    if not kind:
        write_portable(model, name, to, force)
        return Exported((to,), (f"a model folder: python -m dcgan generate {to}",))
    if not to.parent.is_dir():
        raise ConfigError(f"cannot write {to}: there is no folder {to.parent}")
    return _export_onnx(model, name, to, force) if kind == ".onnx" else _export_torch(model, name, to, form, force)


def _export_torch(model: Model, name: str, to: Path, form: Form, force: bool) -> Exported:
    spec, tensors = settled(model)
    notes: list[str] = []
    if form != "plain":
        try:
            sizes = tutorial_sizes(model.config, spec)
        except ConfigError as error:
            if form == "tutorial":
                raise ConfigError(f"{name} does not fit the PyTorch tutorial's Generator: {error}; say --form plain") from None
            notes.append(f"plain PyTorch, because {name} does not fit the tutorial's Generator: {error}")
        else:
            _write(to, _torch_bytes(tutorial_state(tensors), tensors, replace(model.config, generator=spec)), force)
            return Exported((to,), _how_to_load(to, sizes))
    modules = plain_modules(spec, tensors)
    script = to.with_suffix(".py")
    if script.exists() and not force:
        raise ConfigError(f"{script} is there already, where the script that loads the weights would stand; say --force to move it aside")
    _write(to, _torch_bytes(plain_state(modules), tensors, replace(model.config, generator=spec)), force)
    _write(script, plain_script(name, to.name, model.config, modules).encode(), force)
    return Exported((to, script), (*notes, f"try it: python {script}"))


def _how_to_load(to: Path, sizes: TutorialSizes) -> tuple[str, ...]:
    numbers = f"nz = {sizes.nz}, ngf = {sizes.ngf}, nc = {sizes.nc}"
    return (f"the PyTorch tutorial's state dict; in its notebook, with {numbers}:", f'netG.load_state_dict(torch.load("{to.name}"))')


def _torch_bytes(state: Mapping[str, Tensor], tensors: Mapping[str, Tensor], config: ModelConfig) -> bytes:
    """Return a .pth file of a state dict; the importer finds the network's description in it, where torch keeps its modules' versions."""
    names = {theirs: ours for theirs, tensor in state.items() for ours, own in tensors.items() if own is tensor}
    described = replace(config, discriminator=None, training=None)
    content = OrderedDict((name, tensor.clone()) for name, tensor in state.items())
    content._metadata = {OWN: {"config": json.dumps(described.to_json()), "names": json.dumps(names)}}  # type: ignore[attr-defined]
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _export_onnx(model: Model, name: str, to: Path, force: bool) -> Exported:
    if importlib.util.find_spec("onnx") is None:
        raise ConfigError(f"ONNX files need a package: pip install {PACKAGES}")
    from dcgan.models.exporting.onnx_graph import onnx_model

    spec, tensors = settled(model)
    config = model.config
    metadata = {
        "name": name,
        "prior": config.prior,
        "range": f"{config.image_range[0]:g} {config.image_range[1]:g}",
        **({"labels": "\n".join(config.labels)} if config.labels else {}),
        **({"generator_sha256": model.sha256} if model.sha256 else {}),
    }
    content = onnx_model(spec, tensors, metadata).SerializeToString()
    note = _checked(content, model)
    _write(to, content, force)
    inputs = f"z (batch, {config.z_dim})" + (" and labels (batch,), int64," if config.labels else "")
    return Exported((to,), (f"ONNX: {inputs} to x (batch, {', '.join(map(str, spec.output_shape))})", note))


@torch.inference_mode()
def _checked(content: bytes, model: Model) -> str:
    """Run the file beside our own network where onnxruntime is installed, and say what came of it."""
    if importlib.util.find_spec("onnxruntime") is None:
        return "not checked: pip install onnxruntime, and the next export is"
    import onnxruntime

    z = sample_z(range(CHECKED), model.config.z_dim, model.config.prior)
    labels = repeat_labels(CHECKED, range(len(model.config.labels))) if model.config.labels else None
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (theirs,) = session.run(["x"], {"z": z, **({} if labels is None else {"labels": labels})})
    network = build(model.config.generator)
    network.load(model.generator)
    ours = network.eval()(torch.from_numpy(z), None if labels is None else torch.from_numpy(labels)).numpy()
    difference = float(np.abs(theirs - ours).max())
    if not difference <= TOLERANCE:
        raise ConfigError(f"onnxruntime's pictures differ from ours by {difference:.2g}, more than {TOLERANCE:g}; nothing was written")
    return f"checked with onnxruntime {onnxruntime.__version__}: values differ by at most {difference:.1e} (n = {CHECKED} pictures)"


def _write(path: Path, content: bytes, force: bool) -> None:
    """Write a file whole; one that is there is a ConfigError, or with `force` moved aside."""
    if path.exists():
        if not force:
            raise ConfigError(f"{path} is there already; choose another name, or say --force to move it aside")
        path.rename(path.with_name(f"{path.name}.old-{time.strftime('%Y%m%d-%H%M%S')}"))
    write_bytes(path, content)
