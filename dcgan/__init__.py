"""Explore and train deep convolutional GANs.

import dcgan
model = dcgan.load("fashion-mnist-32")
pictures = model.generate(range(16))                     # uint8 (16, 32, 32, 1)
model = dcgan.train("shapes", steps=200, run="my-run")   # trains, and returns the result
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dcgan.errors import DCGANError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import nn

    from dcgan.events import TrainEvent
    from dcgan.models import Synthesizer
    from dcgan.notebook import Explorer

__version__ = "0.1.0"
__all__ = ["DCGANError", "__version__", "arithmetic", "explore", "interpolate", "load", "replay", "train"]


def load(model: str | Path | Synthesizer) -> Synthesizer:
    """Return a model ready to make pictures.

    Parameters
    ----------
    model
        A name of the library, a model folder, a run folder or a checkpoint file of the PyTorch tutorial's family; one that was loaded
        before is returned as it is.

    Raises
    ------
    DCGANError
        Nothing is found there, or what is found cannot be read; the message says what to do.
    """
    from dcgan.models import Library, Synthesizer

    return model if isinstance(model, Synthesizer) else Library().synthesizer(str(model))


def explore(network: nn.Module, name: str = "netG", *, open_browser: bool | None = None) -> Explorer:
    """Open the explorer on a live generator, kept as an own model, and return its address and how to close it.

    What the state dict is read as is checked against the module itself, on the same z.

    Parameters
    ----------
    network
        A convolutional generator: z (n, z_dim) or (n, z_dim, 1, 1), and labels where it takes them, to pictures (n, c, h, w).
    open_browser
        By default where there is a screen.

    Raises
    ------
    DCGANError
        It is something else, or computes what its state dict does not show; the message says what to do.
    """
    from dcgan.notebook import keep_live, start_explorer

    folder, difference = keep_live(network, name)
    print(f"{folder.name}: its pictures and ours differ by at most {difference:.1e}")
    return start_explorer(folder, difference, open_browser)


def replay(png: str | Path, model: str | Path | Synthesizer | None = None) -> npt.NDArray[np.uint8]:
    """Return the pictures of a PNG that this program wrote again, as images (n, h, w, c), from the recipe in it.

    Parameters
    ----------
    model
        By default the one of the library that the recipe names; with other weights the pictures differ.

    Raises
    ------
    DCGANError
        The file carries no recipe, or there is no such model.
    """
    from dcgan.models.replay import maker_of, read_recipe

    recipe = read_recipe(Path(png))
    maker = maker_of(recipe) if model is None else load(model)
    return maker.images(recipe.latents(maker), list(recipe.labels) or None)


def interpolate(
    model: str | Path | Synthesizer,
    seeds: Sequence[int],
    *,
    frames: int = 16,
    method: Literal["slerp", "lerp"] | None = None,
    loop: bool = False,
    labels: str | int | Sequence[str | int] | None = None,
    out: str | Path | None = None,
    fps: int = 20,
) -> npt.NDArray[np.uint8]:
    """Return a walk through the pictures of `seeds` as images (n, h, w, c), and write it where `out` is given.

    Parameters
    ----------
    frames
        From one seed's picture to the next; n is (seeds - 1) * frames + 1, or seeds * frames for a `loop`.
    method
        "slerp", the default where z is normal, or "lerp", the only one where z is uniform.
    labels
        Of the seeds' pictures, repeated, for conditional models.
    out
        A .mp4 or .gif file, of `fps` frames a second, or a .png with all frames side by side.

    Raises
    ------
    DCGANError
        No such model, seed, label or file format.
    """
    from dcgan.files import write_bytes
    from dcgan.models.morphing import format_of, make_walk

    kind = format_of(Path(out).suffix) if out is not None else None
    synthesizer = load(model)
    walk = make_walk(synthesizer, synthesizer.z(seeds), frames, method, loop, labels)
    if out is not None and kind is not None:
        write_bytes(Path(out), walk.encode(synthesizer.info, kind, fps))
    return walk.images


def arithmetic(
    model: str | Path | Synthesizer,
    a: Sequence[int],
    b: Sequence[int],
    c: Sequence[int],
    *,
    label: str | int | None = None,
    out: str | Path | None = None,
) -> npt.NDArray[np.uint8]:
    """Return the sheet (H, W, 3) of a - b + c, means of the seeds' z, and write it where `out`, a .png file, is given.

    A column each for the samples of a, b and c with their mean last, then the result between eight noisy neighbours, and what the same
    arithmetic on pixels gives. Of a conditional model, every picture has the one `label`.

    Raises
    ------
    DCGANError
        No such model, seed or label.
    """
    from dcgan.files import write_bytes
    from dcgan.images import png_bytes
    from dcgan.models.arithmetic import make_arithmetic

    synthesizer = load(model)
    made = make_arithmetic(synthesizer, synthesizer.z(a), synthesizer.z(b), synthesizer.z(c), label)
    sheet = made.sheet()
    if out is not None:
        write_bytes(Path(out), png_bytes(sheet, made.recipe(synthesizer.info).text()))
    return sheet


def train(
    data: str | Path,
    *,
    recipe: str | None = None,
    steps: int | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    run: str | Path | None = None,
    on_event: Callable[[TrainEvent], None] | None = None,
    **settings: object,
) -> Synthesizer:
    """Train a DCGAN and return its averaged generator; an existing `run` is continued.

    Parameters
    ----------
    data
        A named data set, a folder or a zip of pictures.
    recipe
        "dcgan" (the default) or another that `python -m dcgan recipes` lists.
    steps, epochs, minutes
        How long: one of them; ten minutes where none is given.
    run
        The run folder; by default a new one below `$DCGAN_HOME/runs`.
    on_event
        Called with every event of the training: `StepDone`, `SamplesReady`, …
    settings
        Fields of the recipe, such as image_size=32, base_channels=16, batch_size=64, seed=1.

    Raises
    ------
    DCGANError
        Bad data or settings, a run in use or begun otherwise, or a training that diverged.
    """
    from dcgan.config import Budget
    from dcgan.training.runs.folder import new_run_folder
    from dcgan.training.worker import RunTraining, TrainRequest

    length = {"steps": steps, "epochs": epochs, "minutes": minutes}
    budget = Budget(**length) if any(value is not None for value in length.values()) else None  # type: ignore[arg-type]
    folder = Path(run) if run is not None else new_run_folder(str(data))
    stated = tuple(f"{key}={value}" for key, value in settings.items())
    with RunTraining(TrainRequest(folder, str(data), recipe=recipe, settings=stated, budget=budget)) as training:
        if not training.is_complete():
            training.prepare()
            for event in training.events():
                if on_event is not None:
                    on_event(event)
    return load(folder)
