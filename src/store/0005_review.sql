-- How often the editor chose what by a link of the review feed: a link is good for
-- the next time alone. Goes with the draft, whose links are good for nothing then.
CREATE TABLE review_use (
    week   TEXT NOT NULL,
    choice TEXT NOT NULL,            -- pin, drop, later, approve
    story  TEXT NOT NULL,            -- its 32 digits; empty: the whole draft
    used   INTEGER NOT NULL,         -- how often before: 0, 1, ..
    PRIMARY KEY (week, choice, story, used)
) STRICT, WITHOUT ROWID;
