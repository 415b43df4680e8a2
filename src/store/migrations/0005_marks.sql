-- Points in time that a sync has to remember, in milliseconds since 1970.
CREATE TABLE marks (
    sync TEXT NOT NULL,
    mark TEXT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (sync, mark)
);
