"""What normal days are like, and whether a window is one: values in, values out."""
