-- Links between remote and local issues. Attributes are JSON texts; times are milliseconds since 1970, UTC.
CREATE TABLE links (
    id            TEXT PRIMARY KEY,
    sync          TEXT NOT NULL,
    remote_id     TEXT NOT NULL,
    remote_key    TEXT NOT NULL,
    local_id      TEXT,
    local_key     TEXT NOT NULL,
    base_remote   TEXT NOT NULL,
    base_local    TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    UNIQUE (sync, remote_id),
    UNIQUE (sync, local_id)
);

-- Effects that must happen once: written down before they are tried. `made` is set once they are known to have happened.
CREATE TABLE journal (
    token         TEXT PRIMARY KEY,
    link_id       TEXT NOT NULL,
    kind          TEXT NOT NULL,
    to_side       TEXT NOT NULL,
    source        TEXT NOT NULL,
    content       TEXT NOT NULL,
    size          BIGINT,
    since         BIGINT NOT NULL,
    run           TEXT NOT NULL,
    made          TEXT
);
CREATE INDEX journal_by_link ON journal (link_id);

-- Every Plan that did something, and what became of it.
CREATE TABLE audit (
    id            TEXT PRIMARY KEY,
    at            BIGINT NOT NULL,
    sync          TEXT NOT NULL,
    link_id       TEXT,
    remote_id     TEXT NOT NULL,
    local_id      TEXT,
    event_id      TEXT,
    trace_id      TEXT,
    plan          TEXT NOT NULL,
    outcome       TEXT NOT NULL
);
CREATE INDEX audit_by_issue ON audit (sync, remote_id, at);
