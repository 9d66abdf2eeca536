"""S3, of Amazon and of others; the only folder that knows botocore."""
