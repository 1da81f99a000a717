"""Data sets: a catalog of named ones, folders and zip archives of pictures, and shapes that we draw."""

from dcgan.data.dataset import Dataset, Progress, Survey
from dcgan.data.download import fetch
from dcgan.data.entries import CatalogEntry, catalog
from dcgan.data.loading import load, survey

__all__ = ["CatalogEntry", "Dataset", "Progress", "Survey", "catalog", "fetch", "load", "survey"]
