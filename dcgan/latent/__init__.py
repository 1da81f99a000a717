"""Pure functions on latents: sampling, the ways between points, arithmetic."""

from dcgan.latent.arithmetic import along, combine, mean, noisy, turn
from dcgan.latent.paths import Method, lerp, plane, slerp, walk
from dcgan.latent.sampling import repeat_labels, sample_z, shell

__all__ = [
    "Method",
    "along",
    "combine",
    "lerp",
    "mean",
    "noisy",
    "plane",
    "repeat_labels",
    "sample_z",
    "shell",
    "slerp",
    "turn",
    "walk",
]
