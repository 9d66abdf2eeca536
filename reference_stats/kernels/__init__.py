"""Loops over pixels as machine code: what numpy would need many passes for takes one.

Only these files import numba, and nothing imports these files before there are pixels: numba takes
0.4 s to import. The first use on a machine compiles them, a few seconds; the code is kept on disk.
"""
