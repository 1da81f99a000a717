"""What may help against a finding: settings with which the run is continued from an earlier state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from dcgan.config import Recipe
from dcgan.training.doctor.vitals import USUAL_RATE

Settings = dict[str, Any]
CURING_RATES = (8e-4, 4e-4)  # up to 32 px, as recipe quick has; above, as dcgan has


def slower(*networks: Literal["g", "d"]) -> Callable[[Recipe], Settings]:
    """Return a remedy: a quarter of these networks' learning rates, the usual one where that is still more than twice the usual."""

    def remedy(recipe: Recipe) -> Settings:
        rates = {f"learning_rate_{network}": getattr(recipe, f"learning_rate_{network}") / 4 for network in networks}
        return {key: USUAL_RATE if rate > 2 * USUAL_RATE else float(f"{rate:.3g}") for key, rate in rates.items()}

    return remedy


def learning(network: Literal["g", "d"]) -> Callable[[Recipe], Settings]:
    """Return a remedy: the learning rate of the other network, or the usual one where that has none."""
    other = "d" if network == "g" else "g"
    return lambda recipe: {f"learning_rate_{network}": getattr(recipe, f"learning_rate_{other}") or USUAL_RATE}


def balanced(recipe: Recipe) -> Settings:
    """Return the usual learning rate for both networks."""
    return {"learning_rate_d": USUAL_RATE, "learning_rate_g": USUAL_RATE}


def against_collapse(recipe: Recipe) -> Settings:
    """Return the Wasserstein loss with gradient penalty (Gulrajani et al. 2017); where that is in use already, slower steps.

    With two updates of D a step and these rates variety is back within about a hundred steps on clothes: see docs/doctor.md.
    """
    if recipe.objective == "wasserstein":
        return slower("d", "g")(recipe)
    changed: Settings = {"objective": "wasserstein", "gradient_penalty": 10.0, "d_steps": 2}
    rate = CURING_RATES[(recipe.image_size or 64) > 32]
    changed |= {"learning_rate_d": rate, "learning_rate_g": rate}
    cleared = {"label_smoothing": 0.0, "unroll_steps": 0, "kernels": "native", "compile": "off"}  # what does not go with it
    changed |= {key: value for key, value in cleared.items() if getattr(recipe, key) not in (value, "auto")}
    if recipe.optimizer == "adam" and recipe.beta1 > 0.5:
        changed["beta1"] = 0.5
    return changed


def calmer(recipe: Recipe) -> Settings:
    """Return less momentum (Radford et al. 2015, section 4: beta1 0.9 oscillates), or slower steps where it is low already."""
    return {"beta1": 0.5} if recipe.optimizer == "adam" and recipe.beta1 > 0.5 else slower("d", "g")(recipe)


def varied(recipe: Recipe) -> Settings:
    """Return an augmentation of what D sees (Zhao et al. 2020): D then cannot learn the pictures by heart, nor G repeat them."""
    return {"augment": "color,translation,cutout" if recipe.augment == "color,translation" else "color,translation"}
