"""Signing services of certification authorities: what they do for us, and one reached by HTTP."""
