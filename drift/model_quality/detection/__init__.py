"""A detector's quality: predicted boxes matched with true boxes, and scored as COCO does."""
