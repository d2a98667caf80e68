"""``kx.tick``: to be written."""
