"""Answers of a model that stand in one cell: the class, its confidence and other probabilities."""
