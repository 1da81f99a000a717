"""What D and G minimise, on logits (above 0 means "real")."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the mean of -log D(x) - log(1 - D(G(z))); ln 4 where D can only guess (Goodfellow et al. 2014, section 4)."""
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """Return the non-saturating loss, the mean of -log D(G(z)); ln 2 where D can only guess (Goodfellow et al. 2014, section 3)."""
    return softplus(-fake).mean()
