"""Images that are packed in larger objects: tar, zip and Parquet."""
