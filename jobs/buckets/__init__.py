"""Places that hold objects under names: one file per kind of store."""
