-- Packages that arrived, each known by its reference. `state`: ingested, refused. `findings`: a JSON list of texts.
CREATE TABLE packages_in (
    tracker    TEXT NOT NULL,
    reference  TEXT NOT NULL,
    state      TEXT NOT NULL,
    at         BIGINT NOT NULL,
    issues     BIGINT NOT NULL,
    findings   TEXT NOT NULL,
    PRIMARY KEY (tracker, reference)
);

-- The newest known state of each issue of a tracker that sends packages. `incoming`: what the package `told_by` tells of it; `own`: what
-- we answer (JSON objects). `version` counts the changes of our answer, `answered` is the one that went out last. `due`: the package
-- that no event was made of yet.
CREATE TABLE mirror_issues (
    tracker     TEXT NOT NULL,
    issue       TEXT NOT NULL,
    incoming    TEXT NOT NULL,
    told_by     TEXT NOT NULL,
    own         TEXT NOT NULL,
    version     BIGINT NOT NULL,
    answered    BIGINT NOT NULL,
    dirty_since BIGINT,
    changed_at  BIGINT NOT NULL,
    due         TEXT,
    PRIMARY KEY (tracker, issue)
);
CREATE INDEX mirror_issues_due ON mirror_issues (tracker, issue) WHERE due IS NOT NULL;
CREATE INDEX mirror_issues_dirty ON mirror_issues (tracker, dirty_since) WHERE dirty_since IS NOT NULL;
CREATE INDEX mirror_issues_changed ON mirror_issues (tracker, changed_at);

-- Files of mirrored issues. `stored`: where the content waits; absent if the file is only named. `ours`: 1 if it goes to the other side,
-- then `sent` is the package that it went with.
CREATE TABLE mirror_files (
    tracker  TEXT NOT NULL,
    issue    TEXT NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    size     BIGINT,
    stored   TEXT,
    ours     BIGINT NOT NULL,
    sent     TEXT,
    at       BIGINT NOT NULL,
    PRIMARY KEY (tracker, issue, id)
);

-- Our annotations of mirrored issues.
CREATE TABLE mirror_annotations (
    tracker  TEXT NOT NULL,
    issue    TEXT NOT NULL,
    id       TEXT NOT NULL,
    text     TEXT NOT NULL,
    author   TEXT,
    at       BIGINT NOT NULL,
    PRIMARY KEY (tracker, issue, id)
);

-- Packages of ours. `state`: packed, staged, sent; a tracker has one at a time that is not sent. `attempts`: how often its files were
-- begun to be completed; `staged_as`: the attempt whose files go out.
CREATE TABLE packages_out (
    reference TEXT PRIMARY KEY,
    tracker   TEXT NOT NULL,
    state     TEXT NOT NULL,
    made      BIGINT NOT NULL,
    sent      BIGINT,
    attempts  BIGINT NOT NULL DEFAULT 0,
    staged_as BIGINT
);
CREATE UNIQUE INDEX packages_out_open ON packages_out (tracker) WHERE state <> 'sent';
CREATE INDEX packages_out_of_tracker ON packages_out (tracker, made);

-- What one of our packages holds: the document of each issue, as it was when the package was made, and its files (JSON).
CREATE TABLE packages_out_issues (
    reference TEXT NOT NULL,
    issue     TEXT NOT NULL,
    version   BIGINT NOT NULL,
    document  TEXT NOT NULL,
    files     TEXT NOT NULL,
    PRIMARY KEY (reference, issue)
);
