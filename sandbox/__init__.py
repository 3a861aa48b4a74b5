"""The outside world on your own machine: a Discord and both image APIs."""
