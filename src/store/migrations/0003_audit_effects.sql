-- What became of each effect of a Plan: a JSON list; absent for runs before this column.
ALTER TABLE audit ADD COLUMN effects TEXT;
