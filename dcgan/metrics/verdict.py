"""Is this generator any good at all? A judgement from its weights and a few hundred of its own pictures, with data or without.

The limits stand where they separate what was measured, with room on both sides: docs/doctor.md has the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dcgan.errors import DCGANError
from dcgan.metrics.portrait import LEAST, Portrait, portrait
from dcgan.metrics.references import Likeness, References
from dcgan.models.folder import Model
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

SAMPLES, OF_A_CLASS, MOST = 256, 64, 1024  # pictures, seeds from 0 on: at least, of each class where there is a choice, and at most
FLAT = 0.05  # contrast below which a picture is an even area: 2.5 % of the range from black to white
NOISY = 0.4  # smoothness below which pictures are noise
PIXEL_ART = (24, 0.6, 0.15)  # pixels a side and evenness up to which pictures may be pixel art, and the limit of smoothness for these
SAME = 0.45  # variety below which all pictures are one
SAME_CLASS = 0.25  # the same of one class among others: trousers alone have 0.65
FEW = (20.0, 0.25)  # pictures that all of them are worth, at most; of a class a quarter, if that is fewer
CROWDED = 0.33  # share of all pictures that are nearly the same one
HEAPED = 1.45  # gap above which pictures lie in heaps
APART = 0.4  # share of what is usual among real pictures of one set, below which they count as alike
COPIED = 0.3  # distance to the nearest real picture, over that of real ones to each other
LOST = 0.05  # share of a class, over its share of the data


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with the numbers that show it."""

    finding: str
    sentence: str
    evidence: Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """What was found: nothing in a healthy generator. `portrait` is None where no picture is finite, `likeness` where there is no data."""

    findings: tuple[Finding, ...]
    portrait: Portrait | None
    likeness: Likeness | None = None

    def to_json(self) -> dict[str, Any]:
        measures = None if self.portrait is None else {**asdict(self.portrait), "variety": self.portrait.variety}
        beside = None if self.likeness is None else asdict(self.likeness)
        return {"healthy": not self.findings, "findings": [asdict(one) for one in self.findings], "measures": measures, "beside": beside}


def samples_of(model: Model) -> int:
    """Return how many pictures of a model are looked at."""
    return min(max(SAMPLES, OF_A_CLASS * len(model.config.labels)), MOST)


def judge(model: Model, beside: References | None = None) -> Verdict:
    """Judge a generator by its weights and by pictures of it, beside real ones where these are given."""
    lost = sum(int((~torch.isfinite(tensor)).sum()) for tensor in model.generator.values())
    if lost:
        total = sum(tensor.numel() for tensor in model.generator.values())
        sentence = f"{lost:,} of {total:,} weights are not finite numbers (NaN or infinite): the training that wrote them had diverged."
        return Verdict((Finding("not-finite", sentence, {"lost": lost, "weights": total}),), None)
    try:
        synthesizer = Synthesizer(model, describe("model", model.config, None, "file", None))
        samples = samples_of(model)
        classes = synthesizer.labels(samples)
        x = synthesizer.x(synthesizer.z(range(samples)), classes)
    except DCGANError:  # folding the statistics of batch norm gave what no network takes
        x, classes = np.full((1, 1, 1, 1), np.nan, np.float32), None
    labels = None if classes is None else torch.from_numpy(classes)
    return judge_pictures(torch.from_numpy(x), labels, model.config.labels, beside)


def judge_pictures(x: Tensor, labels: Tensor | None = None, names: tuple[str, ...] = (), beside: References | None = None) -> Verdict:
    """Judge pictures x (n, c, h, w) in [-1, 1], of the classes `labels` int64 (n,), called `names`, where these were asked for."""
    share = float((~x.isfinite()).float().mean())
    if share:
        sentence = f"{share:.0%} of the pixels of its pictures are not finite numbers: weights or batch norm statistics have run away."
        return Verdict((Finding("not-finite", sentence, {"pixels": share}),), None)
    found, likeness = portrait(x, labels), None if beside is None else beside.compare(x, labels is not None)
    findings = list(_findings(found, None if likeness is None else likeness.real))
    if not findings and labels is not None:
        findings = list(_lone_classes(x, labels, names))
    if not findings and likeness is not None:
        findings = list(_beside(likeness, labels is not None))
    return Verdict(tuple(findings), found, likeness)


def _findings(found: Portrait, real: Portrait | None) -> Iterator[Finding]:
    """Yield what is wrong, the worst first; of even areas that alone, for it says nothing to call them noise as well.

    Real pictures that are more alike, or rougher, than usual make the limits looser; so does pixel art, whose colours meet at hard edges.
    """
    flat, same = FLAT, SAME
    noisy = PIXEL_ART[2] if found.side <= PIXEL_ART[0] and found.evenness < PIXEL_ART[1] else NOISY
    few, crowded, heaped = min(FEW[0], FEW[1] * found.group), CROWDED, HEAPED
    if real is not None:
        flat, noisy, same = min(flat, APART * real.contrast), min(noisy, APART * real.smoothness), min(same, APART * real.variety)
        few, crowded, heaped = min(few, APART * real.different), max(crowded, 1.2 * real.crowd), max(heaped, 1.2 * real.gap)
    if found.contrast < flat:
        sentence = "Its pictures are even areas with next to nothing on them: an untrained network, or one whose units are dead."
        yield Finding("dead", sentence, {"contrast": found.contrast, "limit": flat})
        return
    of = f"{found.n}" if found.group == found.n else f"{found.group} of a class"
    if found.variety < same:
        sentence = "It makes one picture: whatever z is, nearly the same comes out (mode collapse)."
        yield Finding("mode-collapse", sentence, {"variety": found.variety, "limit": same})
    elif found.different < few:
        sentence = f"It makes a few pictures over and over: {of} are worth {found.different:.0f} different ones (mode collapse)."
        yield Finding("mode-collapse", sentence, {"different": found.different, "limit": few})
    elif found.crowd > crowded:
        sentence = f"It makes one picture over and over: {found.crowd:.0%} of {of} are nearly the same (mode collapse)."
        yield Finding("mode-collapse", sentence, {"crowd": found.crowd, "limit": crowded})
    elif found.gap > heaped:
        sentence = f"Its pictures lie in heaps: most of {of} have near twins, and then a gap before the next (mode collapse)."
        yield Finding("mode-collapse", sentence, {"gap": found.gap, "limit": heaped})
    if found.smoothness < noisy:
        sentence = "Its pictures are noise: neighbouring pixels have little to do with each other."
        yield Finding("noise", sentence, {"smoothness": found.smoothness, "limit": noisy})


def _lone_classes(x: Tensor, labels: Tensor, names: tuple[str, ...]) -> Iterator[Finding]:
    """Find classes of which there is one picture, while others vary."""
    parts = {label: x[labels == label] for label in range(len(names))}
    known = {names[label]: portrait(part).variety for label, part in parts.items() if len(part) >= LEAST}
    alike = {name: value for name, value in known.items() if value < SAME_CLASS}
    if alike:
        sentence = f"Of {', '.join(alike)} it makes one picture, whatever z is, while other classes vary (mode collapse)."
        yield Finding("mode-collapse", sentence, {**alike, "limit": SAME_CLASS})


def _beside(likeness: Likeness, conditional: bool) -> Iterator[Finding]:
    """Find what only real pictures show."""
    if likeness.nearness < COPIED:
        sentence = f"It repeats pictures of {likeness.data}: its own lie much closer to them than they lie to each other (memorising)."
        yield Finding("memorising", sentence, {"nearness": likeness.nearness, "limit": COPIED})
    lost = {name: made for name, (made, real) in likeness.classes.items() if made < LOST * real}
    if lost and not conditional:
        sentence = f"Of {len(likeness.classes)} kinds of pictures it makes next to none of {', '.join(lost)}, as silhouettes name them."
        yield Finding("lost-classes", sentence, lost)
