"""How good labelled predictions are: from rows to sums, and from sums to scores with intervals."""
