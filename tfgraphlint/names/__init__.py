"""Names that are gone, found on CPython's tree."""
