"""What is certainly wrong: listens to events, yields facts."""
