"""What the literature says against settings that are possible but unwise: said before a start, never refused."""

from __future__ import annotations

from dcgan.config import CROSS_ENTROPY, Recipe
from dcgan.networks.blocks import every
from dcgan.networks.layers import Activation
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec

TOO_FAST = 1e-3  # Radford et al. 2015, section 4
ADVICE: dict[str, str] = {  # the Train page says the same (`train.form.advice_*` of its texts)
    "pool": "Pooling in D: Radford et al. 2015, section 3, let the network learn its own downsampling by strides instead.",
    "no_norm": "No batch norm: Radford et al. 2015, section 3, found it critical for deep generators to begin learning, and against the "
    "collapse of all samples to one point.",
    "norm_everywhere": "Batch norm at G's output or D's input: Radford et al. 2015, section 3, saw samples oscillate and training become "
    "unstable, and left it away there.",
    "hidden_dense": "Dense hidden layers: Radford et al. 2015, section 3, removed them for deeper networks.",
    "relu_in_d": "ReLU in D: Radford et al. 2015, section 3, found LeakyReLU to work better there; a ReLU at 0 hands G no gradient.",
    "sigmoid": "Sigmoid as G's output: Radford et al. 2015, section 3, use tanh, which centres pictures at 0.",
    "selu": "SELU with batch norm: Klambauer et al. 2017 made it to do without, with weights of variance 1/n, which init=xavier is near.",
    "beta1": "Adam's beta1 of 0.9: Radford et al. 2015, section 4, saw training oscillate with it and took 0.5.",
    "learning_rate": "Adam's usual learning rate of 0.001 and above: Radford et al. 2015, section 4, found it too high and took 0.0002.",
    "minimax": "The saturating loss: Goodfellow et al. 2014, section 3, found that G gets hardly a gradient while D rejects its pictures.",
    "lipschitz": "Wasserstein without anything that holds D's slope: Arjovsky et al. 2017, section 3, need weight_clip (0.01 there), later "
    "work gradient_penalty (10) or spectral_norm.",
    "wasserstein_momentum": "Clipped weights with momentum: Arjovsky et al. 2017, section 4, saw training become unstable with beta1 above "
    "0 and took RMSProp.",
    "penalty_norm": "A gradient penalty with batch norm in D: Gulrajani et al. 2017, section 4, penalise each picture's gradient by "
    "itself, which batch norm mixes; set batch_norm_d=none.",
    "both_regularise": "Clipped weights beside a gradient penalty: Gulrajani et al. 2017, section 3, put the penalty in the place of "
    "clipping.",
}


def advice(recipe: Recipe, generator: NetworkSpec, discriminator: NetworkSpec) -> list[str]:
    """Return the keys of ADVICE that speak against a recipe and its two networks, in the order there."""
    adam, wasserstein = recipe.optimizer == "adam", recipe.objective == "wasserstein"
    in_g, in_d = _has_norm(generator), _has_norm(discriminator)
    said = {
        "pool": recipe.downsampling == "pool",
        "no_norm": recipe.preset != "dense" and (not in_g or (not in_d and recipe.objective in CROSS_ENTROPY)),
        "norm_everywhere": "everywhere" in (recipe.batch_norm_g, recipe.batch_norm_d),
        "hidden_dense": recipe.hidden_dense > 0,
        "relu_in_d": _has(discriminator, "relu"),
        "sigmoid": recipe.output == "sigmoid",
        "selu": (_has(generator, "selu") and in_g) or (_has(discriminator, "selu") and in_d),
        "beta1": adam and recipe.beta1 >= 0.9,
        "learning_rate": adam and max(recipe.learning_rate_d, recipe.learning_rate_g) >= TOO_FAST,
        "minimax": recipe.objective == "minimax",
        "lipschitz": wasserstein and not (recipe.weight_clip or recipe.gradient_penalty or recipe.r1 or recipe.spectral_norm),
        "wasserstein_momentum": wasserstein and bool(recipe.weight_clip) and adam and recipe.beta1 > 0,
        "penalty_norm": recipe.gradient_penalty > 0 and in_d,
        "both_regularise": bool(recipe.weight_clip) and recipe.gradient_penalty > 0,
    }
    return [key for key in ADVICE if said[key]]


def _has(network: NetworkSpec, kind: str) -> bool:
    return any(isinstance(layer, Activation) and layer.kind == kind for layer in every(network.layers))


def _has_norm(network: NetworkSpec) -> bool:
    return any(isinstance(layer, BatchNorm) for layer in every(network.layers))
