"""Checkpoint files of the PyTorch tutorial's family: `main.N.weight`, any width, 28 to 128 pixels.

The names and shapes prove kernel sizes and channels. Strides, paddings, tanh, the prior and batch norm's eps are the tutorial's and are
reported as assumed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from dcgan.errors import CheckpointError, ConfigError
from dcgan.models.folder import Model, ModelConfig
from dcgan.networks.layers import Activation, BatchNorm, ConvTranspose, Layer, Reshape
from dcgan.networks.spec import NetworkSpec

TORCH_SUFFIXES = (".pth", ".pt", ".pkl", ".ckpt", ".tar", ".bin")
SAVE_LINE = 'torch.save(netG.state_dict(), "netG.pth")'
TIME_LIMIT = 120  # seconds to read a file
MAX_SIZE = 256  # pixels a side; a file of a few KB could ask for pictures that fill the memory
PLACE = re.compile(r"^(?:module\.)?(?:main|model)\.(\d+)\.(\w+)$")


def read_foreign(path: Path, allow_pickle: bool = True) -> Model:
    """Read a generator from a torch or safetensors file of the tutorial's family.

    Parameters
    ----------
    allow_pickle
        False on a public server, which takes safetensors only.

    Raises
    ------
    CheckpointError
        The file is something else; the message says what to do.
    """
    if path.suffix == ".safetensors":
        tensors = _read_safetensors(path)
    elif path.suffix in TORCH_SUFFIXES and allow_pickle:
        tensors = _unpickle(path)
    else:
        kinds = ", ".join((".safetensors", *TORCH_SUFFIXES) if allow_pickle else (".safetensors",))
        raise CheckpointError(f"{path.name} is not a file that is read here ({kinds}); save one with {SAVE_LINE}")
    return Model(*_infer(path.name, tensors))


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path.name} cannot be read as safetensors: {error}") from None


def _unpickle(path: Path) -> dict[str, Tensor]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tensors.safetensors"
        command = [sys.executable, "-m", "dcgan.models.unpickle", str(path.resolve()), str(target)]
        root = str(Path(__file__).resolve().parents[2])
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False, cwd=root)
            outcome = json.loads(answer.stdout.strip().splitlines()[-1])
        except subprocess.TimeoutExpired:
            raise CheckpointError(f"{path.name} took longer than {TIME_LIMIT} s to read; it was given up") from None
        except (IndexError, ValueError):
            raise CheckpointError(f"{path.name} cannot be read as a torch file: the reader ended without an answer") from None
        if "error" in outcome:
            raise CheckpointError(_explain(path.name, outcome["error"]))
        return _read_safetensors(target)


def _explain(name: str, error: str) -> str:
    if error == "pickled":
        return (
            f"{name} holds pickled objects (a whole module, or no torch file at all), which cannot be read without running code; "
            f"in the notebook that made it, run {SAVE_LINE} and bring that file"
        )
    return f"{name} cannot be read as a torch file ({error}); save one with {SAVE_LINE}"


def _infer(name: str, tensors: Mapping[str, Tensor]) -> tuple[ModelConfig, dict[str, Tensor]]:
    groups: dict[str, dict[tuple[int, str], Tensor]] = {}
    for key, tensor in tensors.items():
        group, _, rest = key.rpartition("/")
        match = PLACE.match(rest)
        if match and match[2] != "num_batches_tracked":
            groups.setdefault(group, {})[int(match[1]), match[2]] = tensor
    reasons = []
    for group in sorted(groups, key=lambda group: ("g" not in group.lower(), group)):
        try:
            return _read_group(groups[group])
        except ConfigError as error:
            reasons.append(str(error))
    found = reasons[0] if reasons else f"its tensors are {', '.join(list(tensors)[:3]) or 'none'}"
    raise CheckpointError(
        f"{name} is not a generator of the PyTorch tutorial's family (main.0.weight and so on): {found}; save one with {SAVE_LINE}"
    )


def _read_group(tensors: Mapping[tuple[int, str], Tensor]) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Return configuration and renamed tensors, or raise a ConfigError that says what does not fit."""
    kernels = [place for place, parameter in sorted(tensors) if parameter == "weight" and tensors[place, parameter].dim() == 4]
    if len(kernels) < 3:
        raise ConfigError(f"it has {len(kernels)} convolutions, a generator has at least 3")
    z_dim = tensors[kernels[0], "weight"].shape[0]
    layers: list[Layer] = [Reshape((z_dim, 1, 1))]
    renamed: dict[str, Tensor] = {}
    for order, place in enumerate(kernels):
        layers.append(_transposed(tensors, place, first=order == 0, last=order == len(kernels) - 1))
        _rename(tensors, place, len(layers) - 1, renamed)
        if (place + 1, "running_mean") in tensors:
            layers.append(BatchNorm(tensors[place + 1, "running_mean"].shape[0]))
            _rename(tensors, place + 1, len(layers) - 1, renamed)
        layers.append(Activation("tanh" if order == len(kernels) - 1 else "relu"))
    if len(renamed) != len(tensors):
        raise ConfigError(f"it has {len(tensors) - len(renamed)} tensors that are neither a convolution's nor its batch norm's")
    spec = NetworkSpec((z_dim,), tuple(layers))
    _check(spec, renamed)
    return ModelConfig(spec, assumed=_assumed(spec)), renamed


def _check(spec: NetworkSpec, tensors: Mapping[str, Tensor]) -> None:
    """Raise a ConfigError unless `tensors` are those of `spec`, and its pictures of a size that the family has."""
    if spec.output_shape[1] > MAX_SIZE:
        raise ConfigError(f"its pictures have {spec.output_shape[1]} pixels a side, at most {MAX_SIZE} are read")
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    wrong = [name for name, shape in spec.tensors.items() if found.get(name) != shape or not tensors[name].is_floating_point()]
    if wrong or len(found) != len(spec.tensors):
        raise ConfigError(f"{len(wrong)} of the {len(spec.tensors)} tensors that it needs are missing, of another shape or no floats")


def _rename(tensors: Mapping[tuple[int, str], Tensor], place: int, index: int, renamed: dict[str, Tensor]) -> None:
    renamed |= {
        f"{index}.{parameter}": tensor.float() if tensor.is_floating_point() else tensor
        for (at, parameter), tensor in tensors.items()
        if at == place
    }


def _transposed(tensors: Mapping[tuple[int, str], Tensor], place: int, first: bool, last: bool) -> ConvTranspose:
    """Return the layer whose weight is [in, out, k, k], with the stride and padding of its place in the tutorial's network."""
    before, after, *kernel = tensors[place, "weight"].shape
    bias = (place, "bias") in tensors
    if first and kernel == [4, 4]:
        return ConvTranspose(before, after, (4, 4), bias=bias)
    if not first and kernel == [4, 4]:
        return ConvTranspose(before, after, (4, 4), (2, 2), (1, 1, 1, 1), bias=bias)
    if last and kernel == [1, 1]:
        # The 1x1 ending of the 28 px and 32 px variants: grey is MNIST at 28, colour CIFAR-10 at 32.
        cut = 2 if after == 1 else 0
        return ConvTranspose(before, after, (1, 1), (1, 1), (cut, cut, cut, cut), bias=bias)
    raise ConfigError(f"layer {place} has a {kernel[0]}x{kernel[1]} kernel, the tutorial's have 4x4")


def _assumed(spec: NetworkSpec) -> tuple[str, ...]:
    last = [layer for layer in spec.layers if isinstance(layer, ConvTranspose)][-1]
    size = [f"padding {last.padding[0]} of the 1x1 ending, so {spec.output_shape[1]} px"] if last.kernel == (1, 1) else []
    return ("strides and paddings of the PyTorch tutorial", *size, "tanh output", "normal prior", "batch norm eps 1e-5", "relu")
