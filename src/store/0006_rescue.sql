-- How the last document of a source was read.
ALTER TABLE source ADD COLUMN rescued TEXT;                        -- as-is, repaired, fallback; null before the first since then
ALTER TABLE source ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;  -- entries of it that were left out
