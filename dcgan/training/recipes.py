"""Named recipes, what each is and where its numbers come from, and how the gaps of one are filled from data and machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dcgan.config import Recipe
from dcgan.errors import ConfigError
from dcgan.system import cores

CHOSEN: dict[str, Any] = {  # docs/recipes.md
    "learning_rate_d": 4e-4,
    "learning_rate_g": 4e-4,
    "augment": "color,translation",
    "input_bias_d": True,
}
# Smaller steps in width and batch, four times the learning rate: with 10,000 pictures of clothes on two cores they are clear after 45 s
# of training (n = 64 seeds looked at), and better after 180 s.
QUICK: dict[str, Any] = {"base_channels": 32, "batch_size": 32, "learning_rate_d": 8e-4, "learning_rate_g": 8e-4}
FAILING: dict[str, Any] = {"base_channels": 16, "batch_size": 32, "ema_decay": 0.0}  # small, to fail soon; and the sheet is G's own
AS_PRINTED: dict[str, Any] = {"ema_decay": 0.0}  # papers and tutorials that know no average of weights

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(**CHOSEN),
        Recipe("quick", **QUICK),
        # Figure 1 and section 4.
        Recipe("paper", preset="paper", prior="uniform", base_channels=128, batch_size=128, **AS_PRINTED),
        Recipe("pytorch-tutorial", base_channels=64, batch_size=128, **AS_PRINTED),
        # beta1 is Keras's.
        Recipe(
            "tensorflow-tutorial",
            preset="tensorflow-tutorial",
            image_size=28,
            base_channels=64,
            batch_size=256,
            learning_rate_d=1e-4,
            learning_rate_g=1e-4,
            beta1=0.9,
            **AS_PRINTED,
        ),
        Recipe("upsample-conv", preset="upsample-conv", base_channels=64, batch_size=64, joint_batch=True, **AS_PRINTED),
        Recipe("conditional", conditional=True, **CHOSEN),
        Recipe("dense", preset="dense", base_channels=32, batch_size=100),
        # Algorithm 1; alpha 0.99 is that of the authors' code.
        Recipe(
            "wgan",
            objective="wasserstein",
            weight_clip=0.01,
            d_steps=5,
            batch_size=64,
            optimizer="rmsprop",
            beta2=0.99,
            learning_rate_d=5e-5,
            learning_rate_g=5e-5,
        ),
        # Algorithm 1; section 4 for D without batch norm.
        Recipe(
            "wgan-gp",
            objective="wasserstein",
            gradient_penalty=10.0,
            d_steps=5,
            batch_size=64,
            beta1=0.0,
            beta2=0.9,
            learning_rate_d=1e-4,
            learning_rate_g=1e-4,
            batch_norm_d="none",
        ),
        Recipe("unrolled", unroll_steps=5, **QUICK),
        Recipe("minimax", objective="minimax", **QUICK),
        # Made to fail: found by experiment, see docs/recipes.md. Adam's own 1e-3 and 0.9 in the first.
        Recipe("collapse", preset="dense", learning_rate_d=1e-3, learning_rate_g=1e-3, beta1=0.9, **FAILING),
        Recipe("d-too-strong", learning_rate_d=2e-3, learning_rate_g=2e-5, d_steps=3, **FAILING),
        Recipe("g-too-strong", learning_rate_d=2e-5, learning_rate_g=4e-3, **FAILING),
    )
}

# What each is and where its numbers come from; the Train page says the same (`train.form.about_*` of its texts).
ABOUT: dict[str, str] = {
    "dcgan": "The default for longer training: the network of Radford et al. 2015 as the PyTorch tutorial builds it, with learning rates, "
    "an average of weights and DiffAugment (Zhao et al. 2020) chosen by experiment, and a bias that lets D see contrast.",
    "quick": "For demonstrations of minutes at 28 to 32 pixels: smaller width and batch, four times the learning rate of the paper. Clear "
    "after about a minute.",
    "paper": "Radford et al. 2015 as printed (figure 1, section 4): 5×5 kernels, 1024 to 128 channels at 64 pixels, uniform z, Adam with "
    "2e-4 and 0.5, batch 128. Large; wants an accelerator.",
    "pytorch-tutorial": "The PyTorch DCGAN tutorial: 4×4 kernels, width 64, batch 128, normal z, no average of weights.",
    "tensorflow-tutorial": "The TensorFlow DCGAN tutorial: 28×28, a dense layer of 7×7×256, LeakyReLU, dropout 0.3, Adam with 1e-4, batch "
    "256. Made for digits.",
    "upsample-conv": "Linear, then batch norm, doubled pixels and 3×3 convolutions; D with dropout 0.25 and a linear end sees real and "
    "fake in one batch. The shape of PyTorch-GAN and of many notebooks.",
    "conditional": "Mirza and Osindero 2014: the label is joined to z and to the picture, so that a kind of picture can be asked for; "
    "everything else is dcgan's. Needs labelled data.",
    "dense": "After the fully connected GAN of Goodfellow et al. 2014, with Adam, ReLU and LeakyReLU in the place of their momentum and "
    "maxout, and batches of 100 as there. Its pictures and parameters beside those of dcgan show what convolutions are for.",
    "wgan": "Arjovsky et al. 2017, algorithm 1: D estimates a distance instead of a probability; its weights are clipped at 0.01, and it "
    "takes five steps for each of G's, with RMSProp at 5e-5 and batch 64.",
    "wgan-gp": "Gulrajani et al. 2017, algorithm 1: as wgan, but D's slope is held near 1 by a penalty of weight 10 instead of by "
    "clipping, without batch norm in D; Adam with 1e-4, 0 and 0.9. Steadier and slower.",
    "unrolled": "Metz et al. 2016, with five steps: G learns against the D of some steps ahead, through those steps, which makes it unwise "
    "to chase D with one picture. The rest is quick's. A remedy for collapse; a step takes ten times as long.",
    "minimax": "The saturating loss of Goodfellow et al. 2014, section 3, before their remedy: while D rejects all fakes, G gets hardly a "
    "gradient. The rest is quick's. Why it is not used.",
    "collapse": "For teaching, made to collapse: the dense GAN with Adam as it comes, at a learning rate of 0.001 and beta1 of 0.9, both "
    "of which Radford et al. 2015, section 4, warn of. Whatever z is, G makes one picture that D takes for real, and then another.",
    "d-too-strong": "For teaching: D learns a hundred times as fast as G and takes three steps for each of its. D(x) goes to 1, D(G(z)) to "
    "0, and G's pictures stay grey noise.",
    "g-too-strong": "For teaching: G learns two hundred times as fast as D. D takes its pictures for more real than real ones, so what it "
    "teaches is worth nothing: they become alike, and never clothes.",
}


def named_recipe(name: str) -> Recipe:
    """Return the recipe called `name`, or raise a ConfigError that lists the names."""
    if name not in RECIPES:
        raise ConfigError(f"no recipe is called {name!r}; there are {', '.join(RECIPES)}")
    return RECIPES[name]


def best_device() -> str:
    """Return the accelerator's type where there is one, else "cpu"."""
    import torch  # a second and a half that reading about recipes does not need

    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return accelerator.type if accelerator is not None else "cpu"


def fill(recipe: Recipe, image_size: int, image_channels: int, device: str) -> Recipe:
    """Return `recipe` with every gap filled, but for what is measured: precision, layout and compile.

    On a CPU width 32 and batch 64: with them clothing is clear after two minutes on two cores at 32 px. On an accelerator the tutorial's
    64 and 128.
    """
    on_cpu = device == "cpu"
    return replace(
        recipe,
        image_size=image_size,
        image_channels=image_channels,
        base_channels=recipe.base_channels or (32 if on_cpu else 64),
        batch_size=recipe.batch_size or (64 if on_cpu else 128),
        threads=recipe.threads or cores(),
        log_every=recipe.log_every or (1 if on_cpu else 10),
    )
