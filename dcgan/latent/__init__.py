"""Pure functions on latents: sampling, the ways between two points, directions."""

from dcgan.latent.directions import orthogonalise, step, unit
from dcgan.latent.paths import lerp, slerp
from dcgan.latent.sampling import repeat_labels, sample_z

__all__ = ["lerp", "orthogonalise", "repeat_labels", "sample_z", "slerp", "step", "unit"]
