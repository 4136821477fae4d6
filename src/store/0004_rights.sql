-- An answer is about a story, and goes with it when that is withdrawn. What was
-- kept before does not say of which: it is asked for anew where anybody wants it.
DELETE FROM model_answer;
ALTER TABLE model_answer ADD COLUMN story INTEGER; -- its number; the story may be gone
