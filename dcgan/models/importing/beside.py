"""The discriminator in a file of its own beside the generator's: netD.pth beside netG.pth, critic_9.pt beside generator_9.pt."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from dcgan.errors import CheckpointError, DCGANError
from dcgan.models.importing.contents import Contents, read_contents
from dcgan.models.importing.critic import critic_alone
from dcgan.models.importing.report import Inspection

GENERATOR = re.compile(r"net_?g|g_?net|generator|gen|(?<![a-z])g(?![a-z])")
DISCRIMINATOR = re.compile(r"net_?d|d_?net|discriminator|disc|dis|critic|(?<![a-z])d(?![a-z])")
PLACE = "*"  # of either word
WITHIN = "The discriminator in the file was taken along."


def with_partner(found: Inspection, path: Path, allow_pickle: bool) -> Inspection:
    """Return the report with the discriminator that lies beside the file, or as it is where there is none that can be read."""
    beside = partner(path)
    if beside is None or found.best.model.config.discriminator is not None:
        return found
    try:
        return with_discriminator(found, read_contents(beside, allow_pickle))
    except CheckpointError:
        return _left(found, beside.name)


def with_discriminator(found: Inspection, contents: Contents) -> Inspection:
    """Return the report with the discriminator that a file of its own holds; where it cannot be read, a note says so."""
    try:
        best = replace(found.best, model=critic_alone(found.best.model, contents))
    except DCGANError:
        return _left(found, contents.name)
    notes = (*(note for note in found.notes if note != WITHIN), f"{contents.name} beside it was taken along as its discriminator.")
    return replace(found, readings=(best, *found.readings[1:]), notes=notes)


def _left(found: Inspection, name: str) -> Inspection:
    return replace(found, notes=(*found.notes, f"{name} beside it was not taken along: it cannot be read as its discriminator."))


def says_discriminator(name: str) -> bool:
    """Say whether the name of a file is a discriminator's."""
    stem = name.lower().rpartition(".")[0] or name.lower()
    return bool(DISCRIMINATOR.search(stem)) and not GENERATOR.search(stem)


def partner(path: Path) -> Path | None:
    """Return the one file of the same kind whose name says discriminator where this one's says generator."""
    own, places = GENERATOR.subn(PLACE, path.stem.lower())
    if not places:
        return None
    others = [other for other in sorted(path.parent.iterdir()) if other.suffix == path.suffix and other != path and other.is_file()]
    fitting = [other for other in others if DISCRIMINATOR.subn(PLACE, other.stem.lower()) == (own, places)]
    return fitting[0] if len(fitting) == 1 else None
