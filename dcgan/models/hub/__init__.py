"""Models from the Hub and to it: a repository is a model folder."""

from dcgan.models.hub.fetching import Fetched, fetch, pull
from dcgan.models.hub.pushing import Pushed, push

__all__ = ["Fetched", "Pushed", "fetch", "pull", "push"]
