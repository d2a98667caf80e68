"""The words of q, by family: `numbers`, `lists`, `text`, `tables`, `files`, `system`.

A module registers its words in its ``install``; ``_install`` calls them in order.
"""

from ._install import install

__all__ = ["install"]
