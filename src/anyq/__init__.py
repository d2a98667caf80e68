"""Structured-concurrency client, server and in-process interpreter for q/kdb+."""
