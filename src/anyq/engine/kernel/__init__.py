"""Operations on values that need no session: index, amend, take, join, order, search, group, item by item."""

__all__: list[str] = []
