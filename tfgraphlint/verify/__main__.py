"""``python -m tfgraphlint.verify [CODE...] [--path PATH]``."""

import sys

from tfgraphlint.verify.main import command

if __name__ == "__main__":
    sys.exit(command(sys.argv[1:]))
