"""How figures are judged, on what was drawn and not on pixels."""
