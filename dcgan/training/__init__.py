"""Training: recipes, the loop of events, run folders."""
