"""From days of labels to what is said of the model: values in, values out."""
