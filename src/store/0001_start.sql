-- The store of recapd. Times are UTC, RFC 3339 with whole seconds, so that they
-- sort as text. Facts (what publishers said) and thoughts (what recapd makes of
-- them) are kept in tables of their own.

-- What we must not forget about the store as a whole: `authority` of our ids;
-- `removed`, the last item whose text was judged too old to be kept; `told`, see ping.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- A configured feed, and how it behaved. A source taken out of the
-- configuration keeps its row and its items.
CREATE TABLE source (
    id             TEXT PRIMARY KEY,
    feed           TEXT,              -- the configured address at the last poll; null before the first
    learnt         TEXT,              -- the address that is asked instead; null if it did not move
    moved_to       TEXT,              -- where permanent redirects lead, not yet believed; null if nowhere
    moved_seen     INTEGER,           -- on how many days; this and the next two are null with moved_to
    moved_first    TEXT,
    moved_last     TEXT,
    etag           BLOB,              -- as received; null if the server gives none
    last_modified  BLOB,              -- as received; null if the server gives none
    body_hash      BLOB,              -- SHA-256 of the last body read; null before the first success
    standing       TEXT NOT NULL,     -- active, paused, retired
    standing_since TEXT,              -- null if active
    standing_why   TEXT,              -- null if not retired
    due            TEXT NOT NULL,     -- while it is active
    because        TEXT,              -- why it is due then, in words; null before the first poll
    rest           TEXT,              -- HTTP 429; null if its server does not ask for silence
    failures       INTEGER NOT NULL,  -- in a row
    last_poll      TEXT,              -- null before the first poll
    first_success  TEXT,              -- null before the first success
    last_success   TEXT,              -- null before the first success
    last_new       TEXT,              -- null while it gave no item
    last_error     TEXT,              -- null after a success
    mended         TEXT,              -- null if the feed is well-formed
    held_trap      TEXT,              -- re-dated, renamed, flood, one text; null if nothing is held
    held_items     INTEGER,           -- how many look like that; this and the next two are null with held_trap
    held_since     TEXT,
    held_accepted  INTEGER,           -- 1: the operator lets the next such batch in
    steady_dates   INTEGER NOT NULL,  -- 1: most items came with the date they had before; 2: with another; 0: not seen yet
    news           REAL NOT NULL,     -- polls that found something new; one of a week ago counts 1/e
    new_items      REAL NOT NULL,     -- items that were new; as above
    largest_lot    REAL NOT NULL,     -- the most items that were new at once; one of a year ago counts 1/e
    rhythm_begun   TEXT NOT NULL,     -- since when it is watched
    rhythm_as_of   TEXT NOT NULL,     -- when the three were so
    rhythm_told    INTEGER,           -- the wait the ledger last spoke of, in seconds; null if it did not
    wishes         TEXT NOT NULL,     -- JSON: ttl, updates, silence, as the feed asks
    footprint      BLOB               -- four bytes for each thing in the last document; null before the first
) STRICT;

-- An entry of a source: when we met it, and under which identity. Never deleted.
-- Rows refer to each other by number, and numbers follow the order in which
-- things came; what is looked up otherwise is looked up within its source. So a
-- commit writes near where the last one wrote: by hash it would write all over
-- the file, the more the larger it is.
CREATE TABLE item (
    number     INTEGER PRIMARY KEY,
    id         INTEGER NOT NULL,     -- a hash of source, identity and generation
    source     TEXT NOT NULL REFERENCES source (id),
    identity   TEXT NOT NULL,
    generation INTEGER NOT NULL,     -- how many other articles had this identity before
    version    INTEGER NOT NULL,     -- the newest in item_version
    link_key   INTEGER,              -- a hash of its canonical link, to find it by; null if it has none
    title_key  INTEGER,              -- a hash of its last title; null while its text is kept
    first_seen TEXT NOT NULL,
    placed     TEXT,                 -- never after first_seen; null: undated backlog, in no window
    UNIQUE (source, identity, generation)
) STRICT;
CREATE INDEX item_link ON item (source, link_key) WHERE link_key IS NOT NULL;
CREATE INDEX item_first_seen ON item (first_seen);

-- What the publisher wrote, each time the meaning of it changed. Of an old item
-- that is in no recap it is removed; that the item was seen stays known.
CREATE TABLE item_version (
    number       INTEGER PRIMARY KEY,
    item         INTEGER NOT NULL REFERENCES item (number),
    version      INTEGER NOT NULL,   -- 1, 2, ..
    seen         TEXT NOT NULL,
    content_hash BLOB NOT NULL,      -- of title, link and plain text, as its feed gives them
    -- as the publisher says
    guid         TEXT,               -- null if the feed gives none
    title        TEXT NOT NULL,
    link         TEXT,               -- null if the feed gives none
    canonical    TEXT,               -- of the article, for comparing; of another host where the link leads over a counter
    published    TEXT,               -- null if the feed gives none
    updated      TEXT,               -- null if the feed gives none
    authors      TEXT NOT NULL,      -- JSON list of names
    summary_html TEXT NOT NULL,      -- sanitised
    content_html TEXT NOT NULL,      -- sanitised
    article_html TEXT NOT NULL,      -- sanitised; from its own page, '' if that was not asked for or says no more
    categories   TEXT NOT NULL,      -- JSON list of terms
    enclosures   TEXT NOT NULL,      -- JSON list of {url, mime_type, length}
    image        TEXT,               -- null if the feed gives none
    language     TEXT,               -- null if unknown
    UNIQUE (item, version)
) STRICT;

-- One event in the world. Its id becomes the id of an Atom entry: never changed.
CREATE TABLE story (
    number      INTEGER PRIMARY KEY,
    id          BLOB NOT NULL,       -- a hash of its first item's id
    short       INTEGER NOT NULL,    -- its first four bytes, to find it by: every byte of this index counts, since it is written all over
    begun       TEXT NOT NULL,       -- when its first item was placed
    edited      INTEGER,             -- 1: an editor merged or split it, so its items stay where they are; else null
    merged_into INTEGER REFERENCES story (number) -- null if it stands by itself
) STRICT;
CREATE INDEX story_short ON story (short);
CREATE INDEX story_merged ON story (merged_into) WHERE merged_into IS NOT NULL;

-- Which story an item belongs to.
CREATE TABLE story_item (
    item  INTEGER PRIMARY KEY REFERENCES item (number),
    story INTEGER NOT NULL REFERENCES story (number)
) STRICT;
CREATE INDEX story_item_story ON story_item (story);

-- Stories that an editor keeps apart, whatever grouping finds: each pair once, in either order.
CREATE TABLE story_apart (
    one INTEGER NOT NULL REFERENCES story (number),
    two INTEGER NOT NULL REFERENCES story (number),
    PRIMARY KEY (one, two)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_apart_two ON story_apart (two);

-- What happened and why, in the order it happened. Added to, never changed;
-- lines of items that are too old to be kept go with them.
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    at     TEXT NOT NULL,
    source TEXT,                     -- null if it is about no one source
    item   INTEGER,                  -- its number; null if it is about no one item
    story  INTEGER,                  -- its number; null if it is about no one story
    week   TEXT,                     -- null if it is about no recap
    event  TEXT NOT NULL,            -- changed, joined, started, dropped, skipped, failing, held, moved, chosen, published ..
    detail TEXT NOT NULL             -- in words
) STRICT;
-- What is told of an item and a story is found by the story.
CREATE INDEX ledger_item ON ledger (item) WHERE item IS NOT NULL AND story IS NULL;
CREATE INDEX ledger_source ON ledger (source) WHERE item IS NULL AND event NOT IN ('dropped', 'skipped');
CREATE INDEX ledger_refused ON ledger (at) WHERE event IN ('dropped', 'skipped');
CREATE INDEX ledger_story ON ledger (story) WHERE story IS NOT NULL;

-- Everything a recap shows, frozen. Its revisions stay.
CREATE TABLE recap (
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
    PRIMARY KEY (week, audience, revision)
) STRICT, WITHOUT ROWID;

-- A story is in at most one week.
CREATE TABLE recap_story (
    story INTEGER PRIMARY KEY REFERENCES story (number),
    short TEXT NOT NULL,             -- the eight digits in the address of its page
    week  TEXT NOT NULL,
    place INTEGER NOT NULL,
    withdrawn TEXT,                  -- why it is shown no more; null if it is shown
    UNIQUE (week, place)
) STRICT;
CREATE INDEX recap_story_short ON recap_story (short);

-- The week whose candidates are frozen and wait for their editor: one at most.
-- Gone once it is published.
CREATE TABLE draft (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    week      TEXT NOT NULL,
    since     TEXT NOT NULL,         -- when its candidates were frozen
    until     TEXT NOT NULL,         -- the end of its window: where the next one begins
    deadline  TEXT NOT NULL,         -- when it is published as its file says
    edition   INTEGER NOT NULL,      -- how often recapd wrote the file: 1, 2, ..
    text      TEXT NOT NULL,         -- the last of its file that was good
    replaced  BLOB,                  -- SHA-256 of the file that this edition replaces; null if there is none, or it was replaced
    held_line INTEGER,               -- what is wrong with the file now; both null if nothing is
    held_why  TEXT,
    body      TEXT NOT NULL          -- the candidates as JSON, with all that may be shown of them
) STRICT;

-- The stories of the draft. They keep their ids, as published ones do.
CREATE TABLE draft_story (
    story INTEGER PRIMARY KEY REFERENCES story (number) ON DELETE CASCADE
) STRICT;

-- What the editor says of a story that is in no recap yet.
CREATE TABLE mark (
    story     INTEGER PRIMARY KEY REFERENCES story (number) ON DELETE CASCADE,
    wish      TEXT,                  -- pin, drop, later; null if he said nothing of its place
    week      TEXT,                  -- later than this week; null with another wish
    why       TEXT,                  -- in his words; null if he gave none
    headline  TEXT,                  -- null: its own
    audiences TEXT,                  -- JSON list of ids; null: those that its words speak for
    note      TEXT                   -- null if there is none
) STRICT;

-- A list of feeds at an address, and the last of it that was good.
CREATE TABLE source_list (
    url           TEXT PRIMARY KEY,  -- as configured
    text          TEXT,              -- the last good one; null before the first
    held          TEXT,              -- a newer one that lost more than half of its feeds; null if nothing is held
    held_lost     INTEGER,           -- how many feeds it lacks; this and the next two are null with held
    held_of       INTEGER,
    held_since    TEXT,
    etag          BLOB,              -- as received; null if the server gives none
    last_modified BLOB,              -- as received; null if the server gives none
    body_hash     BLOB,              -- SHA-256 of the last body read; null before the first success
    due           TEXT NOT NULL,
    failures      INTEGER NOT NULL,  -- in a row
    last_asked    TEXT,              -- null before the first time
    last_read     TEXT,              -- null before the first success
    last_error    TEXT               -- null after a success
) STRICT;

-- A subscription of ours at a hub (WebSub): wanted, held, or on its way out.
CREATE TABLE subscription (
    token      TEXT PRIMARY KEY,     -- the last part of the callback's address; never shown
    source     TEXT NOT NULL REFERENCES source (id),
    hub        TEXT NOT NULL,        -- as the feed announced it
    topic      TEXT NOT NULL,        -- as the feed announced it
    callback   TEXT NOT NULL,        -- where the hub reaches us
    secret     TEXT,                 -- what pushes are signed with; null where the way to the hub is open to all
    wish       TEXT NOT NULL,        -- held or ended
    due        TEXT NOT NULL,        -- the hub is not asked (again) before
    failures   INTEGER NOT NULL,     -- asked in vain, in a row
    open_until TEXT,                 -- the hub may ask back until then; null if we asked for nothing
    verified   TEXT,                 -- null if the hub never asked back, or said no
    until      TEXT,                 -- the end of the lease; null as above
    missed     INTEGER NOT NULL,     -- polls that found what the hub had not told, in a row
    trouble    TEXT                  -- why it does not hold, in words; null if it does
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_source ON subscription (source);

-- News that our own hub is still to be told. `told` in meta: what was published up to then is here, or was.
CREATE TABLE ping (
    topic    TEXT PRIMARY KEY,       -- the address of a feed of ours
    since    TEXT NOT NULL,          -- when the news was published
    due      TEXT NOT NULL,
    failures INTEGER NOT NULL        -- in a row
) STRICT, WITHOUT ROWID;
