"""Lists of any type: apply and amend, building, cutting, searching, sorting, sets, types, attributes."""

__all__: list[str] = []
