"""Settings that hold for every test.

Deadlines are off: the suite runs in as many processes as there are processors, and how long one example takes
says nothing then.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("anyq", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anyq")
