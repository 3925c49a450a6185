"""What a column means and what a cell is worth: pure decisions of the import."""
