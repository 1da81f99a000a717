"""A model leaves: as the PyTorch tutorial's state dict, as plain PyTorch with a script, as ONNX, or as a model folder."""

from dcgan.models.exporting.export import FORMS, Exported, Form, export

__all__ = ["FORMS", "Exported", "Form", "export"]
