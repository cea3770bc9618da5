-- By what operations find a filing: the names of its operator and offices and the numbers of those, each
-- as `words.rs` writes it. Intake writes them with the filing; of filings from before, and of those that
-- processes of the build before take in meanwhile, upkeep does (`filing_word_passes`).
CREATE TABLE filing_words (
    word TEXT COLLATE "C" NOT NULL,
    filing_id UUID NOT NULL,
    PRIMARY KEY (word, filing_id)
);

-- How far upkeep is: passes that ended, when the next may begin, and below which filing it goes on.
CREATE TABLE filing_word_passes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ended INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    below UUID NOT NULL
);
INSERT INTO filing_word_passes (id, ended, next_at, below)
VALUES (1, 0, 0, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
