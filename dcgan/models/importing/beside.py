"""The discriminator in a file of its own beside the generator's: netD.pth beside netG.pth, critic_9.pt beside generator_9.pt."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from dcgan.errors import DCGANError
from dcgan.models.importing.contents import read_contents
from dcgan.models.importing.critic import critic_alone
from dcgan.models.importing.report import Inspection

GENERATOR = re.compile(r"net_?g|g_?net|generator|gen|(?<![a-z])g(?![a-z])")
DISCRIMINATOR = re.compile(r"net_?d|d_?net|discriminator|disc|dis|critic|(?<![a-z])d(?![a-z])")
PLACE = "*"  # of either word


def with_partner(found: Inspection, path: Path, allow_pickle: bool) -> Inspection:
    """Return the report with the discriminator that lies beside the file, or as it is where there is none that can be read."""
    beside = partner(path)
    if beside is None or found.best.model.config.discriminator is not None:
        return found
    try:
        contents = read_contents(beside, allow_pickle)
        best = replace(found.best, model=critic_alone(found.best.model, contents))
    except DCGANError:
        return replace(found, notes=(*found.notes, f"{beside.name} beside it was not taken along: it cannot be read as its discriminator"))
    notes = (*found.notes, f"{beside.name} beside it was taken along as its discriminator")
    return replace(found, readings=(best, *found.readings[1:]), notes=notes)


def partner(path: Path) -> Path | None:
    """Return the one file of the same kind whose name says discriminator where this one's says generator."""
    own, places = GENERATOR.subn(PLACE, path.stem.lower())
    if not places:
        return None
    others = [other for other in sorted(path.parent.iterdir()) if other.suffix == path.suffix and other != path and other.is_file()]
    fitting = [other for other in others if DISCRIMINATOR.subn(PLACE, other.stem.lower()) == (own, places)]
    return fitting[0] if len(fitting) == 1 else None
