"""From images, and what the model said of them, to sums on the scales of a profile."""
