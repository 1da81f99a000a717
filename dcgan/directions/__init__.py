"""Directions of a model's z that mean something: found, measured, named, kept, and checked."""

from dcgan.directions.finding import METHODS, find_directions
from dcgan.directions.marking import marked_direction
from dcgan.directions.record import Direction, Found

__all__ = ["METHODS", "Direction", "Found", "find_directions", "marked_direction"]
