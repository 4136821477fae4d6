-- What the texts of an item come to for grouping, as long as others may still
-- join it: so that a new process reads no text before it groups. Where other
-- rules or names made it, or it is missing, it is made anew from the text.
CREATE TABLE imprint (
    item INTEGER PRIMARY KEY REFERENCES item (number),
    by   INTEGER NOT NULL,           -- a hash of the rules and names that made it
    face BLOB NOT NULL               -- see story/imprint.rs
) STRICT;

-- What a story follows: it tells what is new of one that readers know. Both keep
-- their items, whatever grouping finds.
CREATE TABLE story_parent (
    story   INTEGER PRIMARY KEY REFERENCES story (number) ON DELETE CASCADE,
    parent  INTEGER NOT NULL REFERENCES story (number) ON DELETE CASCADE,
    changes TEXT NOT NULL            -- JSON: what is other than readers knew it
) STRICT;
CREATE INDEX story_parent_parent ON story_parent (parent);

-- A story is in at most one week, whoever found it there.
CREATE TABLE recap_story_2 (
    story INTEGER PRIMARY KEY REFERENCES story (number),
    short TEXT NOT NULL,             -- the eight digits in the address of its page
    week  TEXT NOT NULL,
    place INTEGER,                   -- in the list for all readers; null: only recaps of audiences tell of it
    withdrawn TEXT,                  -- why it is shown no more; null if it is shown
    UNIQUE (week, place)
) STRICT;
INSERT INTO recap_story_2 (story, short, week, place, withdrawn) SELECT story, short, week, place, withdrawn FROM recap_story;
DROP TABLE recap_story;
ALTER TABLE recap_story_2 RENAME TO recap_story;
CREATE INDEX recap_story_short ON recap_story (short);

-- What a language model answered, so that it is never asked the same twice.
CREATE TABLE model_answer (
    question BLOB PRIMARY KEY,       -- SHA-256 of all that was asked, and of whom
    at       TEXT NOT NULL,
    answer   TEXT NOT NULL           -- as it came; held against the items whenever it is used
) STRICT, WITHOUT ROWID;

-- A question to a language model that was sent, or was left for a reason.
CREATE TABLE model_call (
    number     INTEGER PRIMARY KEY,
    at         TEXT NOT NULL,
    week       TEXT NOT NULL,        -- for whose recap
    story      INTEGER NOT NULL,     -- its number; the story may be gone
    model      TEXT NOT NULL,
    outcome    TEXT NOT NULL,        -- answered, failed, budget, late
    tokens_in  INTEGER NOT NULL,     -- as the server counts; estimated where it does not say
    tokens_out INTEGER NOT NULL,
    format     TEXT                  -- of answers that the server took: schema, object or text; null unless answered
) STRICT;
CREATE INDEX model_call_week ON model_call (week);
CREATE INDEX model_call_at ON model_call (at);
