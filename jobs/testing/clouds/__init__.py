"""The contracts of cloud stores, on good days and bad ones."""
