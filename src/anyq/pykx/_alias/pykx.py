"""Found as ``pykx`` by processes that ``python -m anyq.pykx`` started: hands over to `anyq.pykx`."""

import sys

import anyq.pykx

del sys.modules["pykx"]
anyq.pykx.install()
sys.modules["pykx"] = anyq.pykx
