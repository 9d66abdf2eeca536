"""The unit in which the passes over colours add up shares; numba is not needed to know it."""

# A share of 1 in the whole numbers that shares are added up in.
SHARE = 1 << 20
