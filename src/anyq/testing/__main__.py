"""``python -m anyq.testing --calls N --seed S``: the simulation."""

import sys

from ._simulation import main

sys.exit(main())
