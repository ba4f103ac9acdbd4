"""Loads under fire: readers, kills, full disks, locks and lost connections while a revision is published.

Short in every run, and as long as a campaign asks for:
`FAULT_READS=100000 FAULT_KILLS=1000 FAULT_LOADS=20 FAULT_SEED=7 uv run pytest -q -rP tests/faults`. What is drawn at
random comes from the seed.
"""

import os

READS = int(os.environ.get("FAULT_READS", "400"))
"""Answers that readers check while loads go on, of each database."""
KILLS = int(os.environ.get("FAULT_KILLS", "24"))
"""Loads that are killed, on each database."""
LOADS = int(os.environ.get("FAULT_LOADS", "2"))
"""Loads of the same record, on each database."""
SEED = int(os.environ.get("FAULT_SEED", "1"))
