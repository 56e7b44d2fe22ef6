"""What the interpreter knows of one place, for whoever asks why something is reported, or why not."""
