"""Pure functions on latents: sampling, and the ways between two points."""

from dcgan.latent.paths import lerp, slerp
from dcgan.latent.sampling import sample_z

__all__ = ["lerp", "sample_z", "slerp"]
