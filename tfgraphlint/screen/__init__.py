"""Whether a file is worth interpreting, decided on CPython's tree."""
