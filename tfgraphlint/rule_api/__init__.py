"""What a rule is written with, and how rules are found."""
