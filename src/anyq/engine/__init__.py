"""The q language, in-process."""
