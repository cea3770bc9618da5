-- How many filings came in and how many deliveries arrived in each hour, and how long these took. Each
-- process adds to rows of its own (`slot`), so that none waits for another; a reader adds them up. `what`
-- is `filings`, or a channel and the longest time of its sort, as in `hours.rs`.
CREATE TABLE hour_counts (
    hour BIGINT NOT NULL,
    what TEXT NOT NULL,
    slot INTEGER NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (hour, what, slot)
);
