"""True boxes of a detector's images, as `drift init` finds them."""
