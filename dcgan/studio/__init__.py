"""What the running app knows: `Studio`, and a module for each part of it."""

from dcgan.studio.studio import Studio

__all__ = ["Studio"]
