"""What kind of file it is, by its first bytes; and the sentence for kinds that cannot be read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from dcgan.errors import CheckpointError

Kind = Literal["torch", "safetensors", "keras", "hdf5", "numpy"]

SAVE_LINE = 'torch.save(netG.state_dict(), "netG.pth")'
KERAS_LINE = 'generator.save("generator.keras")'
KINDS = ".pth, .pt, .pkl, .ckpt, .tar, .bin, .safetensors, .keras, .h5"
OWN = "dcgan"  # the entry of a state dict's metadata with which our export describes its network; torch passes over it
START = 512  # bytes that are looked at

_PICTURE_ENDS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_PACKED = {b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"Rar!": "rar", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_TENSORFLOW = (".index", ".meta", ".pb", ".data-00000-of-00001")


def kind_of(path: Path) -> Kind:
    """Return the kind of a file that can be read here, or raise a CheckpointError that says what it is and what to do."""
    try:
        with path.open("rb") as file:
            start = file.read(START)
        size = path.stat().st_size
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be opened: {error.strerror or error}") from None
    kind = kind_by_start(path.name, start, size)
    return _zipped(path) if kind == "zip" else kind


def kind_by_start(name: str, start: bytes, size: int) -> Kind | Literal["zip"]:
    """Return what the first START bytes of a file of `size` bytes tell of its kind, which is not what is in a zip. Raises as `kind_of`."""
    if start.startswith(b"PK\x03\x04"):
        return "zip"
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5"
    if start.startswith(b"\x93NUMPY"):
        return "numpy"
    if _is_safetensors(start, size):
        return "safetensors"
    if start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        return "torch"
    raise CheckpointError(_what(name, start))


def _is_safetensors(start: bytes, size: int) -> bool:
    return len(start) > 8 and start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= max(size, START)


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise CheckpointError(f"{path.name} is cut short or damaged: its end is missing; download or copy it again") from None
    parts = {name.partition("/")[2] for name in names} | set(names)
    if "constants.pkl" in parts and any(name.startswith("code/") for name in parts):
        line = f'torch.save(torch.jit.load("{path.name}").state_dict(), "netG.pth")'
        raise CheckpointError(
            f"{path.name} is a TorchScript program, which is not run here; in the notebook, run {line} and bring that file"
        )
    if "data.pkl" in parts:
        return "torch"
    if {"config.json", "model.weights.h5"} <= set(names):
        return "keras"
    if any(name.endswith("saved_model.pb") for name in names):
        raise CheckpointError(f"{path.name} holds a TensorFlow SavedModel, which is a program; in the notebook, run {KERAS_LINE}")
    if names and all(name.endswith("/") or name.lower().endswith(_PICTURE_ENDS) for name in names):
        raise CheckpointError(f"{path.name} is a zip of pictures, not a network; train --data {path.name} trains a GAN on them")
    raise CheckpointError(
        f"{path.name} is a zip of something else ({', '.join(names[:2]) or 'nothing'}); unpack it and bring the checkpoint in it, "
        f"or save one with {SAVE_LINE}"
    )


def _what(name: str, start: bytes) -> str:
    """Say what a file is that is no checkpoint."""
    again = f"save one with {SAVE_LINE}"
    if not start:
        return f"{name} is empty; {again}"
    if start.startswith(b"version https://git-lfs"):
        return f"{name} is a Git LFS pointer, not the file itself: run git lfs pull in its repository, or download the file from its page"
    if start.lstrip()[:1] == b"<":
        return f"{name} is a web page, not a checkpoint: download the file itself (the raw file, not the page that shows it)"
    if start.startswith(_PICTURES):
        return f"{name} is a picture, not a network; {again}"
    for magic, kind in _PACKED.items():
        if start.startswith(magic):
            return f"{name} is a {kind} archive; unpack it and bring the checkpoint in it, or {again}"
    if start[257:262] == b"ustar":
        return f"{name} is a tar archive; unpack it and bring the checkpoint in it, or {again}"
    if name.endswith(".onnx") or (start[:1] == b"\x08" and (b"pytorch" in start[:64] or b"onnx" in start[:64].lower())):
        return f"{name} is ONNX, a program without its training notebook's names; in the notebook, {again}"
    if start[4:8] == b"TFL3" or name.endswith(_TENSORFLOW) or start.startswith(b"model_checkpoint_path"):
        return f"{name} is TensorFlow's, which does not say how its layers are put together; in the notebook, save one with {KERAS_LINE}"
    if _is_text(start):
        return f"{name} is text, such as a log, a program or a notebook, not a network's weights; {again}"
    return f"{name} does not begin as any of the files that are read here ({KINDS}), whatever its name; {again}"


def _is_text(start: bytes) -> bool:
    text = start.decode("utf-8", "ignore")
    return len(text.encode()) > len(start) - 4 and all(letter.isprintable() or letter.isspace() for letter in text)
