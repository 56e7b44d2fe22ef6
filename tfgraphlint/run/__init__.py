"""One run: lint, repair, cache, processes."""
