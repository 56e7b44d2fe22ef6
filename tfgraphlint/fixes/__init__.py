"""What fixes and suggestions are built from."""
