"""Exports of labelling tools, a file per tool: from one object to the true boxes of its images."""
