"""What D and G minimise, as functions of D's outputs (n, 1): unbounded numbers, larger for "more real"."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu, softplus

from dcgan.config import Objective


def loss_on_real(objective: Objective, output: Tensor, smoothing: float = 0.0) -> Tensor:
    """Return D's loss on real pictures; with `loss_on_fakes` it adds up to what D minimises.

    Cross-entropy (non-saturating and minimax): the mean of -log D(x) and of -log(1 - D(G(z))), D the logistic of the output; ln 4 where
    D can only guess (Goodfellow et al. 2014, section 4). With `smoothing` s the target for real pictures is 1 - s (Salimans et al. 2016).
    Least squares with targets 1 and 0: Mao et al. 2017, equation 9. Hinge: Lim and Ye 2017; Miyato et al. 2018, equation 16.
    Wasserstein: the critic's estimate, negated (Arjovsky et al. 2017, equation 2), for a D that is held Lipschitz by other means.
    """
    if objective == "least-squares":
        return 0.5 * (output - 1).square().mean()
    if objective == "hinge":
        return relu(1 - output).mean()
    if objective == "wasserstein":
        return -output.mean()
    loss = softplus(-output).mean()
    return loss + smoothing * output.mean() if smoothing else loss


def loss_on_fakes(objective: Objective, output: Tensor) -> Tensor:
    """Return D's loss on fakes; see `loss_on_real`."""
    if objective == "least-squares":
        return 0.5 * output.square().mean()
    if objective == "hinge":
        return relu(1 + output).mean()
    if objective == "wasserstein":
        return output.mean()
    return softplus(output).mean()


def generator_loss(objective: Objective, fake: Tensor) -> Tensor:
    """Return what G minimises, from D's outputs for its fakes.

    Non-saturating: the mean of -log D(G(z)), ln 2 where D can only guess; minimax: of log(1 - D(G(z))) (Goodfellow et al. 2014,
    section 3). The others from the sources of `loss_on_real`.
    """
    if objective == "non-saturating":
        return softplus(-fake).mean()
    if objective == "minimax":
        return -softplus(fake).mean()
    if objective == "least-squares":
        return 0.5 * (fake - 1).square().mean()
    return -fake.mean()


def probability(objective: Objective, output: Tensor) -> Tensor:
    """Return how real D takes pictures to be, in [0, 1], 1/2 where it can only guess.

    With cross-entropy D's probability; with least squares the output itself, cut to [0, 1]; with hinge and Wasserstein, whose outputs
    are no log-odds, their logistic, for its sign alone.
    """
    return output.clamp(0, 1) if objective == "least-squares" else output.sigmoid()
