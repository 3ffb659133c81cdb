"""Import files as the import reads them: found head, separator and encoding, cells as text, rows that do not fit named;
and as they are written.

Below the stages, so that whatever reads or writes an import file does it alike. Source: sections 1.1 to 1.3 of the
format.
"""

from engine.importfile.layout import Layout
from engine.importfile.read import ImportFile, open_import_file
from engine.importfile.write import Form, write_import_file

__all__ = ["Form", "ImportFile", "Layout", "open_import_file", "write_import_file"]
