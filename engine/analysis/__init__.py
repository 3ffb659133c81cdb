"""Analysis of sources before an import: tables, proposed mapping, prerequisites, duplicates, action plan, proposal.

::

    tables         every table of the sources
    prerequisites  what must hold before an import, counted
    duplicates     how many there are, by a sample, with an interval
    proposal       hours and prices from quantities
    plan           who does what until when
    analyse        all of it as plain data
    write          analysis.json, .html, .docx
"""

from engine.analysis.analyse import AnalysisOptions, analyse
from engine.analysis.write import write_analysis

__all__ = ["AnalysisOptions", "analyse", "write_analysis"]
