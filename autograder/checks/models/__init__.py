"""How fitted models are judged, on their estimates and their likelihood."""
