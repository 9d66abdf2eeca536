"""The engine of array jobs: tasks that share nothing but the bucket, and no coordinator."""
