"""A small true world to try the job on: pictures, a classifier, its log, two days."""
