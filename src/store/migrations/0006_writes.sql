-- What was written for a sync on either side, by the minute (since 1970); rows older than a day are removed.
CREATE TABLE writes (
    sync      TEXT NOT NULL,
    minute    BIGINT NOT NULL,
    writes    BIGINT NOT NULL,
    creations BIGINT NOT NULL,
    PRIMARY KEY (sync, minute)
);
