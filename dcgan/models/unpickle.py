"""Turn a torch file into safetensors, in a process of its own: `python -m dcgan.models.unpickle FILE OUT`.

`weights_only=True` was broken twice (CVE-2025-32434, CVE-2026-24747), so the process that reads a stranger's file has a memory limit, a
time limit (set by its parent) and nothing to lose. It prints one JSON object: {"ok": true} or {"error": sentence}.
Tensors of nested dicts get names joined by "/".
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dcgan.system import limit_memory

MEMORY = 16 << 30  # address space, bytes; torch itself maps several GB
MAX_DEPTH = 8


def main(argv: list[str]) -> int:
    source, target = Path(argv[0]), Path(argv[1])
    import torch
    from safetensors.torch import save_file

    limit_memory(MEMORY)
    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
        tensors = {name: tensor.detach().clone().contiguous() for name, tensor in _tensors(content, torch.Tensor)}
        save_file(tensors, target)
    except pickle.UnpicklingError:
        print(json.dumps({"error": "pickled"}))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {str(error)[:200]}"}))
    else:
        print(json.dumps({"ok": True}))
    return 0


def _tensors(content: Any, kind: type, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield (name, tensor) from dicts within dicts; everything else is passed over."""
    if not isinstance(content, Mapping) or depth > MAX_DEPTH:
        return
    for key, value in content.items():
        if isinstance(value, kind):
            yield f"{prefix}{key}", value
        else:
            yield from _tensors(value, kind, f"{prefix}{key}/", depth + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
