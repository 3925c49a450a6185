"""A whole campaign without a person, in an installation of its own: what was counted must be what arrived."""
