"""Pure functions on latents: sampling, the ways between points, arithmetic, directions, and z as text."""

from dcgan.latent.arithmetic import along, combine, mean, noisy, turn
from dcgan.latent.directions import orthogonalise, step, unit
from dcgan.latent.paths import Method, lerp, plane, slerp, walk
from dcgan.latent.sampling import repeat_labels, sample_z, shell
from dcgan.latent.text import z_from_text, z_to_text

__all__ = [
    "Method",
    "along",
    "combine",
    "lerp",
    "mean",
    "noisy",
    "orthogonalise",
    "plane",
    "repeat_labels",
    "sample_z",
    "shell",
    "slerp",
    "step",
    "turn",
    "unit",
    "walk",
    "z_from_text",
    "z_to_text",
]
