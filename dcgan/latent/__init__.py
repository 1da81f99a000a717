"""Pure functions on latents: sampling, and the ways between two points."""

from dcgan.latent.paths import lerp, slerp
from dcgan.latent.sampling import repeat_labels, sample_z

__all__ = ["lerp", "repeat_labels", "sample_z", "slerp"]
