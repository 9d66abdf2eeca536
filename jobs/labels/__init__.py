"""What was true: from the objects that hold labels to one label an image or id."""
