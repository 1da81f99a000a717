"""A network is data: a list of layer records, from which everything else follows."""

from dcgan.networks.presets import discriminator, generator
from dcgan.networks.spec import NetworkSpec

__all__ = ["NetworkSpec", "discriminator", "generator"]
