"""The parts of benchmarks.bucket_clients."""
