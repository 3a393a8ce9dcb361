"""Side by side with installed peers, in the same run, as ratios: ``python -m benchmarks``."""
