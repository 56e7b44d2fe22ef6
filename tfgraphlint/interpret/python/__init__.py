"""The language: statements, expressions, calls, classes."""
