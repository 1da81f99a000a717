"""`bench doctor`: what the doctor says of models as they are, and of the same ones harmed in known ways.

Each harm is done to z, to a weight or to the pictures of a real model, so that everything else about them stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from dcgan.metrics.verdict import Verdict, judge, judge_pictures, samples_of
from dcgan.models import Model, Synthesizer
from dcgan.models.library import describe

FIRST_MODE = 1000  # seeds from here on are those of the few pictures
CLOSE = 0.1  # of z's length: how far the pictures of a heap are spread


@dataclass(frozen=True)
class Case:
    """A model as it is (`harm` "") or harmed, what should be said of it, and what is."""

    model: str
    harm: str
    expected: str | None  # None: nothing
    verdict: Verdict

    @property
    def said(self) -> str | None:
        return self.verdict.findings[0].finding if self.verdict.findings else None

    @property
    def is_right(self) -> bool:
        return self.said == self.expected

    def row(self) -> list[str]:
        """Return the cells of a table."""
        seen = self.verdict.portrait
        measures = (
            [""] * 6
            if seen is None
            else [
                f"{seen.contrast:.3f}",
                f"{seen.variety:.2f}",
                f"{seen.different:.0f} of {seen.group}",
                f"{seen.crowd:.2f}",
                f"{seen.gap:.2f}",
                f"{seen.smoothness:.2f}",
            ]
        )
        return [self.model, self.harm or "as it is", self.said or "nothing", *measures]


Harm = Callable[["Subject"], Tensor]
HEADER = ["model", "what was done", "said", "contrast", "variety", "different", "crowd", "gap", "smoothness"]


class Subject:
    """A model's generator, ready to be asked for the pictures that the doctor looks at, and for those of other z."""

    def __init__(self, model: Model) -> None:
        self.synthesizer = Synthesizer(model, describe("model", model.config, None, "file", None))
        self.z = self.synthesizer.z(range(samples_of(model)))
        self.classes = self.synthesizer.labels(len(self.z))
        self.x = self.of(self.z)  # (n, c, h, w)

    def of(self, z: np.ndarray) -> Tensor:
        return torch.from_numpy(self.synthesizer.x(z.astype(np.float32), self.classes))

    def of_few(self, count: int, close: float = CLOSE) -> Tensor:
        """Return pictures each of which is one of `count` (of its class), but for a little of its own z."""
        modes = self.synthesizer.z(range(FIRST_MODE, FIRST_MODE + count))
        chosen = modes[np.random.default_rng(0).integers(count, size=len(self.z))]
        return self.of((1 - close**2) ** 0.5 * chosen + close * self.z)


def _few(count: int) -> Harm:
    return lambda subject: subject.of_few(count)


def _half(subject: Subject) -> Tensor:
    """Return one picture for half of all z, by their first number."""
    lost = torch.from_numpy(subject.z[:, 0] < 0)[:, None, None, None]
    return torch.where(lost, subject.of_few(1, 0.02), subject.x)


def _noise(subject: Subject) -> Tensor:
    random = torch.Generator().manual_seed(0)
    return (subject.x.std() * torch.randn(subject.x.shape, generator=random)).clamp(-1, 1)


def _chequered(subject: Subject) -> Tensor:
    """Every other pixel inverted: what transposed convolutions leave when nothing else was learned, as strong as can be."""
    rows, columns = (torch.arange(side) for side in subject.x.shape[2:])
    return subject.x * (1 - 2 * ((rows[:, None] + columns) % 2))


def _one_class(subject: Subject) -> Tensor:
    """One picture for all of class 0; the others stay."""
    assert subject.classes is not None
    alone = subject.of_few(1)
    return torch.where(torch.from_numpy(subject.classes == 0)[:, None, None, None], alone, subject.x)


HARMS: dict[str, tuple[str, Harm]] = {
    "ignores z": ("mode-collapse", lambda subject: subject.of_few(1, 0.02)),
    "nearly ignores z": ("mode-collapse", lambda subject: subject.of_few(1)),
    **{f"{count} pictures": ("mode-collapse", _few(count)) for count in (2, 5, 10, 20)},
    "half of z ignored": ("mode-collapse", _half),
    "noise": ("noise", _noise),
    "every other pixel inverted": ("noise", _chequered),
    "each picture one colour": ("dead", lambda subject: subject.x.mean((2, 3), keepdim=True).expand_as(subject.x)),
    "saturated": ("dead", lambda subject: torch.ones_like(subject.x)),
}


def as_it_is(name: str, model: Model) -> Case:
    """Return the case of a model of which nothing should be said."""
    return Case(name, "", None, judge(model))


def harmed(name: str, model: Model) -> Iterator[Case]:
    """Yield the case of every harm to a model."""
    spoiled = {key: tensor.clone() for key, tensor in model.generator.items()}
    max(spoiled.values(), key=lambda tensor: tensor.numel()).flatten()[7] = float("nan")
    yield Case(name, "NaN in one weight", "not-finite", judge(replace(model, generator=spoiled)))
    subject = Subject(model)
    harms = {**HARMS, **({} if subject.classes is None else {"one picture of the first class": ("mode-collapse", _one_class)})}
    labels = None if subject.classes is None else torch.from_numpy(subject.classes)
    for harm, (expected, of) in harms.items():
        yield Case(name, harm, expected, judge_pictures(of(subject), labels, model.config.labels))
