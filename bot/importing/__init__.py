"""Bookings from a file: read, map, check row by row, write in chunks, report (design.md §10)."""
