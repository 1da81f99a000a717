"""From a notebook: a live generator in the explorer."""

from __future__ import annotations

import atexit
import hashlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dcgan.errors import CheckpointError, DCGANError

if TYPE_CHECKING:
    from torch import nn

START = "import sys; from dcgan.ui.app import main; sys.exit(main(sys.argv[1:]))"
ANNOUNCED = "DCGAN explorer on "
PATIENCE = 180  # seconds for the app to start on a busy machine


@dataclass(frozen=True)
class Explorer:
    """An explorer that runs beside the notebook, and ends with it. `difference` is between the module's pictures and ours, at most."""

    url: str
    model: str
    difference: float
    process: subprocess.Popen[bytes]

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def keep_live(network: nn.Module, name: str) -> tuple[Path, float]:
    """Check a live generator, keep it among the own models and return its folder, and how far its pictures differ from ours."""
    from dcgan.models import Library
    from dcgan.models.adoption import keep, model_name
    from dcgan.models.importing.live import read_live

    model, difference = read_live(network, name)
    digest = hashlib.sha256()
    for key, tensor in sorted(model.generator.items()):
        digest.update(key.encode() + tensor.contiguous().numpy().tobytes())
    folder = Library().new_folder(f"{model_name(name)}-{digest.hexdigest()[:6]}")
    if not folder.exists():
        keep(model, folder)
    return folder, difference


def start_explorer(folder: Path, difference: float, open_browser: bool | None = None) -> Explorer:
    """Start the app on a model in a process of its own, whose end the notebook's brings about; a DCGANError where it does not start."""
    shown = [] if open_browser is None else ["--open" if open_browser else "--no-open"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "-c", START, "--model", folder.name, *shown], stdout=log, stderr=subprocess.STDOUT)
        atexit.register(process.terminate)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            log.seek(0)
            said = log.read().decode(errors="replace").splitlines()
            for line in said:
                if line.startswith(ANNOUNCED):
                    return Explorer(line.removeprefix(ANNOUNCED), folder.name, difference, process)
            if process.poll() is not None:
                raise CheckpointError(f"the explorer did not start: {said[-1] if said else 'it said nothing'}")
            time.sleep(0.2)
        process.terminate()
    raise DCGANError(f"the explorer did not start within {PATIENCE} s; try python app.py --model {folder.name}")
