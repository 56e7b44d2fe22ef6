"""Files that nobody would write, linted and repaired: what must hold of each, whatever it is."""
