"""The engine ``dask``: images measured by the workers of a Dask cluster.

Only this folder imports distributed, and only once a run has enough unknown images.
"""
