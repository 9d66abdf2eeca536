"""The one seed of a run: equal input draws equal numbers."""

SEED = 20_240_229
