"""What :mod:`benchmarks.peers` runs in the environments of the caches it compares."""
