"""The sections of the report: each turns tables into plain figures. Counts, shapes and codes only, never a value."""
