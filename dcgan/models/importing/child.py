"""Turn a stranger's file into safetensors, in a process of its own: `python -m dcgan.models.importing.child KIND FILE OUT`.

`weights_only=True` was broken twice (CVE-2025-32434, CVE-2026-24747) and HDF5 is a large library, so the process that reads a stranger's
file has a memory limit, a time limit (set by its parent) and nothing to lose. It prints one JSON object: {"order", "facts"} and for Keras
{"keras"}, or {"error": sentence}.
"""

from __future__ import annotations

import json
import pickle
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dcgan.models.importing.formats import OWN
from dcgan.system import limit_memory

MEMORY = 16 << 30  # address space, bytes; torch itself maps several GB
MAX_DEPTH = 12
MAX_FACTS = 500
MAX_TEXT = 1 << 20
STATE = re.compile(r"(^|/)(exp_avg|exp_avg_sq|max_exp_avg_sq|momentum_buffer|square_avg|acc_delta|step|rng|\w*rng_state\w*)$")


class Unread:
    """Stands for every object of a class that is not known: it takes anything and does nothing."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


def main(argv: list[str]) -> int:
    kind, source, target = argv[0], Path(argv[1]), Path(argv[2])
    import torch
    from safetensors.torch import save_file

    limit_memory(MEMORY)
    try:
        if kind == "torch":
            content = _load_torch(source)
            extra = _described(content)
        else:
            from dcgan.models.importing.hdf5 import read_keras

            content, extra = read_keras(source)
        tensors, facts = _sort(content, torch.Tensor)
        if not tensors and isinstance(content, Unread):
            raise pickle.UnpicklingError
        save_file({name: tensor.detach().to_dense().clone().contiguous() for name, tensor in tensors.items()}, target)
    except pickle.UnpicklingError:
        print(json.dumps({"error": "pickled"}))
    except Exception as error:
        print(json.dumps({"error": str(error)[:160] if isinstance(error, LookupError) else f"{type(error).__name__}: {str(error)[:160]}"}))
    else:
        print(json.dumps({"order": list(tensors), "facts": facts, **extra}))
    return 0


def _load_torch(source: Path) -> Any:
    """Load with weights_only; a configuration object beside the tensors becomes an `Unread`, a whole module is refused."""
    import torch
    from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

    try:
        unknown = get_unsafe_globals_in_checkpoint(source)
    except Exception:
        unknown = []  # an old file that is no zip: weights_only alone decides
    stubs: list[Any] = [(type("Unread", (Unread,), {}), name) for name in unknown]
    with safe_globals(stubs):
        content = torch.load(source, map_location="cpu", weights_only=True)
    nested = [content, *content.values()] if isinstance(content, Mapping) else [content]
    tensors = any(True for value in nested for _ in _walk(value) if isinstance(_[1], torch.Tensor))
    if any(isinstance(value, Unread) for value in nested) and not tensors:
        raise pickle.UnpicklingError
    return content


def _described(content: Any) -> dict[str, Any]:
    """Return what our own export says of the network: texts within the metadata that torch keeps with a state dict."""
    metadata = getattr(content, "_metadata", None)
    own = metadata.get(OWN) if isinstance(metadata, Mapping) else None
    if not isinstance(own, Mapping):
        return {}
    return {OWN: {str(key): value for key, value in own.items() if isinstance(value, str) and len(value) < MAX_TEXT}}


def _sort(content: Any, kind: type) -> tuple[dict[str, Any], dict[str, Any]]:
    tensors: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    if isinstance(content, kind):
        content = {"tensor": content}
    for name, value in _walk(content):
        if isinstance(value, kind) and not STATE.search(name):
            tensors[name] = value
        elif isinstance(value, int | float | str) and len(facts) < MAX_FACTS and len(str(value)) < 200 and value == value:
            facts[name] = value if isinstance(value, str) or abs(value) < 1e300 else 0
    return tensors, facts


def _walk(content: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield (path, leaf) from dicts within dicts."""
    if not isinstance(content, Mapping):
        if prefix:
            yield prefix[:-1], content
        return
    if depth <= MAX_DEPTH:
        for key, value in content.items():
            yield from _walk(value, f"{prefix}{key}/", depth + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
