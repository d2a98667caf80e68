"""System commands, ``.Q``, ``.h``, internal functions, the environment, handles."""

__all__: list[str] = []
