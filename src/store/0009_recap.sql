-- A recap is longer than a page. In a table without row numbers, which is an index, all of each that is met on the way
-- was read to compare its key; here its key is an index of its own.
CREATE TABLE recap_2 (
    week     TEXT NOT NULL,
    audience TEXT NOT NULL,          -- '' is the recap for all readers
    revision INTEGER NOT NULL,       -- 1, 2, ..
    state    TEXT NOT NULL,
    frozen   TEXT NOT NULL,
    updated  TEXT NOT NULL,          -- when it last changed in a way that readers must see; frozen, if it did not
    until    TEXT NOT NULL,          -- the end of its window: where the next one begins
    title    TEXT NOT NULL,
    stories  INTEGER NOT NULL,       -- entries, one-liners too
    weights  TEXT,                   -- JSON: what it was ranked by; null if that was not kept
    body     TEXT NOT NULL,          -- the recap as JSON
    PRIMARY KEY (audience, week, revision)
) STRICT;
INSERT INTO recap_2 (week, audience, revision, state, frozen, updated, until, title, stories, weights, body)
SELECT week, audience, revision, state, frozen, updated, until, title, stories, weights, body FROM recap;
DROP TABLE recap;
ALTER TABLE recap_2 RENAME TO recap;
CREATE INDEX recap_until ON recap (audience, until);
