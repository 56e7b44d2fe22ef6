"""Trees, texts and names of one file."""
