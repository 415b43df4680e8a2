-- What each side held besides its attributes after the last run that left nothing open: a JSON object of digests, absent if unknown.
ALTER TABLE links ADD COLUMN seen TEXT;
