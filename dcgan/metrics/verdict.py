"""Is this generator any good at all? A judgement from its weights and a few hundred of its own pictures, without data.

The limits stand where they separate what was measured, with room on both sides: docs/doctor.md has the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from dcgan.errors import DCGANError
from dcgan.metrics.portrait import Portrait, portrait
from dcgan.models.folder import Model
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

SAMPLES = 256  # pictures, seeds 0 to 255
FLAT = 0.05  # contrast below which a picture is an even area: 2.5 % of the range from black to white
NOISY = 0.4  # smoothness below which pictures are noise
SAME = 0.4  # variety below which all pictures are one
FEW = 0.2  # twin below which there are a few pictures, repeated


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with the numbers that show it."""

    finding: str
    sentence: str
    evidence: Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """What `judge` found: nothing in a healthy generator. `portrait` is None where there are no finite pictures."""

    findings: tuple[Finding, ...]
    portrait: Portrait | None

    def to_json(self) -> dict[str, Any]:
        measures = None if self.portrait is None else {**asdict(self.portrait), "variety": self.portrait.variety}
        return {"healthy": not self.findings, "findings": [asdict(finding) for finding in self.findings], "measures": measures}


def judge(model: Model, samples: int = SAMPLES) -> Verdict:
    """Judge a generator by its weights and by the pictures of seeds 0 to `samples` - 1."""
    lost = sum(int((~torch.isfinite(tensor)).sum()) for tensor in model.generator.values())
    if lost:
        total = sum(tensor.numel() for tensor in model.generator.values())
        sentence = f"{lost:,} of {total:,} weights are not finite numbers (NaN or infinite): the training that wrote them had diverged."
        return Verdict((Finding("not-finite", sentence, {"lost": lost, "weights": total}),), None)
    try:
        synthesizer = Synthesizer(model, describe("model", model.config, None, "file", None))
        classes = synthesizer.labels(samples)
        x = synthesizer.x(synthesizer.z(range(samples)), classes)
    except DCGANError:  # folding the statistics of batch norm gave what no network takes
        x, classes = np.full((1, 1, 1, 1), np.nan, np.float32), None
    share = float((~np.isfinite(x)).mean())
    if share:
        sentence = f"{share:.0%} of the pixels of its pictures are not finite numbers: weights or batch norm statistics have run away."
        return Verdict((Finding("not-finite", sentence, {"pixels": share}),), None)
    found = portrait(torch.from_numpy(x), None if classes is None else torch.from_numpy(classes))
    return Verdict(tuple(_findings(found)), found)


def _findings(found: Portrait) -> list[Finding]:
    """Return what is wrong, the first cause alone: of an even area it says nothing to call it noise as well."""
    if found.contrast < FLAT:
        sentence = "Its pictures are even areas with next to nothing on them: an untrained network, or one whose units are dead."
        return [Finding("dead", sentence, {"contrast": found.contrast, "limit": FLAT})]
    findings = []
    if found.smoothness < NOISY:
        sentence = "Its pictures are noise: neighbouring pixels have little to do with each other."
        findings.append(Finding("noise", sentence, {"smoothness": found.smoothness, "limit": NOISY}))
    if found.variety < SAME:
        sentence = "It makes one picture: whatever z is, nearly the same comes out (mode collapse)."
        findings.append(Finding("mode-collapse", sentence, {"variety": found.variety, "limit": SAME}))
    elif found.twin < FEW:
        sentence = f"It makes a few pictures over and over: most of {found.n} have a near twin among the others (mode collapse)."
        findings.append(Finding("mode-collapse", sentence, {"twin": found.twin, "limit": FEW}))
    return findings
