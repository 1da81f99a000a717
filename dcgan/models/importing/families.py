"""Networks of other kinds, by what their layers are called: to say what a file is that is no DCGAN's generator."""

from __future__ import annotations

import re
from collections.abc import Iterable

FAMILIES = (
    ("a diffusion model, which draws in many steps; load it with diffusers", (r"time_?(emb|mlp|proj)|timestep|t_emb", r"conv|down|mid")),
    (
        "a StyleGAN, whose layers are steered by styles; open it with its own viewer",
        (r"modulat|noise_strength|affine|style", r"synthesis|mapping|to_?rgb"),
    ),
    ("a YOLO detector, which finds things in pictures and draws none", (r"\.cv1\.conv\.", r"\.cv2\.conv\.")),
    (
        "a transformer, which works on tokens",
        (r"(query|q_proj|qkv|c_attn|in_proj)[._](weight|bias)", r"(layer_?norm|norm\d?|ln_\d|ln_f)\w*\.(weight|bias)"),
    ),
    ("a ResNet, which looks at pictures and draws none", (r"layer1\.0\.conv1\.", r"layer2\.0\.conv1\.")),
)
"""What a kind of network is, and what all files of it have among their names."""


def family(names: Iterable[str]) -> str | None:
    """Return what kind of network the names of tensors belong to, or None where they tell nothing."""
    text = "\n".join(names).lower()
    return next((kind for kind, patterns in FAMILIES if all(re.search(pattern, text) for pattern in patterns)), None)
