"""The doctor: watches what a training says and what its networks hold, and names what goes wrong. It changes nothing and draws nothing."""

from dcgan.training.doctor.doctor import Doctor

__all__ = ["Doctor"]
