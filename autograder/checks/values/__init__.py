"""How values are judged: numbers, tables, effects by name."""
