"""The state diagram, drawn from the table: as SVG, as a document for programs, as a list for readers; with a dispute marked in it, or none.

graph_under(settings)    the nodes and moves of a ruleset
figures(graph)           the pictures for a page, wide and narrow
svg(graph, ruleset)      all of it as one SVG document
document(graph, ruleset) the same as a JSON value
python -m emulator.diagrams --ruleset standard > states.svg
"""

from .graph import Graph, graph_of, graph_under, node_of
from .marks import Marks
from .sheet import Figure, figures, legend, marks_legend, stands, style, svg
from .telling import Entry, document, entries, full_names

__all__ = [
    "Entry",
    "Figure",
    "Graph",
    "Marks",
    "document",
    "entries",
    "figures",
    "full_names",
    "graph_of",
    "graph_under",
    "legend",
    "marks_legend",
    "node_of",
    "stands",
    "style",
    "svg",
]
