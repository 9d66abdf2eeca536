"""How right the model is on its reference, where that has labels."""
