-- When the review feed last had something else to say: of the draft as a whole, and of each story of it.
ALTER TABLE draft ADD COLUMN changed TEXT;       -- null: as it was frozen
ALTER TABLE draft_story ADD COLUMN changed TEXT; -- null: as it was frozen
