"""Reports: pure functions from diagnostics to text, one file a format."""
