"""Derives the tables in ``tfgraphlint/libraries/data`` by running the installed TensorFlow, Keras and NumPy.

A tool for development: ``python -m tfgraphlint.libraries.derive``. Nothing else imports it.
"""
