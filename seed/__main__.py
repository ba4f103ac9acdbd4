"""`python -m seed`: the same as `dateline seed`."""

import sys

from app.cli import main

main(["seed", *sys.argv[1:]])
