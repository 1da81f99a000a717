"""What to train a set of pictures with: each setting with the experiment, of docs/recipes.md or a model card, that speaks for it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dcgan.data.examination import Examination
from dcgan.data.remarks import FEW, Remark
from dcgan.training.recipes import fill, named_recipe

RECIPE = "dcgan"
WIDTH = 32  # on a CPU
AUGMENT = "color,translation"
MIRRORED = 1.1  # of `measure_mirrored`: faces and drawn shapes have 1.0, clothes 1.3, digits 1.4
SEEN = {64: 987_072, 32: 406_656}  # pictures that celeba-64 and fashion-mnist-32-labels saw, by the sizes from which they count

# The Train page says the same (`train.form.reason_*` of its texts).
REASONS: dict[str, str] = {
    "recipe": "chosen by the experiments with faces",
    "size": "the largest of 16, 32 and 64 that is not above {median} px, the median shorter side; the experiments end at 64",
    "width": "in the same 4 minutes on a CPU, width 64 came behind 32 (KID 0.36 against 0.26), and 16 came no further",
    "augment": "with it KID fell to 0.074 in 12 minutes of faces, without it to 0.122; it makes few pictures last longer",
    "flip_differs": "mirrored they are of another kind ({ratio} times as far from the nearest other picture), as letters and digits are",
    "flip_unknown": "too few to tell whether mirrored ones are of the same kind; letters and digits are not",
    "flip_needless": "mirrored they are of the same kind, but with 10,000 faces mirroring did not help",
    "flip_few": "mirrored they are of the same kind ({ratio} times as far from the nearest other picture), and they are few",
    "steps": "{seen} pictures seen in batches of {batch}, as many as a shipped model of that size saw; it can be stopped at any time",
}


@dataclass(frozen=True)
class Proposal:
    """A setting of the form, or its length in steps, and why."""

    key: str
    value: str
    reason: Remark

    def to_json(self) -> dict[str, Any]:
        reason = {"key": self.reason.key, "values": self.reason.values, "sentence": self.reason.sentence(REASONS)}
        return {"key": self.key, "value": self.value, "reason": reason}


def propose(found: Examination, device: str) -> list[Proposal]:
    """Return what to train the set with on `device`: recipe, sizes, augmentation, mirroring and steps."""
    size, channels = found.survey.image_size, found.survey.image_channels
    proposals = [
        Proposal("recipe", RECIPE, Remark("recipe")),
        Proposal("image_size", str(size), Remark("size", {"median": found.sides[1]})),
    ]
    if device == "cpu":
        proposals.append(Proposal("base_channels", str(WIDTH), Remark("width")))
    batch = fill(named_recipe(RECIPE), size, channels, device).batch_size or 1
    seen = next((pictures for least, pictures in SEEN.items() if size >= least), min(SEEN.values()))
    return [
        *proposals,
        Proposal("augment", AUGMENT, Remark("augment")),
        _flip(found),
        Proposal("steps", str(round(seen / batch / 100) * 100), Remark("steps", {"seen": seen, "batch": batch})),
    ]


def command(source: str, proposals: Sequence[Proposal]) -> str:
    """Return the command that trains `source` as proposed."""
    named = {proposal.key: proposal.value for proposal in proposals}
    options = ["--data", source, "--recipe", named.pop("recipe"), "--steps", named.pop("steps")]
    settings = [part for key, value in named.items() for part in ("--set", f"{key}={value}")]
    return shlex.join(["python", "-m", "dcgan", "train", *options, *settings])


def _flip(found: Examination) -> Proposal:
    ratio = found.pixels.mirrored
    if ratio is None:
        return Proposal("flip", "off", Remark("flip_unknown"))
    if ratio >= MIRRORED:
        return Proposal("flip", "off", Remark("flip_differs", {"ratio": ratio}))
    if found.survey.count >= FEW:
        return Proposal("flip", "off", Remark("flip_needless"))
    return Proposal("flip", "on", Remark("flip_few", {"ratio": ratio}))
