"""The Hugging Face Hub: a repository is a model folder. Nothing here is contacted unless a person asks for it."""

from dcgan.models.hub.fetching import Fetched, fetch, pull
from dcgan.models.hub.pushing import Pushed, push
from dcgan.models.hub.reference import Reference

__all__ = ["Fetched", "Pushed", "Reference", "fetch", "pull", "push"]
