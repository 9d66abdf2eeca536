"""Pages that commands show: fetched from the bucket, or made of reports."""
