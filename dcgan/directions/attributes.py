"""The attribute classifiers that come with the package: they say of a picture of any size what it shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dcgan.data.fitting import fit
from dcgan.errors import CheckpointError, ConfigError
from dcgan.files import read_json
from dcgan.images import Images, to_rgb
from dcgan.metrics.classifier import Classifier, Labels, Probabilities, Questions
from dcgan.models import ModelInfo

SHIPPED = Path(__file__).parent / "shipped"
JUDGES = SHIPPED / "judges"  # trained on the half of the pictures that the classifiers beside it did not see
# What a model's data or its own name holds where a group suits it; the first that fits counts: fashion-mnist is not mnist.
KEYWORDS = {"faces": ("celeb", "face"), "clothes": ("fashion",), "digits": ("mnist", "digit"), "shapes": ("shapes",)}
GROUPS = tuple(KEYWORDS)
GREY = ("clothes", "digits")


@dataclass(frozen=True, eq=False)
class Attributes:
    """A classifier, the group of attributes that it knows, and its card."""

    group: str
    classifier: Classifier
    sha256: str
    card: dict[str, Any]

    @property
    def questions(self) -> Questions:
        return self.classifier.questions

    def predict(self, images: Images) -> Probabilities:
        """Return each attribute's probability (n, names) for pictures (n, h, w, c) of any size and 1, 3 or 4 channels."""
        channels, size, _ = self.classifier.network.spec.input_shape
        images = to_rgb(images) if images.shape[3] == 4 else images
        return self.classifier.predict(np.ascontiguousarray(fit(images, size, channels)))

    def chosen(self, probabilities: Probabilities) -> Labels:
        """Return the answers (n, questions), as `Classifier.chosen`."""
        return self.classifier.chosen(probabilities)


def load_attributes(group: str) -> Attributes:
    """Return a shipped group by its name, or one that `attributes train` wrote by the path of its .safetensors file.

    Raises
    ------
    ConfigError
        There is no such group; the message lists those there are.
    """
    path = SHIPPED / f"{group}.safetensors" if group in GROUPS else Path(group)
    if path.suffix != ".safetensors" or not path.exists():
        raise ConfigError(f"no attributes are called {group!r}; there are {', '.join(GROUPS)}, or give a .safetensors file")
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from None
    card = read_json(path.with_suffix(".json"))
    if card.get("sha256", digest) != digest:
        raise CheckpointError(f"{path} is damaged or was changed: its sha256 is {digest[:12]}…, its card says {card['sha256'][:12]}…")
    return Attributes(path.stem, Classifier.load(path), digest, card)


def load_judge(group: str) -> Attributes:
    """Return a classifier that took no part in finding the group's directions, where one is shipped, else the group's own."""
    path = JUDGES / f"{group}.safetensors"
    return load_attributes(str(path) if path.exists() else group)


def suiting(info: ModelInfo) -> tuple[str, ...]:
    """Return all groups, those that suit the model best first: by its data, else by its name, else by its colours."""
    by_colour = sorted(GROUPS, key=lambda group: (group in GREY) != (info.channels == 1))
    for text in (info.data or "", " ".join(info.labels), info.name):
        known = next((group for group in GROUPS if any(word in text.lower() for word in KEYWORDS[group])), None)
        if known is not None:
            return (known, *(group for group in by_colour if group != known))
    return tuple(by_colour)
