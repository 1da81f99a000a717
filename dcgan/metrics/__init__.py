"""Scores of models: KID, diversity, classes, nearest neighbours, and a cheap distance for use while training."""

from dcgan.metrics.evaluation import Evaluation, evaluate
from dcgan.metrics.swd import sliced_wasserstein

__all__ = ["Evaluation", "evaluate", "sliced_wasserstein"]
