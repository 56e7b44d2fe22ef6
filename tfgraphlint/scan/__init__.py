"""Many projects in one go: each is one task, a pure function from its files to its reports."""
