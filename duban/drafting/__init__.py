"""From an office's own table (任务分解表) to tasks of a plan, and the questions that only a person can answer.

Pure: files are read by `duban.adapters.tables`. Nothing is guessed without saying so. In the order of reading: `tables`
(what a table is), `headers` (which column means what), `units`, `phrases` and `deadlines` (what a cell says), `reading`
(all of it).
"""
