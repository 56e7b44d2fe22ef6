"""What all parts of the interpreter share: values, state, frames, provenance, events."""
