"""Public DCGANs on the Hub to try the explorer on; nothing is asked of the Hub before one is opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Suggestion:
    """A repository, the file of it that is read, and what its page says; `terms` is None where it states no licence."""

    reference: str
    pictures: str
    author: str
    terms: str | None


SUGGESTIONS = (
    Suggestion("huggan/dcgan-mnist/pytorch_model.bin", "MNIST", "HugGAN Community (nielsr)", None),
    Suggestion("nateraw/cryptopunks-gan/generator.pth", "CryptoPunks", "nateraw; Teddy Koker", None),
)
