"""Generators from elsewhere: what a file proves of its network, what has to be assumed, and which reading fits best.

By step: `formats` (what kind of file), `contents` (tensors and facts, read in a process of its own), `naming` (which tensors are a
network's), `skeleton` (its layers in order), `geometry` and `usual` (strides and paddings that give a picture), `evidence` and `search`
(which of them reproduce the file's batch norm statistics), `assembly` (a NetworkSpec), `reader` (all of it). Keras files describe
themselves: `keras`.
"""

from dcgan.models.importing.contents import Contents, read_contents
from dcgan.models.importing.noise import noise_of, read_noise
from dcgan.models.importing.options import Options, apply_options
from dcgan.models.importing.reader import inspect_contents, inspect_file, own_model, read_foreign
from dcgan.models.importing.report import Inspection, Reading
from dcgan.models.importing.together import Together, inspect_together

__all__ = [
    "Contents",
    "Inspection",
    "Options",
    "Reading",
    "Together",
    "apply_options",
    "inspect_contents",
    "inspect_file",
    "inspect_together",
    "noise_of",
    "own_model",
    "read_contents",
    "read_foreign",
    "read_noise",
]
