"""The Hugging Face Hub, as models and data sets need it. Nothing here is contacted unless a person asks for it."""

from dcgan.hub.reference import SCHEME, Reference
from dcgan.hub.repository import download, listed, listing, refuse_more_than
from dcgan.hub.talking import TIMEOUT, patiently, speaking_to_the_hub

__all__ = ["SCHEME", "TIMEOUT", "Reference", "download", "listed", "listing", "patiently", "refuse_more_than", "speaking_to_the_hub"]
