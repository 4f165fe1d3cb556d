"""`duban doctor`: the command, and what it looks at, a file for each part of the house."""
