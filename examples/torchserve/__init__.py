"""Two classifiers served by TorchServe, logged, and watched by the job."""
