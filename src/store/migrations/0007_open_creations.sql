-- Which issues are just being created is asked for each remote issue that is new to us.
CREATE INDEX journal_open_creations ON journal (kind, to_side) WHERE made IS NULL;
