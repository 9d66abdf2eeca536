"""The model's own process: a model that crashes, hangs or lies takes no run with it."""
