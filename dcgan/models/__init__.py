"""Model folders: read, write, find, and turn into pictures."""

from dcgan.models.folder import Model, ModelConfig, read_model, write_model
from dcgan.models.library import Library
from dcgan.models.synthesizer import ModelInfo, Synthesizer

__all__ = ["Library", "Model", "ModelConfig", "ModelInfo", "Synthesizer", "read_model", "write_model"]
