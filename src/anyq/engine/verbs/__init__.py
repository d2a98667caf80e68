"""The vocabulary of q, by family."""

from ._attributes import kept_attr
from ._cast import part_of
from ._database import load_folder
from ._files import load_value, store_value
from ._handles import once
from ._install import install
from ._stored import appended_bytes
from ._take import rows_to_table

__all__ = [
    "appended_bytes",
    "install",
    "kept_attr",
    "load_folder",
    "load_value",
    "once",
    "part_of",
    "rows_to_table",
    "store_value",
]
