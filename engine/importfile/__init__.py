"""Import files as the import reads them: found head, separator and encoding, cells as text, rows that do not fit named.

Below the stages, so that whatever reads an import file reads it alike. Source: sections 1.1 to 1.3 of the format.
"""

from engine.importfile.layout import Layout
from engine.importfile.read import ImportFile, open_import_file

__all__ = ["ImportFile", "Layout", "open_import_file"]
