"""From paths to sources: files, settings, versions, modules."""
