"""Tapes, and what a gradient is certain to be."""
