"""Where images are measured: what a worker does of a run, and the engines that hand it out."""
