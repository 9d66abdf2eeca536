"""A detector's bucket as an inference service writes it, labelled days later."""
