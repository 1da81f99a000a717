"""Networks of other kinds, by what their layers are called: to say what a file is that is no DCGAN's generator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

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
    ("a recurrent network, which reads sequences", (r"weight_ih_l\d", r"weight_hh_l\d")),
    ("a ResNet, which looks at pictures and draws none", (r"layer1\.0\.conv1\.", r"layer2\.0\.conv1\.")),
)
"""What a kind of network is, and what all files of it have among their names."""

PARTS = (
    ("self-attention ({})", r"attn|attention|query|(^|\.)(theta|phi)\.|non_?local"),
    ("norms steered by a label ({})", r"(bn|norm)\w*\.(gain|gamma|beta|embed|mlp)\w*\.weight|embed_?(gamma|beta)"),
    ("squeeze and excitation ({})", r"(^|\.)se(_?(block|layer))?\d*\."),
)
"""What generators of a newer kind have besides the layers of a DCGAN, and how it is called, with the name that says so."""


def parts(shapes: Mapping[str, Sequence[int]]) -> str | None:
    """Return what a network has that no chain of layers does, with the name that says so, or None where none does."""
    listed = sorted(shapes)
    for kind, pattern in PARTS:
        name = next((name for name in listed if re.search(pattern, name.lower())), None)
        if name is not None:
            return kind.format(name)
    return None


def family(names: Iterable[str]) -> str | None:
    """Return what kind of network the names of tensors belong to, or None where they tell nothing."""
    text = "\n".join(names).lower()
    return next((kind for kind, patterns in FAMILIES if all(re.search(pattern, text) for pattern in patterns)), None)
