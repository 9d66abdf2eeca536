"""What is remembered of views: below ``views/`` in the bucket, beside the feature cache.

The views of a model are a folder of parts, ``views/<view id>/part-<hash>.parquet``, written and
merged as those of the feature cache are: any number of runs at once, no lock, nothing changed.
"""
