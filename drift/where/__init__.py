"""Where a drift sits: which images, which segments, since when."""
