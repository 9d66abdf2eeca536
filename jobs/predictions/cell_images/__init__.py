"""Images that stand in cells of the log: from the cell to the image's bytes and their digest."""
