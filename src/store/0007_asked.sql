-- Until when the publisher of a source asked us to stay away: as he asked, where `due` is spread and has our back-off in it.
ALTER TABLE source ADD COLUMN asked_until TEXT;                    -- null if he did not
UPDATE source SET asked_until = due WHERE rest IS NOT NULL;
