"""What labels say of the model: the content of ``report.json`` below ``model_quality``."""
