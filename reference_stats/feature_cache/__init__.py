"""The feature cache in the bucket: every image is read and computed once.

The cache of a feature set is a folder of parts, ``features/<feature set>/part-<hash>.parquet``.
A part is a Parquet table with a row per image, written once under the hash of its content and
never changed. Whoever computes features adds a part; nothing else is written, and no lock is
needed.

A run only needs the rows of its own images, and windows move on: nearly all of them are in the
newest parts. So the footer of each part holds the hashes of its paths, and a reader reads the end
of a part first and the rest only where one of its own images may be in it. Nothing depends on
those hashes but how much is read.

Small parts become few by compaction, which has its own reasoning in `compaction`.
"""
