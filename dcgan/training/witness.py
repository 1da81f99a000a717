"""What a step sees, for people: noted while the step is made, without touching it, and looked at afterwards."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from dcgan.config import Recipe
from dcgan.events import Moves, StepSeen
from dcgan.images import Images, grid, jpeg_bytes, to_images
from dcgan.networks.builder import Network
from dcgan.training.runs.lines import known

PICTURES = 16  # shown of a batch
COLUMNS = 8

Judged = tuple[Tensor, Tensor, Tensor]  # what D was shown (n, c, h, w), its outputs (n, 1), the mean loss ()


class Witness:
    """Hears what `Trainer.step` computes. It keeps tensors and draws none, so a step that is witnessed is the same step."""

    def __init__(self) -> None:
        self._judged: dict[str, Judged] = {}
        self._norms: dict[str, dict[int, Tensor]] = {}
        self._gradient: Tensor | None = None

    def note_d(self, d: Network, real: Judged, fakes: Judged) -> None:
        """Note an update of D, its gradients still there."""
        self._judged |= {"real": real, "fakes": fakes}
        self._norms["d"] = _norms(d)

    def note_g(self, g: Network, judged: Judged, gradient: Tensor | None) -> None:
        """Note G's update; `gradient` is that of its loss with respect to the fakes."""
        self._judged["judged"] = judged
        self._norms["g"] = _norms(g)
        self._gradient = gradient

    def seen(self, step: int, moved: Moves, recipe: Recipe, rates: Mapping[str, float]) -> StepSeen:
        """Return what was noted; this waits for the device."""
        pictures = {name: _pictures(x) for name, (x, _, _) in self._judged.items()}
        if self._gradient is not None:
            pictures["wanted"] = _pictures(_directions(self._gradient))
        losses = {"generator" if name == "judged" else name: float(loss.detach()) for name, (_, _, loss) in self._judged.items()}
        return StepSeen(
            step=step,
            moved=moved,
            pictures=pictures,
            outputs={name: output.detach().flatten().cpu().numpy() for name, (_, output, _) in self._judged.items()},
            losses=losses,
            gradients={part: {index: float(norm) for index, norm in norms.items()} for part, norms in self._norms.items()},
            rates=rates,
            settings={"d_steps": recipe.d_steps, "augment": recipe.augment},
        )


def sight(event: StepSeen, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return an ordered step as a page shows it: pictures as data URLs, layers as config.json names them, null for what is not finite."""
    parts = {"d": "discriminator", "g": "generator"}
    return {
        "step": event.step,
        "moved": event.moved,
        "pictures": {name: _url(images) for name, images in event.pictures.items()},
        "outputs": {name: [known(value) for value in outputs.tolist()] for name, outputs in event.outputs.items()},
        "losses": {name: known(value) for name, value in event.losses.items()},
        "gradients": {
            part: [{**config[parts[part]]["layers"][index], "index": index, "norm": known(norm)} for index, norm in norms.items()]
            for part, norms in event.gradients.items()
        },
        "rates": dict(event.rates),
        "settings": dict(event.settings),
    }


def _norms(network: Network) -> dict[int, Tensor]:
    """Return the norm of the gradients of each layer that has some."""
    found = {index: [p.grad for p in layer.parameters() if p.grad is not None] for index, layer in enumerate(network)}
    return {index: torch.linalg.vector_norm(torch.stack(torch._foreach_norm(list(grads)))) for index, grads in found.items() if grads}


def _pictures(x: Tensor) -> Images:
    return to_images(x[:PICTURES].detach().float().cpu().numpy())


def _directions(gradient: Tensor) -> Tensor:
    """Return minus the gradient, the largest number of each picture scaled to 1: how G is told to change it."""
    largest = gradient.abs().flatten(1).amax(1).clamp_min(torch.finfo(torch.float32).tiny)
    return -gradient / largest[:, None, None, None]


def _url(images: Images) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg_bytes(grid(images, COLUMNS))).decode()
