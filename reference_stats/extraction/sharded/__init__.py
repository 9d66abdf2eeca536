"""Images measured elsewhere: which ones, in which portions, and by what."""
