-- What the texts of an item come to for grouping, as long as others may still
-- join it: so that a new process reads no text before it groups. Where other
-- rules or names made it, or it is missing, it is made anew from the text.
CREATE TABLE imprint (
    item INTEGER PRIMARY KEY REFERENCES item (number),
    by   INTEGER NOT NULL,           -- a hash of the rules and names that made it
    face BLOB NOT NULL               -- see story/imprint.rs
) STRICT;
