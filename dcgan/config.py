"""The vocabulary of settings: frozen dataclasses, checked once, saved whole. No torch here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from dcgan.checks import MAX_SEED as MAX_SEED
from dcgan.checks import RANGES, check_choice, check_range, parse
from dcgan.errors import ConfigError

Prior = Literal["normal", "uniform"]
Preset = Literal["dcgan", "paper", "tensorflow-tutorial", "upsample-conv", "dense"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
Objective = Literal["non-saturating", "minimax", "least-squares", "hinge", "wasserstein"]
Optimizer = Literal["adam", "sgd", "rmsprop"]
Layout = Literal["auto", "channels_last", "contiguous"]
Compile = Literal["auto", "on", "off"]
HiddenActivation = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu"]
Output = Literal["tanh", "sigmoid"]
Upsampling = Literal["transposed", "resize"]
Downsampling = Literal["stride", "pool"]
Norms = Literal["none", "paper", "everywhere"]
Crop = Literal["center", "top", "random"]
Init = Literal["normal", "xavier", "he", "orthogonal"]

IMAGE_SIZES = (16, 28, 32, 64, 128)
POLICIES = ("color", "translation", "cutout")  # of DiffAugment
KERNELS = re.compile(r"[gd]\d{1,3}=(outer|gemm|winograd)(,[gd]\d{1,3}=(outer|gemm|winograd))*")
CROSS_ENTROPY: tuple[Objective, ...] = ("non-saturating", "minimax")
CHOICES: dict[str, Any] = {
    "preset": Preset,
    "prior": Prior,
    "precision": Precision,
    "objective": Objective,
    "optimizer": Optimizer,
    "layout": Layout,
    "compile": Compile,
    "output": Output,
    "init": Init,
    "crop": Crop,
}
OWN_CHOICES: dict[str, Any] = {  # None: the preset's own
    "activation_g": HiddenActivation,
    "activation_d": HiddenActivation,
    "upsampling": Upsampling,
    "downsampling": Downsampling,
    "batch_norm_g": Norms,
    "batch_norm_d": Norms,
}
STRUCTURE = ("preset", *OWN_CHOICES, "output", "hidden_dense", "biases")  # what decides the layers, beside sizes


def dcgan_home() -> Path:
    """Return the folder of own models, runs, data and caches: `$DCGAN_HOME`, by default `~/.dcgan`."""
    return Path(os.environ.get("DCGAN_HOME") or "~/.dcgan").expanduser()


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training does, but for the data and the length.

    A field that is None is filled in from the data and the machine when a run is created, but for those whose comment
    says what None means.

    Sources: learning rate, betas, batch, z, initialisation from Radford et al. 2015, sections 3 and 4; `weight_clip` from
    Arjovsky et al. 2017, algorithm 1; `gradient_penalty` from Gulrajani et al. 2017, algorithm 1; `r1` from Mescheder et al. 2018,
    section 4.1; `label_smoothing` from Salimans et al. 2016, section 3.4; `instance_noise` from Sønderby et al. 2017;
    `spectral_norm` from Miyato et al. 2018; `augment` from Zhao et al. 2020 (DiffAugment), its probability from Karras et al. 2020
    (ADA), section 2.2; `unroll_steps` from Metz et al. 2016. The fields from `activation_g` to `input_bias_d` change the preset's layers
    (`networks.variants`); what the literature says against some values is in `training.advice`.
    """

    name: str = "dcgan"
    preset: Preset = "dcgan"
    image_size: int | None = None  # pixels a side, one of IMAGE_SIZES
    image_channels: int | None = None  # 1 grey, 3 RGB
    z_dim: int = 100
    prior: Prior = "normal"
    base_channels: int | None = None  # the tutorials' ngf and ndf: channels next to the picture
    batch_size: int | None = None
    learning_rate_d: float = 2e-4
    learning_rate_g: float = 2e-4
    optimizer: Optimizer = "adam"
    beta1: float = 0.5  # of sgd the momentum; rmsprop has none
    beta2: float = 0.999  # of rmsprop alpha, the decay of its mean square; sgd has none
    decay_start: int = 0  # from this step on both learning rates fall ...
    decay_steps: int | None = None  # ... linearly to 0 over so many steps; None: they stay
    objective: Objective = "non-saturating"
    d_steps: int = 1  # updates of D for each one of G
    joint_batch: bool = False  # real pictures and fakes through D in one batch, with common batch norm statistics
    weight_clip: float | None = None  # D's weights stay within ± this; None: they are not clipped
    gradient_penalty: float = 0.0  # lambda; 10 in the paper
    r1: float = 0.0  # gamma; D's loss gains gamma / 2 of the mean squared gradient norm at real pictures
    label_smoothing: float = 0.0  # D's target for real pictures is 1 minus this
    instance_noise: float = 0.0  # standard deviation of the noise on all that D sees, in units of [-1, 1]
    instance_noise_steps: int | None = None  # steps over which it falls linearly to 0; None: it stays
    spectral_norm: bool = False  # of every weight of D
    augment: str = ""  # what D sees is changed at random: some of POLICIES, by commas
    augment_probability: float = 1.0  # of each picture to be changed; below 1, D also sees what colours and contrast are right
    ema_decay: float = 0.999  # of the averaged generator; 0: no average
    crop: Crop = "center"  # which square is cut out of a picture that is none; random: one place for each picture
    flip: bool = False  # mirror half of the real pictures; wrong for text and digits
    conditional: bool = False  # on the labels of the data
    unroll_steps: int = 0  # updates of D that G looks ahead; 0: none
    activation_g: HiddenActivation | None = None  # of G's hidden layers; None: the preset's
    activation_d: HiddenActivation | None = None  # of D's hidden layers; None: the preset's
    output: Output = "tanh"  # of G
    upsampling: Upsampling | None = None  # in G: transposed convolutions, or nearest pixels and a convolution; None: the preset's
    downsampling: Downsampling | None = None  # in D: strides, or a convolution and the largest of 2x2; None: the preset's
    batch_norm_g: Norms | None = None  # in G: "paper": everywhere but its output; None: the preset's
    batch_norm_d: Norms | None = None  # in D: "paper": everywhere but its input; None: the preset's
    hidden_dense: int = 0  # fully connected hidden layers more, after z and before D's end
    biases: bool | None = None  # of every weight, on or off; None: the preset's
    input_bias_d: bool = False  # of D's first layer, whatever `biases` says; without it D is blind to contrast, see `networks.variants`
    init: Init = "normal"  # N(0, init_std), or the rules of Glorot, He and Saxe for weights
    init_std: float = 0.02
    precision: Precision = "auto"
    layout: Layout = "auto"
    kernels: str = "auto"  # of the convolutions: "native", or other ways by network and layer, such as "g3=winograd,d2=gemm"
    compile: Compile = "auto"
    seed: int = 0
    threads: int | None = None
    log_every: int | None = None  # steps that one line of measures stands for
    label_column: str | None = None  # None: the only one there is
    pictures: int | None = None  # only so many of the set, drawn by the seed: to see how many a training needs; None: all

    def __post_init__(self) -> None:
        for key, kind in CHOICES.items():
            check_choice(key, getattr(self, key), get_args(kind))
        for key, kind in OWN_CHOICES.items():
            check_choice(key, getattr(self, key), (None, *get_args(kind)))
        check_choice("image_channels", self.image_channels, (None, 1, 3))
        check_choice("image_size", self.image_size, (None, *IMAGE_SIZES))
        for key, (low, high) in RANGES.items():
            check_range(key, getattr(self, key), low, high)
        for key in ("flip", "joint_batch", "spectral_norm", "conditional", "biases", "input_bias_d"):
            if not isinstance(getattr(self, key), bool) and not (key == "biases" and self.biases is None):
                raise ConfigError(f"{key} is on or off, found {getattr(self, key)!r}")
        if not set(self.policies) <= set(POLICIES) or len(set(self.policies)) < len(self.policies):
            raise ConfigError(f"augment is some of {','.join(POLICIES)}, each once, found {self.augment!r}")
        if self.kernels not in ("auto", "native") and not KERNELS.fullmatch(self.kernels):
            raise ConfigError(f"kernels is auto, native, or ways by network and layer, like g3=winograd,d2=gemm, found {self.kernels!r}")
        self._check_combinations()

    def _check_combinations(self) -> None:
        """Raise a ConfigError for settings that contradict each other, or that would be passed over in silence."""
        if self.label_smoothing and self.objective not in CROSS_ENTROPY:
            raise ConfigError(f"label_smoothing goes with {' and '.join(CROSS_ENTROPY)}, found objective {self.objective}; leave it at 0")
        if self.instance_noise_steps and not self.instance_noise:
            raise ConfigError("instance_noise_steps says how long instance_noise lasts; set instance_noise too, such as 0.1")
        if self.decay_start and self.decay_steps is None:
            raise ConfigError("decay_start says when the learning rates begin to fall; set decay_steps too: over how many steps")
        if self.needs_second_derivatives and (self.compile == "on" or self.kernels not in ("auto", "native")):
            raise ConfigError("r1, gradient_penalty and unroll_steps need second derivatives; set compile=off and kernels=native")
        if self.unroll_steps and (self.r1 or self.gradient_penalty or self.weight_clip):
            raise ConfigError("unroll_steps looks ahead at D's plain loss; leave r1, gradient_penalty and weight_clip away")
        if self.init != "normal" and self.init_std != 0.02:
            raise ConfigError(f"init_std is the deviation of init=normal, found init {self.init}; leave one of them away")
        if self.unroll_steps and self.optimizer != "adam":
            raise ConfigError(f"unroll_steps looks ahead by Adam's updates, found optimizer {self.optimizer}; set optimizer=adam")

    @property
    def needs_second_derivatives(self) -> bool:
        """Whether gradients of D's gradients are taken."""
        return bool(self.r1 or self.gradient_penalty or self.unroll_steps)

    def kernels_of(self, network: Literal["g", "d"]) -> dict[int, Any]:
        """Return the way to compute the convolutions of one network, by position; those left out go torch's way."""
        parts = [part.split("=") for part in self.kernels.split(",") if "=" in part]
        return {int(place[1:]): method for place, method in parts if place[0] == network}

    @property
    def policies(self) -> tuple[str, ...]:
        """The parts of `augment`, in order."""
        return tuple(self.augment.split(",")) if self.augment else ()

    def steps_per_epoch(self, images: int) -> int:
        """Return how many steps see as many real pictures as there are; `batch_size` must be known."""
        assert self.batch_size is not None
        return max(1, round(images / (self.batch_size * self.d_steps)))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Recipe:
        unknown = set(record) - {field.name for field in fields(cls)}
        if unknown:
            raise ConfigError(f"a recipe has no setting {', '.join(sorted(unknown))}; it has {', '.join(f.name for f in fields(cls))}")
        return cls(**record)


def apply_settings(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """Return `recipe` with `key=value` settings applied; a wrong key or value is a ConfigError that names it."""
    known = {field.name: str(field.type) for field in fields(Recipe) if field.name not in ("name", "preset")}
    changes: dict[str, Any] = {}
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator:
            raise ConfigError(f"a setting is written key=value, found {setting!r}")
        if key not in known:
            raise ConfigError(f"no setting is called {key!r}; there are {', '.join(known)}")
        changes[key] = text if text in get_args(OWN_CHOICES.get(key)) else parse(key, known[key], text)
    return replace(recipe, **changes)


@dataclass(frozen=True)
class Budget:
    """How long a training goes: exactly one of steps, epochs or minutes (of training, pauses excluded)."""

    steps: int | None = None
    epochs: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        given = [key for key in ("steps", "epochs", "minutes") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ConfigError(f"give one of steps, epochs or minutes, found {' and '.join(given) or 'none'}")
        value = getattr(self, given[0])
        if not isinstance(value, int | float) or not 0 < value < 1e12:
            raise ConfigError(f"{given[0]} is a number above 0, found {value!r}")

    def steps_total(self, steps_per_epoch: int) -> int | None:
        """Return the number of steps this comes to, or None where minutes decide."""
        if self.steps is not None:
            return self.steps
        return None if self.epochs is None else max(1, round(self.epochs * steps_per_epoch))

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class TrainingConfig:
    """What one call of `train()` does: a recipe without gaps and a length."""

    recipe: Recipe
    budget: Budget
    save_every: int | None = None  # steps between saved states; None: about every 30 seconds
    kid_every: int | None = None  # steps between measures of KID; None: it is not measured
