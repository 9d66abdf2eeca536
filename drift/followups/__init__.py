"""What a run does once its report is published: each a file, none of them able to fail it."""
