-- Fields that a run set out to write and has not reported: a JSON list, absent once the run is over.
ALTER TABLE links ADD COLUMN underway TEXT;
