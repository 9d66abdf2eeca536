"""What an image file is beside its pixels: its kind, its samples, its frames, its colours."""
