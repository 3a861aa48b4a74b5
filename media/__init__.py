"""Pictures as bytes: verify and re-encode; knows nothing else."""
