"""``python -m tfgraphlint``."""

from tfgraphlint.cli import main

if __name__ == "__main__":
    main()
