"""Windows of more rows than are compared: which of them stand for all."""
