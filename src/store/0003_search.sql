-- What readers search in: the folded words of every published story (see search.rs), under the
-- story's number. The words are not kept, only where they stand; `search_rules` in meta says how they were folded.
CREATE VIRTUAL TABLE story_search USING fts5 (
    headline, card, names, reports,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '.%'"
);
