"""The rules of tfgraphlint, one file each. Installed as ``tfgraphlint.rules``."""
