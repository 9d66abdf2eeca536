"""True boxes: from objects in any format to the boxes of each image, each image once."""
