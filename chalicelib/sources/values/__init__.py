"""Values of cells (字段值): how each is read, and why a row or a file goes back."""
