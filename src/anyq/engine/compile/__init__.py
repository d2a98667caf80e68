"""q to Python functions, what these call at run time, and the call chain of an error in them."""

__all__: list[str] = []
