"""Data sets: a catalog of named ones, folders and zip archives of pictures, and shapes that we draw."""

from dcgan.data.dataset import Dataset, Progress, Survey, draw_pictures
from dcgan.data.download import fetch
from dcgan.data.entries import CatalogEntry, catalog
from dcgan.data.loading import load, survey
from dcgan.data.named import has_test_split

__all__ = ["CatalogEntry", "Dataset", "Progress", "Survey", "catalog", "draw_pictures", "fetch", "has_test_split", "load", "survey"]
