"""Where the log goes in the end: a folder, Google Cloud Storage or S3."""
