"""What a model sees in the images of one extraction: each of them is looked at once."""
